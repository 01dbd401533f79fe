import type { Selection } from '../closure/selection.ts';
import type { Identity } from '../recipe/identity.ts';
import { nssFiles } from '../recipe/nss.ts';
import { memoryContent } from '../tree/content.ts';
import { file } from '../tree/node.ts';
import { Tree } from '../tree/tree.ts';
import { emptied, layOver, put, putDirectory } from './overlay.ts';
import { belowPrefix } from './prefix.ts';

export interface Assembly {
  readonly selection: Selection;
  /** The user, if the image is to know him by name. */
  readonly names: Identity | null;
  /** `rootfs/` beside smith.yaml: laid over everything. */
  readonly overlay: Tree | null;
  /** Directories that are to be there, besides those of every microcontainer. */
  readonly mounts: readonly string[];
  /** A directory that all files of source and overlay go below. */
  readonly prefix?: string | undefined;
}

/** Where a microcontainer's configuration is, where it may write, where its pid file goes, and what runtimes mount on. */
const always = ['/dev', '/read', '/write', '/run', '/proc', '/sys'];

/** The root file system of the image. The owner, modes and times of microcontainers are the layer writer's. */
export function assemble({ selection, names, overlay, mounts, prefix }: Assembly): Tree {
  let tree = new Tree();
  for (const [path, { node }] of selection.entries()) tree.add(path, emptied(node));
  const addNames = () => {
    if (names === null) return;
    for (const [path, text] of Object.entries(nssFiles(names))) put(tree, path, file(memoryContent(text)));
  };
  if (prefix === undefined) addNames();
  if (overlay) layOver(tree, overlay);
  if (prefix !== undefined) {
    tree = belowPrefix(tree, prefix, [...always, ...mounts]);
    // Whoever starts the image looks names up where they always are.
    addNames();
  }
  for (const path of [...always, ...mounts]) putDirectory(tree, path);
  return tree;
}
