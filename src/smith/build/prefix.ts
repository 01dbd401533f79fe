import type { Node } from '../tree/node.ts';
import { components } from '../tree/resolve.ts';
import { Tree } from '../tree/tree.ts';

/**
 * The same files below a directory, for images that are mounted into containers of others (crashcart). Links lead to
 * where things are then, but to nothing else than before: what leads to one of `outside`, which stay where they are, does
 * so still. Nothing that is in a file is changed, so that programs ask for the loaders and files that they always did.
 */
export function belowPrefix(tree: Tree, prefix: string, outside: readonly string[]): Tree {
  const result = new Tree();
  const moved = new Map<Node, Node>();
  for (const [path, node] of tree.walk()) {
    if (path === '/') continue;
    const copy = moved.get(node) ?? movedNode(path, node, prefix, outside);
    moved.set(node, copy);
    result.add(prefixed(prefix, path), copy);
  }
  return result;
}

/** `/usr/bin/ls` below `/dev/crashcart`. */
export function prefixed(prefix: string, path: string): string {
  return `/${components(prefix).join('/')}${path}`;
}

/** Where something was before; null for what is not below the prefix. */
export function withoutPrefix(prefix: string, path: string): string | null {
  const place = `/${components(prefix).join('/')}/`;
  return path.startsWith(place) ? path.slice(place.length - 1) : null;
}

function movedNode(path: string, node: Node, prefix: string, outside: readonly string[]): Node {
  if (node.kind === 'directory') return { ...node, children: new Map() };
  if (node.kind !== 'symlink') return node;
  const { target } = node;
  const end = target.startsWith('/') ? target : climbing(path, target);
  if (end === null || outside.some((one) => end === one || end.startsWith(`${one}/`))) {
    return end === null ? node : { ...node, target: end };
  }
  return { ...node, target: prefixed(prefix, end) };
}

/** Above the root there is only the root: such a link is an absolute one. Null: it stays in the tree. */
function climbing(path: string, target: string): string | null {
  const names = components(path).slice(0, -1);
  let beyond = false;
  for (const name of components(target)) {
    if (name === '..') beyond = names.pop() === undefined || beyond;
    else if (name !== '.') names.push(name);
  }
  return beyond ? `/${names.join('/')}` : null;
}
