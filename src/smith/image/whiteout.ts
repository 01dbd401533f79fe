import type { TarEntry } from '../tar/entry.ts';
import { tarError } from '../tar/error.ts';
import { components } from '../tree/resolve.ts';

const PREFIX = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** A mark that something of the layers below is gone (layer.md, "Whiteouts"). */
export interface Whiteout {
  /** What is gone, or the directory whose contents are. */
  readonly path: string;
  readonly opaque: boolean;
}

/** The name of the mark that takes away what is at `path`. */
export function whiteoutName(path: string): string {
  return path.replace(/[^/]*$/, (name) => PREFIX + name);
}

/** Whether some part of the path is a mark's name. */
export function isMarker(path: string): boolean {
  return components(path).some((name) => name.startsWith(PREFIX));
}

/** What the entry takes away; null for AUFS's own files, which mean nothing to an image. */
export function whiteoutOf(entry: TarEntry): Whiteout | null {
  const names = components(entry.path);
  const name = names.pop() ?? '';
  const parent = names.join('/');
  if (names.some((above) => above.startsWith(`${PREFIX}${PREFIX}`))) return null;
  if (names.some((above) => above.startsWith(PREFIX)))
    throw tarError(entry.offset, 'it lies below a whiteout', entry.path);
  if (name === OPAQUE) return { path: parent, opaque: true };
  if (name.startsWith(`${PREFIX}${PREFIX}`)) return null;
  const gone = name.slice(PREFIX.length);
  if (gone === '' || gone === '.' || gone === '..') {
    throw tarError(entry.offset, 'it is a whiteout of no name that a file can have', entry.path);
  }
  if (entry.kind !== 'file')
    throw tarError(entry.offset, `a whiteout is a file, and this is a ${entry.kind}`, entry.path);
  return { path: parent === '' ? gone : `${parent}/${gone}`, opaque: false };
}
