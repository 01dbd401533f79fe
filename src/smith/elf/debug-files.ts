import { RailcarError } from '../../errors.ts';
import type { FileNode } from '../tree/node.ts';
import type { Tree } from '../tree/tree.ts';
import { type ElfFile, readElf } from './elf.ts';

/** A file with debugging information that belongs to a program or a library. */
export interface DebugFile {
  /** As it is to be asked for in the tree; it may be a link. */
  readonly path: string;
  /** The program or library. */
  readonly of: string;
  readonly kind: 'build-id' | 'debuglink' | 'dwz';
}

export interface DebugFiles {
  readonly found: readonly DebugFile[];
  /** Those with a build-id or a link, but no file that goes with it. */
  readonly without: readonly { readonly path: string; readonly buildId: string | null }[];
  /** Build-ids of what dwz moved out of a file and that is not there. */
  readonly parted: readonly string[];
}

const base = '/usr/lib/debug';

/** Where the debugging information of a build-id is by convention: `/usr/lib/debug/.build-id/xx/yyyy.debug`. */
export function buildIdPath(buildId: string): string {
  return `${base}/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`;
}

/**
 * Where gdb(1) looks for what was taken out of the files ("Debugging Information in Separate Files"), as far as it is
 * there: by build-id, by .gnu_debuglink, and for each of these what dwz(1) moved out of it. A file found by its name
 * counts only if its build-id is the same.
 */
export function debugFiles(tree: Tree, paths: Iterable<string>): DebugFiles {
  const found: DebugFile[] = [];
  const without: { path: string; buildId: string | null }[] = [];
  const [whole, parted] = [new Set<string>(), new Set<string>()];
  for (const path of paths) {
    const object = elfAt(tree, path);
    if (object === null || object.elf.debugOnly) continue;
    const { elf } = object;
    if (elf.buildId === null && elf.debugLink === null) continue;
    const own = candidates(object.path, elf).filter(({ path: place }) =>
      belongs(elfAt(tree, place)?.elf, elf),
    );
    if (own.length === 0) without.push({ path, buildId: elf.buildId });
    const shared = [object.path, ...own.map((file) => file.path)].flatMap((place) => {
      const { files, buildId } = dwzFiles(tree, place);
      if (buildId !== null) (files.length > 0 ? whole : parted).add(buildId);
      return files;
    });
    const all = [...own, ...shared.map((place) => ({ path: place, kind: 'dwz' as const }))];
    found.push(...all.map((file) => ({ ...file, of: path })));
  }
  return { found, without, parted: [...parted].filter((buildId) => !whole.has(buildId)).sort() };
}

function candidates(path: string, elf: ElfFile): Pick<DebugFile, 'path' | 'kind'>[] {
  const byId = elf.buildId === null || elf.buildId.length < 4 ? [] : [buildIdPath(elf.buildId)];
  const directory = path.slice(0, path.lastIndexOf('/'));
  const name = elf.debugLink?.name;
  // A name with a slash would lead anywhere.
  const byName =
    name === undefined || name.includes('/')
      ? []
      : [`${directory}/${name}`, `${directory}/.debug/${name}`, `${base}${directory}/${name}`];
  return [
    ...byId.map((place) => ({ path: place, kind: 'build-id' as const })),
    ...byName.map((place) => ({ path: place, kind: 'debuglink' as const })),
  ];
}

function belongs(debug: ElfFile | undefined, elf: ElfFile): boolean {
  return debug !== undefined && debug.buildId === elf.buildId;
}

/** .gnu_debugaltlink gives a path, from the directory of the file or absolute, and the build-id of what is there. */
function dwzFiles(tree: Tree, path: string): { files: readonly string[]; buildId: string | null } {
  const object = elfAt(tree, path);
  const link = object?.elf.debugAltLink;
  if (object === null || link === undefined || link === null) return { files: [], buildId: null };
  const named = link.name.startsWith('/') ? link.name : `${object.path.replace(/[^/]*$/, '')}${link.name}`;
  const places = [named, ...(link.buildId.length < 4 ? [] : [buildIdPath(link.buildId)])];
  const files = places.filter((place) => elfAt(tree, place)?.elf.buildId === link.buildId);
  return { files, buildId: link.buildId };
}

function elfAt(tree: Tree, path: string): { path: string; elf: ElfFile } | null {
  const { node, path: place } = tree.resolve(path);
  if (node?.kind !== 'file') return null;
  const elf = soundElf(node);
  return elf === null ? null : { path: place, elf };
}

function soundElf(node: FileNode): ElfFile | null {
  try {
    return readElf(node.content);
  } catch (error) {
    if (error instanceof RailcarError) return null;
    throw error;
  }
}
