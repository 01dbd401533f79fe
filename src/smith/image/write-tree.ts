import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { passingChunks } from '../tree/content.ts';
import { encodeName } from '../tree/name.ts';
import type { Attributes, DirectoryNode, FileNode, Node, SymlinkNode } from '../tree/node.ts';
import type { Tree } from '../tree/tree.ts';

export interface WriteOptions {
  /** Whether files get the owners that the image says; without, they are the caller's. */
  readonly owners: boolean;
  /** Whose files they will be seen as, without: those of others are told. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** Paths of what has not been written as the image has it. */
export interface NotWritten {
  /** Devices, fifos, sockets: the runtime makes those that a container needs. */
  readonly special: readonly string[];
  /** Files without their extended attributes, capabilities among them. */
  readonly xattrs: readonly string[];
  /** Files whose owner the image says is lost, and counts: somebody else's than root's, which are everybody's to read. */
  readonly owners: readonly string[];
}

interface Open {
  readonly path: string;
  readonly descriptor: number;
  readonly node: DirectoryNode;
}

/**
 * Writes the tree into an empty directory. Everything is made anew below the descriptor of the directory that it is in,
 * which has itself just been made: no name is ever looked up through a link, whatever the image or somebody beside it
 * has put there.
 */
export function writeTree(tree: Tree, folder: string, options: WriteOptions): NotWritten {
  const special: string[] = [];
  const xattrs: string[] = [];
  const owners: string[] = [];
  const written = new Map<Node, string>();
  const open: Open[] = [{ path: '', descriptor: openDirectory(Buffer.from(folder)), node: tree.root }];
  try {
    for (const [path, node] of tree.walk()) {
      if (path === '/') continue;
      const parent = path.slice(0, path.lastIndexOf('/'));
      while (open.length > 1 && open.at(-1)?.path !== parent) finish(open.pop(), options);
      const above = open.at(-1);
      if (above === undefined) break;
      const name = encodeName(path.slice(parent.length + 1));
      const place = below(above.descriptor, name);
      if (node.xattrs.size > 0) xattrs.push(path);
      if (options.owner && node.uid !== 0 && node.uid !== options.owner.uid) owners.push(path);
      const earlier = written.get(node);
      if (earlier !== undefined) link(earlier, open, place);
      else if (node.kind === 'directory') open.push({ path, descriptor: makeDirectory(place), node });
      else if (node.kind === 'file') writeFile(place, node, options);
      else if (node.kind === 'symlink') writeLink(place, node, options);
      else special.push(path);
      if (node.kind === 'file' || node.kind === 'symlink') written.set(node, path);
    }
    while (open.length > 0) finish(open.pop(), options);
    return { special, xattrs, owners };
  } finally {
    for (const { descriptor } of open) closeSync(descriptor);
  }
}

/** A hard link to what was written before: its directory is opened again, name by name, through no link. */
function link(path: string, open: readonly Open[], place: Buffer): void {
  const names = path.split('/').slice(1);
  const last = names.pop() ?? '';
  const opened: number[] = [];
  try {
    let at = open[0]?.descriptor ?? -1;
    for (const name of names) {
      at = openDirectory(below(at, encodeName(name)));
      opened.push(at);
    }
    linkSync(below(at, encodeName(last)), place);
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

function below(descriptor: number, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${descriptor}/`), name]);
}

function openDirectory(place: Buffer): number {
  return openSync(place, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

/** Only the caller may enter until all is in it. */
function makeDirectory(place: Buffer): number {
  mkdirSync(place, 0o700);
  return openDirectory(place);
}

/** The attributes come last: owner before mode, which chown(2) takes bits from; times after everything. */
function finish(directory: Open | undefined, options: WriteOptions): void {
  if (directory === undefined) return;
  dress(directory.descriptor, directory.node, options);
  closeSync(directory.descriptor);
}

/** A user who is not root could not remove again what he may not write to. Of what he owns he decides that himself anyway. */
const OWN = 0o600;

function dress(descriptor: number, { uid, gid, mode, mtime }: Attributes, { owners }: WriteOptions): void {
  if (owners) fchownSync(descriptor, uid, gid);
  fchmodSync(descriptor, owners ? mode : (mode & 0o1777) | OWN);
  futimesSync(descriptor, mtime, mtime);
}

function writeFile(place: Buffer, node: FileNode, options: WriteOptions): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const descriptor = openSync(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    for (const chunk of passingChunks(node.content)) {
      for (let at = 0; at < chunk.length; ) at += writeSync(descriptor, chunk, at, chunk.length - at);
    }
    dress(descriptor, node, options);
  } finally {
    closeSync(descriptor);
  }
}

function writeLink(place: Buffer, node: SymlinkNode, { owners }: WriteOptions): void {
  symlinkSync(encodeName(node.target), place);
  if (owners) lchownSync(place, node.uid, node.gid);
  lutimesSync(place, node.mtime, node.mtime);
}
