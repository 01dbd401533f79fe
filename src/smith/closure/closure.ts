import { decodeName, quoteName } from '../tree/name.ts';
import type { Tree } from '../tree/tree.ts';
import { Collector, type TakenFile } from './collector.ts';
import { gconvFiles } from './gconv.ts';
import type { LinkMap } from './link-map.ts';
import { mentionedLibraries } from './mentions.ts';
import { glibcVersion, nssModules, nssServices } from './nss.ts';
import { isDamaged, Objects } from './objects.ts';
import { type Problem, Problems } from './problems.ts';
import { Programs, type Subject } from './programs.ts';
import { DEFAULT_PATH, Scripts } from './scripts.ts';
import type { Loaded } from './search.ts';
import type { Selection } from './selection.ts';

/** A path that the recipe asks for; globs have been resolved. */
export interface Wanted {
  readonly path: string;
  /** Where the recipe says so: for `explain`. */
  readonly because: string;
}

export interface ClosureOptions {
  readonly wanted: readonly Wanted[];
  /** What is laid over the tree, in which it is already: it is in the image whatever is excluded. */
  readonly overlay?: readonly string[];
  /** Whether a path is excluded; asked for each directory above it first, so that it need not think of those. */
  readonly excludes?: (path: string) => boolean;
  /** What is excluded stays out even if something does not run without it. */
  readonly force?: boolean;
  /** Of the image: PATH, LD_LIBRARY_PATH and LD_PRELOAD count. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Of the image: what empty elements of PATH and relative RPATHs mean. */
  readonly workingDirectory?: string;
  /** Modules for names: those that an nsswitch.conf asks for, given as text, or the tree's own (`tree`). */
  readonly nss?: { readonly conf: string } | 'tree' | null;
  /** Conversions of character sets by their names (iconv(1)), or all. */
  readonly gconv?: readonly string[] | 'all' | null;
  /** Notes about dlopen that are followed, down to this priority. */
  readonly dlopen?: 'required' | 'recommended' | 'suggested' | null;
  /** Libraries that a program or a library loads while it runs: by its path. */
  readonly loads?: ReadonlyMap<string, readonly string[]>;
  /** Takes libraries whose names stand in a program or library as text, if they are there. */
  readonly mentioned?: boolean;
  /** Libraries for some processors only, along with those for all. */
  readonly hwcaps?: boolean;
  /** Whether it is only worth a warning that library `name` is not there for `by`. */
  readonly optional?: (name: string, by: string) => boolean;
}

export interface Closure {
  readonly selection: Selection;
  /** Errors first, both in the order of their subjects. */
  readonly problems: readonly Problem[];
}

/**
 * Everything that the wanted paths need to run as they do in the tree: directories with what is in them, loaders and
 * libraries, interpreters of scripts, links on the way. Nothing of the tree is executed.
 */
export function closure(tree: Tree, options: ClosureOptions): Closure {
  const problems = new Problems();
  const { overlay = [], excludes = () => false, force = false } = options;
  const kept = new Set(overlay.map((path) => tree.resolve(path, { followLast: false }).path));
  const collector = new Collector(tree, problems, excludes, force, kept);
  for (const { path, because } of options.wanted) {
    if (!collector.take(path, { kind: 'wanted', because }, { whole: true }))
      reportWanted(tree, problems, path, because);
  }
  for (const path of overlay) takeOverlaid(tree, collector, problems, path);
  new Follower(tree, collector, problems, options).followAll();
  const rank = ({ severity, subject }: Problem) => `${severity === 'error' ? 0 : 1} ${subject}`;
  const sorted = problems.list().sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
  return { selection: collector.selection, problems: sorted };
}

/** A link in the overlay brings along what it leads to. Where it leads may only be there when the image runs. */
function takeOverlaid(tree: Tree, collector: Collector, problems: Problems, path: string): void {
  const because = `rootfs${path}`;
  const whole = tree.resolve(path, { followLast: false }).node?.kind === 'symlink';
  if (collector.take(path, { kind: 'overlay', because }, { whole })) return;
  const { path: end } = tree.resolve(path);
  if (/^\/(dev|proc|read|run|sys|write)(\/|$)/.test(end)) return;
  const reason = `it leads to ${quoteName(end)}, which is not there`;
  problems.report({ kind: 'dangling-link', severity: 'warning', subject: because, by: null, reason });
}

/** A link that leads nowhere is in the source as well; a path that is not there was not meant. */
function reportWanted(tree: Tree, problems: Problems, path: string, because: string): void {
  const { links } = tree.resolve(path);
  const isLink = tree.resolve(path, { followLast: false }).node?.kind === 'symlink' && links.length > 0;
  problems.report({
    kind: isLink ? 'dangling-link' : 'missing-path',
    severity: isLink ? 'warning' : 'error',
    subject: path,
    by: null,
    reason: `${isLink ? 'it leads to nothing' : 'the source does not have it'} (${because})`,
  });
}

/** Looks into each file that is taken, and takes what it needs, until nothing new comes. */
class Follower {
  readonly #collector: Collector;
  readonly #problems: Problems;
  readonly #options: ClosureOptions;
  readonly #objects: Objects;
  readonly #programs: Programs;
  readonly #scripts: Scripts;
  /** Libraries wait until all programs have been looked at: in one of them they may find what they need by its RPATH. */
  readonly #libraries: Subject[] = [];
  readonly #withNss = new Set<string>();

  constructor(tree: Tree, collector: Collector, problems: Problems, options: ClosureOptions) {
    const { environment = {}, workingDirectory = '/' } = options;
    this.#collector = collector;
    this.#problems = problems;
    this.#options = options;
    this.#objects = new Objects(tree);
    this.#programs = new Programs(this.#objects, collector, problems, {
      libraryPath: environment.LD_LIBRARY_PATH ?? '',
      workingDirectory,
      preload: [...words(environment.LD_PRELOAD ?? ''), ...preloadFile(tree, collector)],
      hwcaps: options.hwcaps ?? false,
      optional: options.optional ?? (() => false),
    });
    this.#scripts = new Scripts(tree, collector, problems, {
      path: environment.PATH ?? DEFAULT_PATH,
      workingDirectory,
    });
  }

  followAll(): void {
    for (;;) {
      const file = this.#collector.next();
      if (file !== undefined) {
        this.#look(file);
        continue;
      }
      const library = this.#libraries.shift();
      if (library === undefined) return;
      if (!this.#programs.hasLoaded(library.path)) this.#start(library);
    }
  }

  #look(file: TakenFile): void {
    const elf = this.#objects.read(file.node);
    if (elf === null) {
      this.#scripts.follow(file);
    } else if (isDamaged(elf)) {
      const { reason } = elf;
      this.#problems.report({ kind: 'damaged', severity: 'warning', subject: file.path, by: null, reason });
    } else if (elf.interpreter !== null && (elf.pie || elf.type === 'executable')) {
      this.#start({ ...file, elf });
    } else if (elf.dynamic !== null) {
      this.#libraries.push({ ...file, elf });
    }
  }

  #start(subject: Subject): void {
    const map = this.#programs.start(subject);
    // What is loaded while it runs brings more objects, which have their own.
    for (let index = 0; index < map.objects.length; index++) {
      const object = map.objects[index];
      if (object !== undefined && !this.#collector.isExcluded(object.path)) this.#loadMore(map, object);
      map.follow();
    }
  }

  #loadMore(map: LinkMap, object: Loaded): void {
    const { dlopen, loads, mentioned } = this.#options;
    const { elf, path } = object;
    const levels = ['required', 'recommended', 'suggested'];
    for (const note of elf.dlopen) {
      if (dlopen == null || levels.indexOf(note.priority) > levels.indexOf(dlopen)) continue;
      const detail = { detail: note.feature ?? note.description ?? note.priority };
      map.load({
        kind: 'dlopen',
        names: note.soname,
        by: object,
        optional: note.priority !== 'required',
        ...detail,
      });
    }
    for (const name of loads?.get(path) ?? [])
      map.load({ kind: 'hint', names: [name], by: object, optional: false });
    if (mentioned === true) {
      for (const name of mentionedLibraries(object.node, elf)) {
        if (map.canLoad(name, object))
          map.load({ kind: 'mentioned', names: [name], by: object, optional: true });
      }
    }
    if (elf.dynamic?.soname === 'libc.so.6') this.#loadForGlibc(map, object);
  }

  /** Once for each C library: programs share the modules. */
  #loadForGlibc(map: LinkMap, libc: Loaded): void {
    if (this.#withNss.has(libc.path)) return;
    this.#withNss.add(libc.path);
    const { nss, gconv } = this.#options;
    if (nss != null) {
      const conf = nss === 'tree' ? textOf(this.#objects.tree, '/etc/nsswitch.conf') : nss.conf;
      for (const { soname, service } of nssModules(nssServices(conf), glibcVersion(libc.node, libc.elf))) {
        map.load({ kind: 'nss', names: [soname], by: libc, optional: true, detail: service });
      }
    }
    if (gconv != null)
      for (const directory of map.system.directories) this.#takeGconv(`${directory}/gconv`, libc, gconv);
  }

  #takeGconv(directory: string, libc: Loaded, charsets: readonly string[] | 'all'): void {
    const { configuration, modules, unknown } = gconvFiles(this.#objects.tree, directory, charsets);
    if (configuration.length === 0) return;
    for (const path of [...configuration, ...modules])
      this.#collector.take(path, { kind: 'gconv', by: libc.path });
    for (const subject of unknown) {
      const reason = `no module of ${directory} converts it`;
      this.#problems.report({ kind: 'unknown-charset', severity: 'error', subject, by: libc.path, reason });
    }
  }
}

/** LD_PRELOAD and ld.so.preload are separated by blanks or colons. */
function words(text: string): string[] {
  return text.split(/[\s:]+/).filter((word) => word !== '');
}

/** The file counts if it will be in the image. */
function preloadFile(tree: Tree, collector: Collector): string[] {
  const path = '/etc/ld.so.preload';
  return collector.selection.has(path) ? words((textOf(tree, path) ?? '').replaceAll(/#.*/g, '')) : [];
}

function textOf(tree: Tree, path: string): string | null {
  const { node } = tree.resolve(path);
  return node?.kind === 'file' ? decodeName(node.content.read(0, 65_536)) : null;
}
