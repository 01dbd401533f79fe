import { statSync } from 'node:fs';
import { join } from 'node:path';
import { treeOfDirectory } from '../tree/disk.ts';
import { type DirectoryNode, directory, type Node } from '../tree/node.ts';
import { applyRules } from '../tree/rules.ts';
import type { Tree } from '../tree/tree.ts';

/** `rootfs` beside the recipe, if there is one: laid over everything. */
export function readOverlay(folder: string): Tree | null {
  const path = join(folder, 'rootfs');
  return statSync(path, { throwIfNoEntry: false }) ? treeOfDirectory(path) : null;
}

/** The source as it would be with the overlay in it: what programs of either find in the image. Neither is changed. */
export function withOverlay(source: Tree, overlay: Tree | null): Tree {
  if (overlay === null) return source;
  // Without any rule it is a copy.
  const tree = applyRules(source, {});
  layOver(tree, overlay);
  return tree;
}

export function layOver(tree: Tree, overlay: Tree): void {
  for (const [path, node] of ofOverlay(overlay)) put(tree, path, emptied(node));
}

/** A file that is called .gitignore is for the repository that the overlay is in (pack.go of the original). */
export function* ofOverlay(overlay: Tree): Generator<[path: string, node: Node]> {
  for (const entry of overlay.walk()) if (!entry[0].endsWith('/.gitignore')) yield entry;
}

/** What is in a directory comes by itself, or does not come. */
export function emptied(node: Node): Node {
  return node.kind === 'directory' ? { ...node, children: new Map() } : node;
}

/** In place of what is there; a directory stays and gets the new one's attributes. Links on the way are followed: /bin/x. */
export function put(tree: Tree, path: string, node: Node): void {
  const at = path.lastIndexOf('/');
  const parent = tree.resolve(path.slice(0, at) || '/');
  const place = path === '/' ? '/' : `${parent.path === '/' ? '' : parent.path}/${path.slice(at + 1)}`;
  const there = tree.get(place);
  if (node.kind !== 'directory') return tree.add(place, node);
  // A link to a directory is as good as one: `bin` of an overlay must not hide the `bin -> usr/bin` of the source.
  if (there?.kind === 'symlink' && tree.resolve(place).node?.kind === 'directory') return;
  const children = there?.kind === 'directory' ? there.children : new Map<string, Node>();
  tree.add(place, { ...node, children } satisfies DirectoryNode);
}

/** A directory there, whatever it is now, unless it is one already. */
export function putDirectory(tree: Tree, path: string): void {
  if (tree.resolve(path).node?.kind !== 'directory') put(tree, path, directory());
}
