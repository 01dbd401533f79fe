/** One entry of an archive, checked, with what its extension headers say already put in. */
export interface TarEntry {
  readonly kind: 'file' | 'directory' | 'symlink' | 'hardlink' | 'fifo' | 'character' | 'block';
  /** Names joined by single `/`, without `.`, `..` and a `/` at either end; the root is the empty path. */
  readonly path: string;
  /** Of a symbolic link as written; of a hard link like `path`. Else empty. */
  readonly target: string;
  /** Permissions, setuid, setgid, sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970; may be negative, may have a fraction. */
  readonly mtime: number;
  readonly major: number;
  readonly minor: number;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  /** Of the content, in bytes; 0 for all but files. */
  readonly size: number;
  /** Where the content begins in the archive, and where the entry's own header is. */
  readonly start: number;
  readonly offset: number;
}

/** Headers, contents and what they are filled up to. */
export const BLOCK = 512;

/** As long as a path may be for the kernel (PATH_MAX, NAME_MAX of limits.h). */
export const MAX_PATH = 4096;
export const MAX_NAME = 255;

/** Up to a whole number of blocks. */
export function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
