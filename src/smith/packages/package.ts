/** A package of a distribution, as its database in the tree has it. */
export interface Package {
  readonly type: 'deb' | 'apk' | 'rpm';
  readonly name: string;
  readonly version: string;
  /** As the database says it: `amd64`, `x86_64`, `all`. */
  readonly architecture: string;
  /** What it was built of, where that has another name or version. */
  readonly source: { readonly name: string; readonly version: string } | null;
  /** As the database says it; Debian's does not. */
  readonly license: string | null;
  readonly maintainer: string | null;
  /** Of the package's file, where it was taken out of one. */
  readonly sha256?: string;
}

/** Who owns which file. Paths are where files are, without links among their parents. */
export interface PackageDatabase {
  readonly packages: readonly Package[];
  /** The package that has put a path there. */
  readonly owners: ReadonlyMap<string, Package>;
  /** Databases that are there and are not in this, each with why: sentences for people. */
  readonly unread?: readonly string[];
}

export const emptyDatabase: PackageDatabase = { packages: [], owners: new Map() };

/** In the order of names, then architectures: equal trees give equal lists. */
export function inOrder(packages: Iterable<Package>): Package[] {
  const key = ({ name, architecture, version }: Package) => `${name}\0${architecture}\0${version}`;
  return [...packages].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/** For people: `coreutils 9.1-1 (deb, amd64)`. */
export function describePackage({ type, name, version, architecture }: Package): string {
  return `${name} ${version} (${type}, ${architecture})`;
}
