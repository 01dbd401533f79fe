import type { ElfFile } from '../elf/elf.ts';
import type { FileNode } from '../tree/node.ts';
import type { Objects } from './objects.ts';
import { type Found, type Loaded, type Place, type SearchSettings, searchLibrary } from './search.ts';
import type { LoaderSystem } from './system.ts';

/** What makes a loader look for a library. */
export type LoadKind =
  | 'needed'
  | 'filter'
  | 'auxiliary'
  | 'audit'
  | 'preload'
  | 'dlopen'
  | 'nss'
  | 'hint'
  | 'mentioned';

export interface Request {
  readonly kind: LoadKind;
  /** One library, by the names that will do; the first that is there is loaded. */
  readonly names: readonly string[];
  readonly by: Loaded;
  /** That it is not there keeps nothing from running. */
  readonly optional: boolean;
  /** For what, where the object says so. */
  readonly detail?: string;
}

export interface Listener {
  /** `place` is null for what was loaded already. */
  loaded(request: Request, name: string, object: Loaded, place: Place | null): void;
  missing(request: Request, searched: readonly string[], reason: string | null): void;
  /** True for what is left out on purpose: then what it needs is not looked for. */
  leftOut(path: string): boolean;
}

/**
 * A program with its libraries, in the order in which the loader maps them: what somebody asked for is loaded once, and
 * who asked first decides whose RPATH counts.
 */
export class LinkMap {
  readonly objects: Loaded[] = [];
  readonly system: LoaderSystem;
  readonly #files: Objects;
  readonly #settings: SearchSettings;
  readonly #listener: Listener;
  readonly #asked = new Map<string, Loaded>();
  #next = 0;

  constructor(
    program: { readonly path: string; readonly node: FileNode; readonly elf: ElfFile },
    files: Objects,
    system: LoaderSystem,
    settings: SearchSettings,
    listener: Listener,
  ) {
    this.#files = files;
    this.system = system;
    this.#settings = settings;
    this.#listener = listener;
    const main: Loaded = { ...program, opened: program.path, loader: null };
    this.objects.push(main);
    this.#register(main, program.path);
    this.#mapInterpreter(program.elf, main);
  }

  get program(): Loaded {
    const [main] = this.objects;
    if (main === undefined) throw new Error('a link map begins with its program');
    return main;
  }

  /** Loads one more library, as dlopen(3) does; `follow` then loads what it needs. */
  load(request: Request): Loaded | null {
    const searched: string[] = [];
    let reason: string | null = null;
    for (const name of request.names) {
      const known = this.#known(name, request.by);
      if (known !== null) {
        this.#listener.loaded(request, name, known, null);
        return known;
      }
      const result = searchLibrary(this.#files, this.system, this.#settings, name, request.by);
      if (result.found !== null) return this.#map(request, name, result.found, result.place);
      searched.push(...result.searched);
      reason ??= result.reason;
    }
    this.#listener.missing(request, searched, reason);
    return null;
  }

  #map(request: Request, name: string, { node, elf, resolution }: Found, place: Place): Loaded {
    const same = this.objects.find((object) => object.node === node);
    const object = same ?? { path: resolution.path, opened: place.path, node, elf, loader: request.by };
    if (same === undefined) this.objects.push(object);
    this.#register(object, name);
    this.#listener.loaded(request, name, object, place);
    return object;
  }

  /** Whether `load` would find it. */
  canLoad(name: string, by: Loaded): boolean {
    if (this.#known(name, by) !== null) return true;
    return searchLibrary(this.#files, this.system, this.#settings, name, by).found !== null;
  }

  /** Loads what the objects need, and what these need, to the end. */
  follow(): void {
    for (; this.#next < this.objects.length; this.#next++) {
      const object = this.objects[this.#next];
      const dynamic = object?.elf.dynamic;
      if (object === undefined || dynamic == null || this.#listener.leftOut(object.path)) continue;
      const ask = (kind: LoadKind, names: readonly string[], optional = false) => {
        for (const name of names) this.load({ kind, names: [name], by: object, optional });
      };
      ask('needed', dynamic.needed);
      ask('filter', dynamic.filters);
      ask('auxiliary', dynamic.auxiliaries, true);
      // The loader says so and goes on.
      ask('audit', object.loader === null ? dynamic.audit : [], true);
    }
  }

  #known(name: string, by: Loaded): Loaded | null {
    const asked = this.#asked.get(name);
    if (asked !== undefined) return asked;
    if (name.includes('/')) return null;
    if (this.system.kind === 'musl') return this.#isMuslItself(name) ? this.#interpreter(by) : null;
    return this.objects.find(({ elf }) => elf.dynamic?.soname === name) ?? null;
  }

  /** musl is one file: whoever asks for its parts by the names that other systems have gets the loader. */
  #isMuslItself(name: string): boolean {
    return (
      /^lib(c|pthread|rt|m|dl|util|xnet)\./.test(name) ||
      this.system.interpreter?.endsWith(`/${name}`) === true
    );
  }

  #interpreter(by: Loaded): Loaded | null {
    const { interpreter } = this.system;
    if (interpreter === null) return null;
    return this.objects.find((object) => object.opened === interpreter) ?? this.#mapInterpreter(by.elf, by);
  }

  /** The kernel has mapped it before anything else; a library that is looked at alone has not. */
  #mapInterpreter(program: ElfFile, loader: Loaded): Loaded | null {
    const { interpreter } = this.system;
    if (interpreter === null || (program.interpreter === null && this.system.kind === 'glibc')) return null;
    const probe = this.#files.probe(interpreter);
    if (probe === null || probe.elf === null || 'reason' in probe.elf) return null;
    const object: Loaded = {
      path: probe.resolution.path,
      opened: interpreter,
      node: probe.node,
      elf: probe.elf,
      loader,
    };
    this.objects.push(object);
    this.#register(object, interpreter);
    return object;
  }

  #register(object: Loaded, name: string): void {
    if (!this.#asked.has(name)) this.#asked.set(name, object);
  }
}
