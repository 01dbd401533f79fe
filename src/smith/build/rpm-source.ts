import { resolve } from 'node:path';
import { invalid } from '../../config/check.ts';
import { RailcarError } from '../../errors.ts';
import type { Platform } from '../image/schema.ts';
import { readDistribution } from '../packages/distribution.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import { Dnf, isAboutRepositories } from '../source/dnf.ts';
import { repositories } from '../source/repos.ts';
import { unpackRpms } from '../source/rpm.ts';
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
  { folder, workspace, cache, fast, pins, registry: { log, environment } }: SourceOptions,
): Promise<Source> {
  const { rpm = {}, mock = {} } = loaded.recipe;
  const architecture = rpmArchitecture(platform);
  const dnf = new Dnf({
    repos: repositories(loaded, folder, environment),
    releasever: rpm.releasever ?? null,
    architecture,
    gpgcheck: rpm.gpgcheck ?? null,
    cache,
    fast,
    log,
  });
  const wanted = [name, ...(rpm.deps ?? []), ...(mock.deps ?? [])].map((one) =>
    one.endsWith('.rpm') ? resolve(folder, one) : one,
  );
  const exact = [...(pins?.packages ?? [])].map(([one, version]) => `${one}-${version}`);
  const asked = [...wanted.filter((one) => !pins?.packages.has(one)), ...exact];
  const files = await located(loaded, () => dnf.download(asked));
  const { tree, database, distribution } = await located(loaded, () =>
    unpackRpms(files, architecture, workspace),
  );
  return { tree, execution: {}, platform, database, distribution: readDistribution(tree) ?? distribution };
}

/** What went wrong, where the recipe can be put right: at the name that is not known, or at the repositories. */
async function located<T>({ recipe, positions }: LoadedRecipe, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof RailcarError)) throw error;
    const { message, code, hint } = error;
    const unknown = (name: string) =>
      message.includes(`No match for argument: ${name}`) ||
      message.includes(`Unable to find a match: ${name}`);
    const key = (['rpm', 'mock'] as const).flatMap((kind) =>
      (recipe[kind]?.deps ?? []).flatMap((name, index) => (unknown(name) ? [`${kind}.deps[${index}]`] : [])),
    )[0];
    const place = key ?? (isAboutRepositories(error) && recipe.rpm?.repos ? 'rpm.repos' : 'package');
    const where = invalid(place, message, positions, code);
    throw hint === null
      ? where
      : new RailcarError(code, `${place}: ${message}`, {
          file: positions.file,
          position: positions.of(place),
          hint,
          cause: error,
        });
  }
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
