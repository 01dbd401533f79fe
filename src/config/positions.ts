import type { Position } from '../errors.ts';
import { joinPath, parentPath } from './path.ts';
import { scanJson } from './scanner.ts';

export interface Positions {
  /** What messages call the file. */
  readonly file: string;
  /**
   * Where the value at a path begins, or the nearest value around it if it is missing. Null where not even the first
   * word of the path is in the file, as for an origin such as `--pid-file`. The empty path is the whole file.
   */
  of(path: string): Position | null;
}

/** Most commands never ask, so the text is scanned at the first question. */
export function positionsOf(text: string, file: string): Positions {
  let offsets: ReadonlyMap<string, number> | null = null;
  return {
    file,
    of(path) {
      offsets ??= offsetsOf(text);
      for (let at: string | null = path; at !== null; at = parentPath(at)) {
        if (at === '' && path !== '') return null;
        const offset = offsets.get(at);
        if (offset !== undefined) return positionAt(text, offset);
      }
      return null;
    },
  };
}

/** Line and column, both from 1; columns count characters, not UTF-16 units. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: [...before.slice(lineStart)].length + 1 };
}

function offsetsOf(text: string): Map<string, number> {
  const offsets = new Map<string, number>();
  scanJson(text, (path, offset) => offsets.set(joinPath(path), offset));
  return offsets;
}
