import type { Readable } from 'node:stream';

/** What can be read at any place, synchronously: for the ELF reader and for hashes. */
export interface Bytes {
  /** In bytes. */
  readonly size: number;
  /** `length` bytes from `offset`; fewer only where the end is. The caller may keep them. */
  read(offset: number, length: number): Uint8Array;
  /** Fills `target` from there and says how much of it; where that is cheaper than `read`. */
  readonly readInto?: (offset: number, target: Uint8Array) => number;
}

/** A file's content, which stays where it is: in a spooled layer, in a file on disk, in memory. */
export interface Content extends Bytes {
  stream(): Readable;
}

export interface Attributes {
  /** Permissions, setuid, setgid and sticky bit: 07777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970, with a fraction where the source has one. */
  readonly mtime: number;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

/** Hard links are one and the same object at several paths. */
export interface FileNode extends Attributes {
  readonly kind: 'file';
  readonly content: Content;
}

/** `children` has names without `/` and in no order; `Tree.walk` sorts them. */
export interface DirectoryNode extends Attributes {
  readonly kind: 'directory';
  readonly children: Map<string, Node>;
}

export interface SymlinkNode extends Attributes {
  readonly kind: 'symlink';
  /** As written in the source; never checked, since only `Tree.resolve` follows it, and that stays in the tree. */
  readonly target: string;
}

/** Known, so that whoever asks for one can be told; never copied to an image. */
export interface SpecialNode extends Attributes {
  readonly kind: 'fifo' | 'character' | 'block' | 'socket';
  readonly major: number;
  readonly minor: number;
}

export type Node = FileNode | DirectoryNode | SymlinkNode | SpecialNode;

const none: ReadonlyMap<string, Uint8Array> = new Map();

/** Root's, of 1970, without extended attributes: what is made here and not taken from a source. */
export function attributes(mode: number, more: Partial<Attributes> = {}): Attributes {
  return { mode, uid: 0, gid: 0, mtime: 0, xattrs: none, ...more };
}

/** An empty directory. */
export function directory(mode = 0o755, more: Partial<Attributes> = {}): DirectoryNode {
  return { kind: 'directory', ...attributes(mode, more), children: new Map() };
}

/** A regular file. */
export function file(content: Content, mode = 0o644, more: Partial<Attributes> = {}): FileNode {
  return { kind: 'file', ...attributes(mode, more), content };
}

/** A symbolic link. */
export function symlink(target: string, more: Partial<Attributes> = {}): SymlinkNode {
  return { kind: 'symlink', ...attributes(0o777, more), target };
}
