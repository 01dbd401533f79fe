import { passingChunks } from './content.ts';
import type { Attributes, Content, Node } from './node.ts';
import { Tree } from './tree.ts';

/** What leads from one tree to another. */
export interface Changes {
  /** What is new or different, with the directories above it. */
  readonly changed: Tree;
  /** The paths that are gone, the topmost only, in order. */
  readonly removed: readonly string[];
}

/**
 * The difference as a layer has it. The directories above a change are part of it, although they are as before: some
 * programs unpack a layer by itself. Of hard links all are part of it if one of them is: each layer is complete.
 */
export function changesBetween(before: Tree, after: Tree): Changes {
  const old = new Map(before.walk());
  const groups = groupsOf(after);
  const oldGroups = groupsOf(before);
  const same = new Map<Node, boolean>();
  const changed = new Tree({ ...after.root, children: new Map() });
  for (const [path, node] of after.walk()) {
    if (path === '/') continue;
    if (!same.has(node)) same.set(node, isSame(node, groups.get(node) ?? [], old, oldGroups));
    if (!same.get(node)) put(changed, after, path, node);
  }
  const removed: string[] = [];
  for (const [path] of before.walk()) {
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (path !== '/' && after.get(path) === undefined && after.get(parent)?.kind === 'directory') {
      removed.push(path);
      withParents(changed, after, parent);
    }
  }
  return { changed, removed };
}

/** The paths of each node: more than one for hard links. */
function groupsOf(tree: Tree): Map<Node, string[]> {
  const groups = new Map<Node, string[]>();
  for (const [path, node] of tree.walk()) {
    const group = groups.get(node);
    if (group === undefined) groups.set(node, [path]);
    else group.push(path);
  }
  return groups;
}

function isSame(
  node: Node,
  paths: readonly string[],
  old: Map<string, Node>,
  oldGroups: Map<Node, string[]>,
): boolean {
  const [first = ''] = paths;
  const earlier = old.get(first);
  if (earlier === undefined) return false;
  // A name more or fewer is a change for all of them.
  const names = oldGroups.get(earlier) ?? [];
  if (
    node.kind !== 'directory' &&
    (names.length !== paths.length || paths.some((path) => old.get(path) !== earlier))
  ) {
    return false;
  }
  return sameNode(node, earlier);
}

/** Whether kind, attributes and content are equal; children are not looked at. */
export function sameNode(a: Node, b: Node): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || !sameAttributes(a, b)) return false;
  if (a.kind === 'file' && b.kind === 'file') return sameContent(a.content, b.content);
  if (a.kind === 'symlink' && b.kind === 'symlink') return a.target === b.target;
  return !('major' in a && 'major' in b) || (a.major === b.major && a.minor === b.minor);
}

function sameAttributes(a: Attributes, b: Attributes): boolean {
  return (
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    Math.floor(a.mtime) === Math.floor(b.mtime) &&
    a.xattrs.size === b.xattrs.size &&
    [...a.xattrs].every(
      ([key, value]) => Buffer.compare(value, b.xattrs.get(key) ?? Buffer.of(0xff, 0xfe)) === 0,
    )
  );
}

function sameContent(a: Content, b: Content): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  let at = 0;
  for (const chunk of passingChunks(a)) {
    if (Buffer.compare(chunk, b.read(at, chunk.length)) !== 0) return false;
    at += chunk.length;
  }
  return true;
}

function put(changed: Tree, after: Tree, path: string, node: Node): void {
  withParents(changed, after, path.slice(0, path.lastIndexOf('/')));
  // Its children come by themselves, where they have changed.
  if (node.kind !== 'directory') changed.add(path, node);
  else if (changed.get(path) === undefined) changed.add(path, { ...node, children: new Map() });
}

function withParents(changed: Tree, after: Tree, parent: string): void {
  if (parent === '' || changed.get(parent) !== undefined) return;
  withParents(changed, after, parent.slice(0, parent.lastIndexOf('/')));
  const node = after.get(parent);
  if (node?.kind === 'directory') changed.add(parent, { ...node, children: new Map() });
}
