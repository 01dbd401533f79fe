import { RailcarError } from '../../errors.ts';
import { applyLayer } from '../image/layer-tree.ts';
import type { Workspace } from '../image/workspace.ts';
import { readParagraphs } from '../packages/control.ts';
import { debianPackage } from '../packages/dpkg.ts';
import { inOrder, type Package, type PackageDatabase } from '../packages/package.ts';
import { directory, symlink } from '../tree/node.ts';
import { Tree } from '../tree/tree.ts';
import { fileDigest } from './file-digest.ts';
import { runProgram } from './program.ts';

export interface PackageTree {
  readonly tree: Tree;
  readonly database: PackageDatabase;
}

/** Where packages put files that are elsewhere since all of Debian's releases have one /usr. */
const merged = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];

/**
 * The files of Debian packages, laid over each other as dpkg unpacks them. No script of a package runs: what those make
 * when they are installed (alternatives, generated files) is not there.
 *
 * @throws {RailcarError} `operation-failed`, `image-invalid`
 */
export async function unpackDebs(
  files: readonly string[],
  workspace: Workspace,
  tree = new Tree(),
): Promise<PackageTree> {
  for (const name of merged) {
    if (tree.get(`/${name}`)) continue;
    tree.add(`/${name}`, symlink(`usr/${name}`));
    tree.add(`/usr/${name}`, directory());
  }
  const packages: Package[] = [];
  const owners = new Map<string, Package>();
  for (const file of files) {
    const one = { ...(await describe(file)), sha256: await fileDigest(file) };
    packages.push(one);
    const spool = workspace.file();
    await runProgram('dpkg-deb', ['--fsys-tarfile', file], {
      doing: `unpack "${file}"`,
      output: (bytes) => spool.append(bytes),
    });
    applyLayer(tree, spool.content(), {
      whiteouts: false,
      keepDirectoryLinks: true,
      placed: (path) => {
        if (tree.get(path)?.kind !== 'directory') owners.set(path, one);
      },
    });
  }
  withoutUnused(tree);
  return { tree, database: { packages: inOrder(packages), owners } };
}

async function describe(file: string): Promise<Package> {
  const doing = `read package "${file}"`;
  const text = await runProgram('dpkg-deb', ['--field', file], { doing });
  const [fields = new Map<string, string>()] = readParagraphs(text);
  const one = debianPackage(fields);
  if (one === null)
    throw new RailcarError('operation-failed', `cannot ${doing}: it says neither name nor version`);
  return one;
}

/** Directories for an architecture that no package is of. */
function withoutUnused(tree: Tree): void {
  for (const name of merged) {
    const node = tree.get(`/usr/${name}`);
    if (node?.kind === 'directory' && node.children.size === 0) {
      tree.remove(`/usr/${name}`);
      tree.remove(`/${name}`);
    }
  }
}
