import { inOrder, type Package } from '../packages/package.ts';
import type { DirectoryNode, Node } from '../tree/node.ts';
import { Tree } from '../tree/tree.ts';

/** What goes into one layer. */
export interface LayerPlan {
  readonly tree: Tree;
  /** For the image's history: `package curl 7.88.1-10`; null: there is nothing to be said. */
  readonly title: string | null;
}

/** Docker mounts no more than 125 layers, and a parent may have some. */
const MOST = 100;

/**
 * A layer for each package, in the order of their names, and a last one for what belongs to none: those of packages that
 * stay what they are are stored and sent once for all images. Of too many packages the smallest share one layer.
 */
export function packageLayers(
  tree: Tree,
  ownerOf: (path: string, node: Node) => Package | null,
  most = MOST,
): LayerPlan[] {
  const groups = groupsOf(tree, ownerOf);
  const packages = inOrder(groups.keys());
  const small = new Set(
    packages.length <= most
      ? []
      : [...packages].sort((a, b) => bytesOf(groups.get(b)) - bytesOf(groups.get(a))).slice(most - 1),
  );
  const plans: LayerPlan[] = [];
  const placed = new Set<string>(['/']);
  const shared: string[] = [];
  for (const one of packages) {
    const paths = [...(groups.get(one)?.keys() ?? [])];
    if (small.has(one)) shared.push(...paths);
    else plans.push({ tree: part(tree, paths, placed), title: `package ${one.name} ${one.version}` });
  }
  if (shared.length > 0)
    plans.push({ tree: part(tree, shared, placed), title: `${small.size} small packages` });
  const rest = [...tree.walk()].map(([path]) => path).filter((path) => !placed.has(path));
  if (rest.length > 0) plans.push({ tree: part(tree, rest, placed), title: 'what is of no package' });
  return plans;
}

/** Names of one file are in one layer: a hard link into another layer is none. */
function groupsOf(
  tree: Tree,
  ownerOf: (path: string, node: Node) => Package | null,
): Map<Package, Map<string, Node>> {
  const owners = new Map<Node, Package | null>();
  const entries = [...tree.walk()].filter(([, node]) => node.kind !== 'directory');
  for (const [path, node] of entries) {
    const owner = ownerOf(path, node);
    owners.set(node, (owners.get(node) ?? owner) === owner ? owner : null);
  }
  const groups = new Map<Package, Map<string, Node>>();
  for (const [path, node] of entries) {
    const owner = owners.get(node);
    if (!owner) continue;
    const group = groups.get(owner) ?? new Map<string, Node>();
    groups.set(owner, group.set(path, node));
  }
  return groups;
}

function bytesOf(group: ReadonlyMap<string, Node> = new Map()): number {
  return [...group.values()].reduce((sum, node) => sum + (node.kind === 'file' ? node.content.size : 0), 0);
}

/** With the directories above, since a layer may be unpacked by itself. */
function part(tree: Tree, paths: readonly string[], placed: Set<string>): Tree {
  const result = new Tree(empty(tree.root));
  for (const path of paths) {
    const names = path.slice(1).split('/');
    let here = tree.root;
    let copy = result.root;
    names.forEach((name, index) => {
      const node = here.children.get(name);
      if (node === undefined) return;
      placed.add(`/${names.slice(0, index + 1).join('/')}`);
      if (node.kind !== 'directory') {
        copy.children.set(name, node);
        return;
      }
      const there = copy.children.get(name);
      const next = there?.kind === 'directory' ? there : empty(node);
      copy.children.set(name, next);
      [here, copy] = [node, next];
    });
  }
  return result;
}

function empty(node: DirectoryNode): DirectoryNode {
  return { ...node, children: new Map() };
}
