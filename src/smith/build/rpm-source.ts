import { basename, resolve } from 'node:path';
import type { RailcarError } from '../../errors.ts';
import type { Platform } from '../image/schema.ts';
import { readDistribution } from '../packages/distribution.ts';
import { emptyDatabase, inOrder, type PackageDatabase } from '../packages/package.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import { Dnf, isAboutRepositories } from '../source/dnf.ts';
import { repositories } from '../source/repos.ts';
import { unpackRpms } from '../source/rpm.ts';
import { debugKey } from './debug.ts';
import { located } from './located.ts';
import { betweenScripts } from './mock-source.ts';
import type { Source, SourceOptions } from './source.ts';

/**
 * Of package files that are named, and of what is named in repositories, with all that they need.
 *
 * @throws {RailcarError} with the place of the key in whose words dnf could not do it
 */
export async function rpmSource(
  loaded: LoadedRecipe,
  name: string,
  platform: Platform,
  options: SourceOptions,
): Promise<Source> {
  const { folder, workspace, cache, fast, pins, registry } = options;
  const { rpm = {}, mock = {} } = loaded.recipe;
  const architecture = rpmArchitecture(platform);
  const dnf = new Dnf({
    repos: repositories(loaded, folder, registry.environment),
    releasever: rpm.releasever ?? null,
    architecture,
    gpgcheck: rpm.gpgcheck ?? null,
    debug: debugKey(loaded) !== null,
    cache,
    fast,
    log: registry.log,
  });
  const wanted = [name, ...(rpm.deps ?? []), ...(mock.deps ?? [])].map((one) =>
    one.endsWith('.rpm') ? resolve(folder, one) : one,
  );
  const exact = [...(pins?.packages ?? [])].map(([one, version]) => `${one}-${version}`);
  const asked = [...wanted.filter((one) => !pins?.packages.has(one)), ...exact];
  const download = () => located(loaded, culprit(loaded), () => dnf.download(asked));
  const files = fast && dnf.has(asked) ? await download() : await betweenScripts(loaded, options, download);
  const { tree, database, distribution } = await located(loaded, culprit(loaded), () =>
    unpackRpms(files, architecture, workspace),
  );
  const known = new Set(files.map((file) => basename(file)));
  const source: Source = {
    tree,
    execution: {},
    platform,
    database,
    distribution: readDistribution(tree) ?? distribution,
  };
  return withPackages(source, async (buildIds, names) => {
    const found = await located(loaded, culprit(loaded), async () => [
      ...(await dnf.download(
        buildIds.map((buildId) => `debuginfo(build-id) = ${buildId}`),
        { required: false },
      )),
      ...(names.length > 0 ? await dnf.download(names) : []),
    ]);
    const more = found.filter((file) => !known.has(basename(file)));
    for (const file of more) known.add(basename(file));
    return (await unpackRpms(more, architecture, workspace, tree)).database;
  });
}

/** A source to which packages can be added: their files lie in its tree then. */
export function withPackages(
  source: Source,
  add: (buildIds: readonly string[], names: readonly string[]) => Promise<PackageDatabase>,
): Source {
  return {
    ...source,
    withDebug: async (buildIds, names) => {
      const added = await add(buildIds, names);
      const { packages, owners } = source.database ?? emptyDatabase;
      const database = {
        packages: inOrder([...packages, ...added.packages]),
        owners: new Map([...owners, ...added.owners]),
      };
      return withPackages({ ...source, database }, add);
    },
  };
}

/** Where the recipe can be put right: at the name that is not known, or at the repositories. */
function culprit({ recipe }: LoadedRecipe): (error: RailcarError) => string {
  return (error) => {
    const unknown = (name: string) =>
      ['No match for argument', 'Unable to find a match'].some((words) =>
        error.message.includes(`${words}: ${name}`),
      );
    for (const [key, names = []] of [
      ['rpm.deps', recipe.rpm?.deps],
      ['mock.deps', recipe.mock?.deps],
      ['mock.debugdeps', recipe.mock?.debugdeps],
    ] as const) {
      const index = names.findIndex(unknown);
      if (index >= 0) return `${key}[${index}]`;
    }
    return isAboutRepositories(error) && recipe.rpm?.repos ? 'rpm.repos' : 'package';
  };
}

/** rpm's names, where they are not Go's. */
export function rpmArchitecture({ architecture, variant }: Platform): string {
  if (architecture === 'arm') return variant === 'v6' ? 'armv6hl' : 'armv7hl';
  const names: Readonly<Record<string, string>> = {
    amd64: 'x86_64',
    arm64: 'aarch64',
    '386': 'i686',
    loong64: 'loongarch64',
    mips64le: 'mips64el',
    mipsle: 'mipsel',
  };
  return names[architecture] ?? architecture;
}
