import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Image, imageTree } from '../image/image.ts';
import { openImage, splitReference } from '../image/open.ts';
import { hostPlatform, parsePlatform } from '../image/platform.ts';
import type { Execution, Platform } from '../image/schema.ts';
import { platformOf } from '../image/whole.ts';
import type { Workspace } from '../image/workspace.ts';
import type { Distribution } from '../packages/distribution.ts';
import type { PackageDatabase } from '../packages/package.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import type { Recipe, SourceType } from '../recipe/schema.ts';
import { fetchImage } from '../registry/fetch.ts';
import type { Progress } from '../registry/progress.ts';
import { Registry, type RegistryOptions } from '../registry/registry.ts';
import { parseRemote } from '../registry/remote.ts';
import { Apt } from '../source/apt.ts';
import { unpackDebs } from '../source/deb.ts';
import { treeOfDirectory } from '../tree/disk.ts';
import { Tree } from '../tree/tree.ts';
import { debugKey } from './debug.ts';
import { mockSource } from './mock-source.ts';
import { rpmSource, withPackages } from './rpm-source.ts';

/** Where the files of an image come from. */
export interface Source {
  readonly tree: Tree;
  /** What an image that is the source says of how it is started. */
  readonly execution: Execution;
  readonly platform: Platform;
  /** Whose files they are, where the kind of source knows it better than the tree. */
  readonly database?: PackageDatabase;
  readonly distribution?: Distribution | null;
  /** Of the source, where it is an image. */
  readonly digest?: string;
  /**
   * The same with the packages that have the debugging information of these build-ids, as far as there are any, and with
   * those that are named; for sources that packages can be got for.
   */
  readonly withDebug?: (buildIds: readonly string[], names: readonly string[]) => Promise<Source>;
}

/** What is needed to open an image. */
export type ImageOptions = Omit<SourceOptions, 'cache' | 'fast'>;

export interface SourceOptions {
  /** What relative paths of a recipe are relative to. */
  readonly folder: string;
  readonly workspace: Workspace;
  readonly registry: RegistryOptions;
  readonly progress: Progress;
  /** Where packages are kept between builds. */
  readonly cache: string;
  /** What is kept is taken as it is, without a look at whether there is something newer. */
  readonly fast: boolean;
  /** What an earlier build took, to be taken once more. */
  readonly pins?: Pins;
}

export interface Pins {
  /** Of the source, where that is an image of a registry. */
  readonly image: string | null;
  /** Versions by the names of packages. */
  readonly packages: ReadonlyMap<string, string>;
}

/**
 * Opens what `package` of a recipe names. Nothing of it is executed, and nothing is unpacked onto this machine.
 *
 * @throws {RailcarError} `config-invalid` with the place of the key, and whatever the kind of source has to say
 */
export async function openSource(loaded: LoadedRecipe, options: SourceOptions): Promise<Source> {
  const { recipe } = loaded;
  const platform = recipe.platform === undefined ? undefined : parsePlatform(recipe.platform);
  const { package: name } = recipe;
  // Only the overlay, then.
  if (name === undefined) return { tree: new Tree(), execution: {}, platform: platform ?? hostPlatform() };
  const type = sourceType(recipe, options.folder);
  if (type === 'dir') {
    return {
      tree: treeOfDirectory(resolve(options.folder, name)),
      execution: {},
      platform: platform ?? hostPlatform(),
    };
  }
  if (type === 'deb') return debSource(loaded, name, platform ?? hostPlatform(), options);
  // Asked for: what is only a name, dnf gets.
  if (type === 'mock' && (recipe.type === 'mock' || recipe.mock?.config !== undefined))
    return mockSource(loaded, name, platform ?? hostPlatform(), options);
  if (type === 'rpm' || type === 'mock') return rpmSource(loaded, name, platform ?? hostPlatform(), options);
  const image = await openAnyImage(pinnedImage(name, options.pins), platform, options);
  return {
    tree: await imageTree(image, options.workspace),
    execution: image.config.config ?? {},
    platform: platformOf(image),
    digest: image.digest,
  };
}

/** Of files that are named, and of what is named in the archive, with all that they need. */
async function debSource(
  loaded: LoadedRecipe,
  name: string,
  platform: Platform,
  { folder, workspace, cache, fast, registry, pins }: SourceOptions,
): Promise<Source> {
  const { recipe } = loaded;
  const { suite = null, mirrors = [], keyring = null, deps = [], debugmirrors = [] } = recipe.deb ?? {};
  const debugMirrors = debugKey(loaded) === null ? null : debugmirrors;
  const { log } = registry;
  const architecture = debianArchitecture(platform);
  const apt = new Apt({ suite, mirrors, debugMirrors, keyring, architecture, cache, fast, log });
  const exact = [...(pins?.packages ?? [])].map(([one, version]) => `${one}=${version}`);
  const asked = [name, ...deps].filter((one) => !pins?.packages.has(one) || one.includes('/'));
  const wanted = [...asked.map((one) => (one.includes('/') ? resolve(folder, one) : one)), ...exact];
  const files = await apt.download(wanted);
  const { tree, database } = await unpackDebs(files, workspace);
  const source = { tree, execution: {}, platform, database, distribution: apt.distribution() };
  return withPackages(source, async (buildIds, names) => {
    const more = [...(await apt.debugPackages(buildIds)), ...names];
    const found = more.length > 0 ? await apt.download(more) : [];
    const added = found.filter((file) => !files.includes(file));
    files.push(...added);
    return (await unpackDebs(added, workspace, tree)).database;
  });
}

/** Debian's names, where they are not Go's. */
function debianArchitecture({ architecture, variant }: Platform): string {
  if (architecture === 'arm') return variant === 'v5' || variant === 'v6' ? 'armel' : 'armhf';
  const names: Readonly<Record<string, string>> = { '386': 'i386', ppc64le: 'ppc64el', mips64le: 'mips64el' };
  return names[architecture] ?? architecture;
}

/** An image of a file, of a folder, or of a registry if it is named by a URL. */
export async function openAnyImage(
  name: string,
  platform: Platform | undefined,
  { folder, workspace, registry: registryOptions, progress }: ImageOptions,
): Promise<Image> {
  if (!isUrl(name)) return openImage(resolve(folder, name), workspace, platform ? { platform } : {});
  const remote = parseRemote(name);
  const registry = new Registry(remote, registryOptions);
  try {
    return await fetchImage(registry, remote.reference, workspace, { platform, progress });
  } finally {
    registry.close();
  }
}

/** By its digest, where it is known: a tag may name another one by now. What lies on disk has no other name. */
function pinnedImage(name: string, pins: Pins | undefined): string {
  if (!pins?.image || !isUrl(name) || name.includes('@sha')) return name;
  return `${name.replace(/:[^:/@]*$/, '')}@${pins.image}`;
}

/** What is not said follows from the name, as in the original (build.go): a URL and an archive are images. */
export function sourceType({ type, package: name = '' }: Recipe, folder: string): SourceType {
  if (type !== undefined) return type;
  if (isUrl(name)) return 'oci';
  const { path } = splitReference(name);
  if (/\.(tar|tar\.gz|tgz|tar\.zst)$/.test(path)) return 'oci';
  if (path.endsWith('.rpm')) return 'rpm';
  if (path.endsWith('.deb')) return 'deb';
  const place = resolve(folder, path);
  if (path.includes('/') && statSync(place, { throwIfNoEntry: false })?.isDirectory()) {
    return existsSync(resolve(place, 'oci-layout')) ? 'oci' : 'dir';
  }
  return 'mock';
}

export function isUrl(name: string): boolean {
  return /^https?:\/\//.test(name);
}
