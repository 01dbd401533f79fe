import { closeSync, lstatSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { descriptorContent } from '../../src/smith/tree/content.ts';
import {
  type Content,
  type DirectoryNode,
  directory,
  type FileNode,
  file,
  symlink,
} from '../../src/smith/tree/node.ts';
import { Tree } from '../../src/smith/tree/tree.ts';

/** A directory that a test has made, as a tree; each read opens its file, so that there may be any number of them. */
export function diskTree(root: string): Tree {
  const tree = directory();
  fill(root, tree, new Map());
  return new Tree(tree);
}

function fill(path: string, into: DirectoryNode, inodes: Map<number, FileNode>): void {
  for (const name of readdirSync(path)) {
    const place = `${path}/${name}`;
    const status = lstatSync(place);
    if (status.isSymbolicLink()) into.children.set(name, symlink(readlinkSync(place)));
    if (status.isDirectory()) {
      const below = directory(status.mode & 0o7777);
      into.children.set(name, below);
      fill(place, below, inodes);
    }
    if (!status.isFile()) continue;
    const known = inodes.get(status.ino) ?? file(contentOf(place, status.size), status.mode & 0o7777);
    inodes.set(status.ino, known);
    into.children.set(name, known);
  }
}

function contentOf(path: string, size: number): Content {
  return {
    size,
    read: (offset, length) => {
      const descriptor = openSync(path, 'r');
      try {
        return descriptorContent(descriptor, 0, size).read(offset, length);
      } finally {
        closeSync(descriptor);
      }
    },
    stream: () => {
      throw new Error('not for streaming');
    },
  };
}
