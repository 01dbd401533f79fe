import { isFor } from '../elf/cache.ts';
import type { ElfFile } from '../elf/elf.ts';
import { describeArchitecture, sameArchitecture } from '../elf/machine.ts';
import { quoteName } from '../tree/name.ts';
import type { FileNode } from '../tree/node.ts';
import { isDamaged, type Objects, type Probe } from './objects.ts';
import type { LoaderSystem } from './system.ts';
import { expandMuslPath, expandTokens } from './tokens.ts';

/** An object in memory, as the loader would have it. */
export interface Loaded {
  /** Without links. */
  readonly path: string;
  /** As it was asked for: `$ORIGIN` is this one's directory, but for the program, whose links the kernel has followed. */
  readonly opened: string;
  readonly node: FileNode;
  readonly elf: ElfFile;
  /** Who asked for it first; null for the program. */
  readonly loader: Loaded | null;
}

/** Where a loader looks, one after the other. */
export interface Place {
  /** What is opened, a path. */
  readonly path: string;
  /** Why there, for messages: `DT_RUNPATH of "/usr/bin/x"`. */
  readonly because: string;
  readonly kind: 'path' | 'rpath' | 'environment' | 'runpath' | 'cache' | 'conf' | 'default';
}

export interface SearchSettings {
  /** LD_LIBRARY_PATH of the image. */
  readonly libraryPath: string;
  /** What relative paths start from, absolute. */
  readonly workingDirectory: string;
}

export type Found = Probe & { readonly elf: ElfFile };

export type Search =
  | { readonly found: Found; readonly place: Place }
  | { readonly found: null; readonly searched: readonly string[]; readonly reason: string | null };

/** Places that are told of, of those that were searched. */
const MAX_TOLD = 100;
/** Directories of one list; real ones have a dozen, and a hostile one has hundreds of thousands. */
const MAX_LIST = 256;

/** Looks for a library as the loader of `system` does when `loader` asks for it. */
export function searchLibrary(
  objects: Objects,
  system: LoaderSystem,
  settings: SearchSettings,
  name: string,
  loader: Loaded,
): Search {
  const places = name.includes('/')
    ? exactPlaces(system, settings, name, loader)
    : system.kind === 'musl'
      ? muslPlaces(system, settings, name, loader)
      : glibcPlaces(system, settings, name, loader);
  const searched: string[] = [];
  let reason: string | null = null;
  for (const place of places) {
    const probe = objects.probe(place.path);
    if (searched.length < MAX_TOLD) searched.push(`${place.path} (${place.because})`);
    else if (searched.length === MAX_TOLD) searched.push('and more');
    if (probe === null) continue;
    const { elf } = probe;
    if (elf === null) return { found: null, searched, reason: `${quoteName(place.path)} is no ELF file` };
    if (isDamaged(elf)) return { found: null, searched, reason: `${quoteName(place.path)}: ${elf.reason}` };
    if (sameArchitecture(loader.elf, elf)) return { found: { ...probe, elf }, place };
    reason = `${quoteName(place.path)} is ${describeArchitecture(elf)}, not ${describeArchitecture(loader.elf)}`;
  }
  return { found: null, searched, reason };
}

function* exactPlaces(
  system: LoaderSystem,
  settings: SearchSettings,
  name: string,
  loader: Loaded,
): Generator<Place> {
  const paths = system.kind === 'musl' ? [name] : expandTokens(name, originOf(loader), system);
  for (const path of paths) yield { path: absolute(path, settings), because: 'a path', kind: 'path' };
}

/** ld.so(8): RPATH of the object and of those that led to it, environment, RUNPATH, cache, default directories. */
function* glibcPlaces(
  system: LoaderSystem,
  settings: SearchSettings,
  name: string,
  loader: Loaded,
): Generator<Place> {
  const list = (text: string, object: Loaded) =>
    text.split(':', MAX_LIST).flatMap((each) => expandTokens(each, originOf(object), system));
  const dynamic = loader.elf.dynamic;
  if (dynamic?.runpath == null) {
    for (let object: Loaded | null = loader; object !== null; object = object.loader) {
      const rpath = object.elf.dynamic?.rpath ?? null;
      if (rpath === null) continue;
      yield* within(list(rpath, object), name, settings, 'rpath', `DT_RPATH of ${quoteName(object.path)}`);
    }
  }
  if (settings.libraryPath !== '') {
    const directories = settings.libraryPath
      .split(/[:;]/, MAX_LIST)
      .flatMap((each) => expandTokens(each, originOf(loader), system));
    yield* within(directories, name, settings, 'environment', 'LD_LIBRARY_PATH');
  }
  if (dynamic?.runpath != null) {
    yield* within(
      list(dynamic.runpath, loader),
      name,
      settings,
      'runpath',
      `DT_RUNPATH of ${quoteName(loader.path)}`,
    );
  }
  const noDefaults = dynamic?.noDefaultLibraries === true;
  for (const entry of system.cache?.entries.get(name) ?? []) {
    if (entry.forSomeProcessors || !isFor(entry, loader.elf)) continue;
    if (noDefaults && isIn(entry.path, system.directories)) continue;
    yield { path: entry.path, because: '/etc/ld.so.cache', kind: 'cache' };
  }
  yield* within(
    system.confDirectories,
    name,
    settings,
    'conf',
    '/etc/ld.so.conf, but there is no ld.so.cache',
  );
  if (!noDefaults) yield* within(system.directories, name, settings, 'default', 'default directory');
}

/** musl makes no difference between RPATH and RUNPATH, and both are inherited (ldso/dynlink.c). */
function* muslPlaces(
  system: LoaderSystem,
  settings: SearchSettings,
  name: string,
  loader: Loaded,
): Generator<Place> {
  const split = (text: string) => text.split(/[:\n]/, MAX_LIST).filter((each) => each !== '');
  yield* within(split(settings.libraryPath), name, settings, 'environment', 'LD_LIBRARY_PATH');
  for (let object: Loaded | null = loader; object !== null; object = object.loader) {
    const dynamic = object.elf.dynamic;
    const path = expandMuslPath(dynamic?.runpath ?? dynamic?.rpath ?? '', originOf(object));
    const tag = dynamic?.runpath == null ? 'DT_RPATH' : 'DT_RUNPATH';
    yield* within(split(path ?? ''), name, settings, 'rpath', `${tag} of ${quoteName(object.path)}`);
  }
  yield* within(system.directories, name, settings, 'default', system.pathFile ?? 'default directory');
}

function* within(
  directories: readonly string[],
  name: string,
  settings: SearchSettings,
  kind: Place['kind'],
  because: string,
): Generator<Place> {
  for (const directory of new Set(directories.slice(0, MAX_LIST))) {
    const place = absolute(directory, settings).replace(/\/+$/, '');
    yield { path: `${place}/${name}`, because, kind };
  }
}

function isIn(path: string, directories: readonly string[]): boolean {
  return directories.includes(path.slice(0, path.lastIndexOf('/')));
}

/** An empty element of a list is the working directory. */
function absolute(path: string, { workingDirectory }: SearchSettings): string {
  return path.startsWith('/') ? path : `${workingDirectory}/${path}`;
}

function originOf(object: Loaded): string {
  const path = object.loader === null ? object.path : object.opened;
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
