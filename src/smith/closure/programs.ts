import type { ElfFile } from '../elf/elf.ts';
import { matches } from '../elf/pattern.ts';
import type { FileNode } from '../tree/node.ts';
import type { Collector } from './collector.ts';
import { LinkMap, type Listener, type Request } from './link-map.ts';
import type { Objects } from './objects.ts';
import type { Problems } from './problems.ts';
import type { Loaded, Place, SearchSettings } from './search.ts';
import { LoaderSystems } from './system.ts';

/** A program or a library that is looked at by itself. */
export interface Subject {
  readonly path: string;
  readonly node: FileNode;
  readonly elf: ElfFile;
}

export interface LoadSettings extends SearchSettings {
  /** Names that LD_PRELOAD or ld.so.preload give. */
  readonly preload: readonly string[];
  /** The libraries of glibc-hwcaps and its predecessors along with those that every processor can use. */
  readonly hwcaps: boolean;
  /** Whether it is no error that `name` is not there for `by`. */
  readonly optional: (name: string, by: string) => boolean;
}

/** Starts each program as its loader would, without running it, and takes what is loaded. */
export class Programs {
  readonly maps: LinkMap[] = [];
  readonly #objects: Objects;
  readonly #systems: LoaderSystems;
  readonly #collector: Collector;
  readonly #problems: Problems;
  readonly #settings: LoadSettings;
  readonly #paths = new Set<string>();
  readonly #names = new Map<string, Loaded>();

  constructor(objects: Objects, collector: Collector, problems: Problems, settings: LoadSettings) {
    this.#objects = objects;
    this.#systems = new LoaderSystems(objects);
    this.#collector = collector;
    this.#problems = problems;
    this.#settings = settings;
  }

  /** Whether some program has the file in memory already. */
  hasLoaded(path: string): boolean {
    return this.#paths.has(path);
  }

  start(subject: Subject): LinkMap {
    const { elf, path } = subject;
    const system = this.#systems.of(elf);
    const map: LinkMap = new LinkMap(
      subject,
      this.#objects,
      system,
      this.#settings,
      this.#listener(() => map, path),
    );
    this.maps.push(map);
    if (elf.interpreter !== null) this.#takeInterpreter(elf.interpreter, path);
    if (elf.dynamic !== null && elf.interpreter !== null) {
      for (const name of this.#settings.preload)
        map.load({ kind: 'preload', names: [name], by: map.program, optional: true });
    }
    map.follow();
    return map;
  }

  #takeInterpreter(interpreter: string, by: string): void {
    if (this.#collector.take(interpreter, { kind: 'interpreter', by }, { dependency: true })) return;
    const severity = this.#settings.optional(interpreter, by) ? 'warning' : 'error';
    const reason = 'it is the loader that the kernel would start';
    this.#problems.report({
      kind: 'missing-library',
      severity,
      subject: interpreter,
      by,
      reason,
      searched: [interpreter],
    });
  }

  #listener(map: () => LinkMap, root: string): Listener {
    return {
      leftOut: (path) => path !== root && this.#collector.isExcluded(path),
      loaded: (request, name, object, place) => this.#loaded(map(), request, name, object, place),
      missing: (request, searched, reason) => this.#missing(map(), request, searched, reason),
    };
  }

  #loaded(map: LinkMap, request: Request, name: string, object: Loaded, place: Place | null): void {
    this.#paths.add(object.path);
    for (const each of [name, object.elf.dynamic?.soname ?? name])
      if (!this.#names.has(each)) this.#names.set(each, object);
    const { kind, by, detail = null } = request;
    const reason = { kind, by: by.path, name, place: place?.because ?? null, detail };
    const dependency = { dependency: !request.optional };
    if (place === null) {
      if (object.path !== by.path) this.#collector.addReason(object.path, reason, dependency);
      return;
    }
    this.#collector.take(place.path, reason, dependency);
    this.#takeHelp(map, name, object, place);
    if (this.#settings.hwcaps) this.#takeVariants(object, place.path);
  }

  /** A library outside the default directories is found in the image only if the loader's own files say where. */
  #takeHelp({ system }: LinkMap, name: string, object: Loaded, place: Place): void {
    const file =
      place.kind === 'cache' ? system.cache?.path : place.kind === 'default' ? system.pathFile : null;
    const usual = system.kind === 'musl' ? ['/lib', '/usr/local/lib', '/usr/lib'] : system.directories;
    const anyway = usual.some(
      (directory) => this.#objects.probe(`${directory}/${name}`)?.node === object.node,
    );
    if (anyway) return;
    if (file != null) this.#collector.take(file, { kind: 'cache', by: object.path }, { dependency: true });
    if (place.kind === 'conf') {
      const reason =
        'only ld.so.conf names its directory, and there is no ld.so.cache: ldconfig has not been run';
      this.#problems.report({
        kind: 'not-cached',
        severity: 'warning',
        subject: object.path,
        by: null,
        reason,
      });
    }
  }

  #takeVariants(object: Loaded, opened: string): void {
    const at = opened.lastIndexOf('/');
    const name = opened.slice(at + 1).replaceAll(/[*?[]/g, '[$&]');
    const directory = opened.slice(0, at).replaceAll(/[*?[]/g, '[$&]');
    for (const pattern of [
      'glibc-hwcaps/*',
      'tls',
      'haswell',
      'haswell/*',
      'x86_64',
      'avx512_1',
      'i686',
      'i686/*',
      'sse2',
    ]) {
      for (const path of matches(this.#objects.tree, `${directory}/${pattern}/${name}`)) {
        this.#collector.take(path, { kind: 'variant', by: object.path });
      }
    }
  }

  #missing(map: LinkMap, request: Request, searched: readonly string[], reason: string | null): void {
    const [subject = ''] = request.names;
    const by = request.by.path;
    // A plug-in's libraries may be those that the program has loaded: they count by their names.
    const elsewhere = map.program.elf.interpreter === null ? this.#named(request) : undefined;
    if (elsewhere !== undefined) {
      const place = 'name: a program has loaded it';
      this.#collector.addReason(elsewhere.path, {
        kind: request.kind,
        by,
        name: subject,
        place,
        detail: null,
      });
      return;
    }
    const optional = request.optional || request.names.some((name) => this.#settings.optional(name, by));
    this.#problems.report({
      kind: 'missing-library',
      severity: optional ? 'warning' : 'error',
      subject,
      by,
      reason:
        reason ??
        (searched.length === 0 ? 'there is no place to search' : `${searched.length} places were searched`),
      searched,
    });
  }

  #named({ names, by }: Request): Loaded | undefined {
    return names
      .map((name) => this.#names.get(name))
      .find(
        (object) =>
          object !== undefined && object.elf.bits === by.elf.bits && object.elf.machine === by.elf.machine,
      );
  }
}
