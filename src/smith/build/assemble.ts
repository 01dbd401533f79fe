import type { Selection } from '../closure/selection.ts';
import type { Identity } from '../recipe/identity.ts';
import { nssFiles } from '../recipe/nss.ts';
import { memoryContent } from '../tree/content.ts';
import { type DirectoryNode, directory, file, type Node } from '../tree/node.ts';
import { Tree } from '../tree/tree.ts';

export interface Assembly {
  readonly selection: Selection;
  /** The user, if the image is to know him by name. */
  readonly names: Identity | null;
  /** `rootfs/` beside smith.yaml: laid over everything. */
  readonly overlay: Tree | null;
  /** Directories that are to be there, besides those of every microcontainer. */
  readonly mounts: readonly string[];
}

/** Where a microcontainer's configuration is, where it may write, where its pid file goes, and what runtimes mount on. */
const always = ['/dev', '/read', '/write', '/run', '/proc', '/sys'];

/** The root file system of the image. The owner, modes and times of microcontainers are the layer writer's. */
export function assemble({ selection, names, overlay, mounts }: Assembly): Tree {
  const tree = new Tree();
  for (const [path, { node }] of selection.entries()) tree.add(path, emptied(node));
  if (names) {
    for (const [path, text] of Object.entries(nssFiles(names))) put(tree, path, file(memoryContent(text)));
  }
  if (overlay) {
    // A file of that name is for the repository that the overlay is in (pack.go of the original).
    for (const [path, node] of overlay.walk())
      if (!path.endsWith('/.gitignore')) put(tree, path, emptied(node));
  }
  for (const path of [...always, ...mounts]) {
    if (tree.resolve(path).node?.kind !== 'directory') put(tree, path, directory());
  }
  return tree;
}

/** What is in a directory comes by itself, or does not come. */
function emptied(node: Node): Node {
  return node.kind === 'directory' ? { ...node, children: new Map() } : node;
}

/** In place of what is there; a directory stays and gets the new one's attributes. Links on the way are followed: /bin/x. */
function put(tree: Tree, path: string, node: Node): void {
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
