import { encodeName } from '../tree/name.ts';
import { components } from '../tree/resolve.ts';
import { MAX_NAME, MAX_PATH } from './entry.ts';

export type CheckedPath =
  | { readonly path: string; readonly problem?: never }
  | { readonly path?: never; readonly problem: string };

/**
 * The path that an entry's name means: below the root, without `.`; or why it means none. `/` alone is the root,
 * as some builders write it. What a hard link names may begin with `/`: everybody reads it as below the root.
 */
export function checkPath(unsafeName: string, { absolute = false } = {}): CheckedPath {
  if (unsafeName === '') return { problem: 'it has no name' };
  if (unsafeName.includes('\0')) return { problem: 'there is a NUL in its name' };
  const names = components(unsafeName).filter((name) => name !== '.');
  if (unsafeName.startsWith('/') && names.length > 0 && !absolute) {
    return { problem: 'its name is absolute; names in an image are relative to the root' };
  }
  if (names.includes('..'))
    return { problem: 'there is a ".." in its name, which could lead out of the root' };
  if (encodeName(unsafeName).length >= MAX_PATH)
    return { problem: `its name is longer than ${MAX_PATH - 1} bytes` };
  if (names.some((name) => encodeName(name).length > MAX_NAME)) {
    return { problem: `a part of its name is longer than ${MAX_NAME} bytes` };
  }
  return { path: names.join('/') };
}
