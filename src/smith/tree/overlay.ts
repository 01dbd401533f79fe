import type { DirectoryNode, Node } from './node.ts';
import { Tree } from './tree.ts';

/**
 * A tree with another laid over it: what is in `upper` counts, directories are joined and have the attributes of
 * `upper`. Neither of the two is changed. Names are taken as they are: a link in `lower` is replaced, not followed.
 */
export function overlay(lower: Tree, upper: Tree): Tree {
  return new Tree(joined(lower.root, upper.root));
}

function joined(lower: DirectoryNode, upper: DirectoryNode): DirectoryNode {
  const result: DirectoryNode = { ...upper, children: new Map(lower.children) };
  // Without recursion: the depth is the image's.
  const pending: [into: DirectoryNode, from: DirectoryNode][] = [[result, upper]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [into, from] = next;
    for (const [name, node] of from.children) {
      const below = into.children.get(name);
      if (node.kind !== 'directory' || below?.kind !== 'directory') {
        into.children.set(name, node);
        continue;
      }
      const both: DirectoryNode = { ...node, children: new Map<string, Node>(below.children) };
      into.children.set(name, both);
      pending.push([both, node]);
    }
  }
  return result;
}
