import { createHash } from 'node:crypto';
import type { Package } from '../packages/package.ts';
import type { Inventory } from './inventory.ts';
import { purlOf } from './purl.ts';

/** What a document is about, and who made it when. */
export interface About {
  /** For people, as `image.tar.gz`. */
  readonly name: string;
  /** RFC 3339, without a fraction. */
  readonly created: string;
  readonly version: string;
}

const NONE = 'NOASSERTION';

/**
 * An SPDX 2.3 document (https://spdx.github.io/spdx-spec/v2.3/): the image contains packages, and they contain files. Equal
 * contents give equal documents; its namespace is made of them.
 */
export function spdxDocument(inventory: Inventory, { name, created, version }: About): object {
  const ids = new Map(
    inventory.packages.map((one, index) => [one, `SPDXRef-Package-${index + 1}-${plain(one.name)}`]),
  );
  const files = inventory.files.map(({ path, package: owner, sha1, sha256 }, index) => ({
    owner,
    entry: {
      SPDXID: `SPDXRef-File-${index + 1}`,
      fileName: `.${path}`,
      checksums: [
        { algorithm: 'SHA1', checksumValue: sha1 },
        { algorithm: 'SHA256', checksumValue: sha256 },
      ],
      licenseConcluded: NONE,
      copyrightText: NONE,
    },
  }));
  const contains = (whole: string, part: string) => ({
    spdxElementId: whole,
    relationshipType: 'CONTAINS',
    relatedSpdxElement: part,
  });
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name,
    documentNamespace: `https://railcar.invalid/spdx/${fingerprint(inventory)}`,
    creationInfo: { created, creators: [`Tool: railcar-smith-${version}`] },
    packages: [
      {
        SPDXID: 'SPDXRef-Image',
        name,
        downloadLocation: NONE,
        filesAnalyzed: false,
        primaryPackagePurpose: 'CONTAINER',
        licenseConcluded: NONE,
        licenseDeclared: NONE,
        copyrightText: NONE,
      },
      ...inventory.packages.map((one) => packageEntry(one, ids.get(one) ?? '', inventory)),
    ],
    files: files.map(({ entry }) => entry),
    relationships: [
      {
        spdxElementId: 'SPDXRef-DOCUMENT',
        relationshipType: 'DESCRIBES',
        relatedSpdxElement: 'SPDXRef-Image',
      },
      ...[...ids.values()].map((id) => contains('SPDXRef-Image', id)),
      ...files.map(({ owner, entry }) =>
        contains((owner && ids.get(owner)) ?? 'SPDXRef-Image', entry.SPDXID),
      ),
    ],
  };
}

function packageEntry(one: Package, id: string, { distribution }: Inventory): object {
  return {
    SPDXID: id,
    name: one.name,
    versionInfo: one.version,
    ...(one.maintainer ? { supplier: supplier(one.maintainer) } : {}),
    ...(one.source ? { sourceInfo: `built of ${one.source.name} ${one.source.version}` } : {}),
    downloadLocation: NONE,
    // Only some of its files are in the image, and so nothing can be said of all of them.
    filesAnalyzed: false,
    licenseConcluded: NONE,
    licenseDeclared: NONE,
    ...(one.license ? { licenseComments: `The package says: ${one.license}` } : {}),
    copyrightText: NONE,
    externalRefs: [
      {
        referenceCategory: 'PACKAGE-MANAGER',
        referenceType: 'purl',
        referenceLocator: purlOf(one, distribution),
      },
    ],
  };
}

/** `Organization: Debian …`, with an address in parentheses. */
function supplier(maintainer: string): string {
  const [, name = maintainer, address] = /^(.*?)\s*<([^<>]*)>$/s.exec(maintainer) ?? [];
  return `Organization: ${name.replaceAll(/\s+/g, ' ')}${address ? ` (${address})` : ''}`;
}

/** Letters, digits, `.` and `-` are what an SPDX identifier may have. */
function plain(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9.-]/g, '-');
}

export function fingerprint({ files }: Inventory): string {
  const hash = createHash('sha256');
  for (const { path, sha256 } of files) hash.update(`${sha256} ${path}\n`);
  return hash.digest('hex');
}
