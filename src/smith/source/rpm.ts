import { RailcarError } from '../../errors.ts';
import { applyEntries } from '../image/layer-tree.ts';
import type { Workspace } from '../image/workspace.ts';
import type { Distribution } from '../packages/distribution.ts';
import { inOrder, type Package } from '../packages/package.ts';
import { openRpm, type RpmPackage } from '../rpm/package.ts';
import { readPayload } from '../rpm/payload.ts';
import { tags } from '../rpm/tags.ts';
import { Tree } from '../tree/tree.ts';
import type { PackageTree } from './deb.ts';

export interface RpmTree extends PackageTree {
  /** Whose packages they are, as these say; for trees without an os-release. */
  readonly distribution: Distribution | null;
}

/**
 * The files of RPM packages, laid over each other as rpm unpacks them, and nothing on this machine's file system. No script
 * of a package runs: what those make when they are installed (alternatives, caches, users) is not there.
 *
 * @param architecture rpm's name of the one whose files count where packages of two have the same
 * @throws {RailcarError} `image-missing`, `image-invalid`, `operation-failed`
 */
export async function unpackRpms(
  paths: readonly string[],
  architecture: string,
  workspace: Workspace,
  tree = new Tree(),
): Promise<RpmTree> {
  const owners = new Map<string, Package>();
  const packages = paths.map((path) => openRpm(path, workspace));
  for (const one of inLayers(packages, architecture)) {
    const { archive, entries } = await readPayload(one, workspace);
    const placed = (path: string) => {
      if (tree.get(path)?.kind !== 'directory') owners.set(path, one.about);
    };
    try {
      applyEntries(tree, archive, entries, { keepDirectoryLinks: true, placed });
    } catch (error) {
      if (!(error instanceof RailcarError)) throw error;
      throw new RailcarError(error.code, `${one.what}: ${error.message}`, { cause: error });
    }
  }
  return {
    tree,
    database: { packages: inOrder(packages.map(({ about }) => about)), owners },
    distribution: packages.map(distributionOf).find((found) => found !== null) ?? null,
  };
}

/**
 * The order does not depend on that of the arguments. First comes who has links in place of directories that others have
 * files in (`/lib64`, of the package "filesystem"), and last whose files replace those of others.
 */
function inLayers(packages: readonly RpmPackage[], architecture: string): RpmPackage[] {
  const folders = new Set(packages.flatMap(({ files }) => files.flatMap(({ path }) => above(path))));
  const rank = ({ about, files }: RpmPackage) => {
    if (files.some(({ path, mode, ghost }) => !ghost && isLink(mode) && folders.has(path))) return 0;
    return about.architecture === architecture ? 2 : 1;
  };
  const places = new Map(inOrder(packages.map(({ about }) => about)).map((about, index) => [about, index]));
  return [...packages].sort(
    (a, b) => rank(a) - rank(b) || (places.get(a.about) ?? 0) - (places.get(b.about) ?? 0),
  );
}

function above(path: string): string[] {
  const names = path.split('/');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'));
}

function isLink(mode: number): boolean {
  return (mode & 0o170000) === 0o120000;
}

/** What os-release(5) of a distribution calls it, by what its packages say of who makes them. */
const vendors: readonly (readonly [RegExp, string, string])[] = [
  [/^Fedora Project/, 'fedora', 'fc'],
  [/^Red Hat/, 'rhel', 'el'],
  [/^CentOS/, 'centos', 'el'],
  [/^Rocky/, 'rocky', 'el'],
  [/^AlmaLinux/, 'almalinux', 'el'],
  [/^Oracle/, 'ol', 'el'],
  [/^Amazon/, 'amzn', 'amzn'],
];

/** The release is at the end of a package's: `9.1-13.fc40`, `8.32-35.el9_4`. */
function distributionOf({ header }: RpmPackage): Distribution | null {
  const vendor = header.text(tags.vendor) ?? '';
  const [, id, mark] = vendors.find(([pattern]) => pattern.test(vendor)) ?? [];
  if (id === undefined) return null;
  const [, version = null] = new RegExp(`\\.${mark}(\\d+)`).exec(header.text(tags.release) ?? '') ?? [];
  return { id, version, name: `${vendor}${version ? ` ${version}` : ''}` };
}
