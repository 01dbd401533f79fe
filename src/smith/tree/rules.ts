import { RailcarError } from '../../errors.ts';
import { quoteName } from './name.ts';
import type { Attributes, DirectoryNode, Node } from './node.ts';
import { Tree } from './tree.ts';

/** What a microcontainer keeps of a source's attributes; without any rule all of them. */
export interface Rules {
  /** The one owner of everything. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** The one time of everything, in seconds since 1970. */
  readonly time?: number | undefined;
  /** No setuid, setgid and sticky bits, no capabilities or other extended attributes, no devices. */
  readonly plain?: boolean | undefined;
}

/** Those of the original: one owner, nothing special, no time. */
export function microcontainerRules(uid: number, gid: number, time = 0): Rules {
  return { owner: { uid, gid }, time, plain: true };
}

/**
 * A new tree with the rules applied; the old one stays as it is. Hard links stay hard links, contents are shared.
 *
 * @throws RailcarError `image-invalid` for a device, fifo or socket where the rules are `plain`
 */
export function applyRules(tree: Tree, rules: Rules): Tree {
  const made = new Map<Node, Node>();
  const root: DirectoryNode = { kind: 'directory', ...ruled(tree.root, rules), children: new Map() };
  const result = new Tree(root);
  const directories = new Map<string, DirectoryNode>([['', root]]);
  for (const [path, node] of tree.walk()) {
    if (path === '/') continue;
    const slash = path.lastIndexOf('/');
    const copy = made.get(node) ?? copied(path, node, rules);
    // A directory has one place only; anything else may have several.
    if (copy.kind === 'directory') directories.set(path, copy);
    else made.set(node, copy);
    directories.get(path.slice(0, slash))?.children.set(path.slice(slash + 1), copy);
  }
  return result;
}

function copied(path: string, node: Node, rules: Rules): Node {
  const attributes = ruled(node, rules);
  switch (node.kind) {
    case 'directory':
      return { kind: 'directory', ...attributes, children: new Map() };
    case 'file':
      return { kind: 'file', ...attributes, content: node.content };
    case 'symlink':
      return { kind: 'symlink', ...attributes, mode: 0o777, target: node.target };
    default:
      if (!rules.plain) return { ...node, ...attributes };
      throw new RailcarError(
        'image-invalid',
        `cannot put ${quoteName(path)} into the image: it is a ${node.kind}${/fifo|socket/.test(node.kind) ? '' : ' device'}`,
      );
  }
}

function ruled({ mode, uid, gid, mtime, xattrs }: Attributes, { owner, time, plain }: Rules): Attributes {
  return {
    mode: plain ? mode & 0o777 : mode,
    uid: owner?.uid ?? uid,
    gid: owner?.gid ?? gid,
    mtime: time ?? mtime,
    xattrs: plain ? new Map() : xattrs,
  };
}
