import { RailcarError } from '../../errors.ts';
import { type Cache, readCache } from '../elf/cache.ts';
import { readLoaderConf } from '../elf/conf.ts';
import type { ElfFile } from '../elf/elf.ts';
import { decodeName } from '../tree/name.ts';
import type { Tree } from '../tree/tree.ts';
import { defaultDirectories, interpreterGuesses, muslName, platformNames } from './distributions.ts';
import type { Objects } from './objects.ts';

/** The dynamic loader of a program, with what it has been told when it was built and by files of the root. */
export interface LoaderSystem {
  readonly kind: 'glibc' | 'musl';
  /** Path of the loader itself; null where the tree has none for this architecture. */
  readonly interpreter: string | null;
  /** Searched last, in order: glibc's system directories; musl's path. */
  readonly directories: readonly string[];
  /** Where musl's path comes from, if not from the loader itself. */
  readonly pathFile: string | null;
  /** What `$LIB` stands for. */
  readonly lib: string;
  /** What `$PLATFORM` may stand for. */
  readonly platforms: readonly string[];
  readonly cache: { readonly path: string; readonly entries: Cache } | null;
  /** Directories of ld.so.conf. Programs do not read it: it counts only where ldconfig has not been run. */
  readonly confDirectories: readonly string[];
}

const CACHE = '/etc/ld.so.cache';
/** Loaders have 200 KiB to 1 MiB. */
const MAX_LOADER = 8 * 1024 * 1024;

/** Loaders of a tree, each looked into once. */
export class LoaderSystems {
  readonly #objects: Objects;
  readonly #known = new Map<string, LoaderSystem>();
  #cache: LoaderSystem['cache'] | undefined;

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  /** The loader of an executable by its interpreter, that of a library by what it wants and what the tree has. */
  of(elf: ElfFile): LoaderSystem {
    const interpreter = elf.interpreter ?? this.#guess(elf);
    const key = `${interpreter} ${elf.machine} ${elf.bits}`;
    let system = this.#known.get(key);
    if (system === undefined) {
      const musl = muslName(interpreter ?? '') !== null;
      system = musl ? this.#musl(interpreter ?? '', elf) : this.#glibc(interpreter, elf);
      this.#known.set(key, system);
    }
    return system;
  }

  #guess(elf: ElfFile): string | null {
    const { glibc, musl } = interpreterGuesses(elf);
    const needed = elf.dynamic?.needed ?? [];
    const wantsGlibc = needed.some((name) => /^(libc\.so\.6|ld-linux.*|ld64\.so.*)$/.test(name));
    const wantsMusl = !wantsGlibc && needed.some((name) => /^libc\.(musl-.*|so)$/.test(name));
    const order = wantsMusl ? [...musl, ...glibc] : [...glibc, ...musl];
    return order.find((path) => this.#objects.probe(path) !== null) ?? null;
  }

  #glibc(interpreter: string | null, elf: ElfFile): LoaderSystem {
    const { tree } = this.#objects;
    const builtIn = interpreter === null ? [] : systemDirectories(this.#objects, interpreter);
    const directories = builtIn.length > 0 ? builtIn : defaultDirectories(tree, elf);
    const cache = this.#readCache(tree);
    return {
      kind: 'glibc',
      interpreter,
      directories,
      pathFile: null,
      lib: libOf(directories[0] ?? '/lib'),
      platforms: platformNames(elf),
      cache,
      confDirectories: cache === null ? readLoaderConf(tree).directories : [],
    };
  }

  #readCache(tree: Tree): LoaderSystem['cache'] {
    if (this.#cache === undefined) {
      const { node } = tree.resolve(CACHE);
      this.#cache = null;
      if (node?.kind === 'file') {
        try {
          this.#cache = { path: CACHE, entries: readCache(node.content) };
        } catch (error) {
          // A loader that cannot read it does without.
          if (!(error instanceof RailcarError)) throw error;
        }
      }
    }
    return this.#cache;
  }

  /** musl's ldso/dynlink.c: the file beside the loader replaces the path that is built in. */
  #musl(interpreter: string, elf: ElfFile): LoaderSystem {
    const prefix = interpreter.split('/').slice(0, -2).join('/');
    const path = `${prefix}/etc/ld-musl-${muslName(interpreter)}.path`;
    const { node } = this.#objects.tree.resolve(path);
    const text = node?.kind === 'file' ? decodeName(node.content.read(0, 65_536)) : null;
    return {
      kind: 'musl',
      interpreter,
      directories:
        text === null
          ? ['/lib', '/usr/local/lib', '/usr/lib']
          : text.split(/[:\n]+/).filter((each) => each !== ''),
      pathFile: text === null ? null : path,
      lib: 'lib',
      platforms: platformNames(elf),
      cache: null,
      confDirectories: [],
    };
  }
}

/**
 * glibc's loader has its directories as one text after the other, each with a slash at its end: what a distribution
 * chose is there to be read, whichever it is.
 */
export function systemDirectories(objects: Objects, interpreter: string): string[] {
  const node = objects.probe(interpreter)?.node;
  if (node === undefined || node.content.size > MAX_LOADER) return [];
  const bytes = node.content.read(0, node.content.size);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const runs = [...text.matchAll(/(?:(?:\/[\w.+-]{1,100}){1,10}\/\0){1,16}/g)]
    .map(([run]) => run.split('\0').filter((each) => each !== ''))
    .filter((run) => run.every((each) => /\/lib[^/]*\/([^/]+-linux-[^/]+\/)?$/.test(each)));
  const longest = runs.reduce<string[]>((best, run) => (run.length > best.length ? run : best), []);
  return longest.map((each) => each.slice(0, -1));
}

/** `$LIB` is what glibc was configured with as its library directory, without the prefix. */
function libOf(directory: string): string {
  const parts = directory.split('/');
  const at = parts.findIndex((part) => part.startsWith('lib'));
  return at < 0 ? 'lib' : parts.slice(at).join('/');
}
