import type { Inventory } from './inventory.ts';
import { purlOf } from './purl.ts';
import { type About, fingerprint } from './spdx.ts';

/**
 * A CycloneDX 1.6 document (https://cyclonedx.org/docs/1.6/json/). Equal contents give equal documents: the serial number
 * is made of them, as a UUID of version 8.
 */
export function cyclonedxDocument(inventory: Inventory, { name, created, version }: About): object {
  const { distribution, packages, files } = inventory;
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuid(fingerprint(inventory))}`,
    version: 1,
    metadata: {
      timestamp: created,
      tools: { components: [{ type: 'application', name: 'railcar-smith', version }] },
      component: { type: 'container', 'bom-ref': 'image', name },
    },
    components: [
      ...(distribution
        ? [
            {
              type: 'operating-system',
              'bom-ref': 'distribution',
              name: distribution.id,
              ...(distribution.version ? { version: distribution.version } : {}),
              description: distribution.name,
            },
          ]
        : []),
      ...packages.map((one) => ({
        type: 'library',
        'bom-ref': purlOf(one, distribution),
        name: one.name,
        version: one.version,
        ...(one.license ? { licenses: [{ license: { name: one.license } }] } : {}),
        purl: purlOf(one, distribution),
      })),
      ...files.map(({ path, package: owner, sha1, sha256 }) => ({
        type: 'file',
        'bom-ref': `file:${path}`,
        name: path,
        hashes: [
          { alg: 'SHA-1', content: sha1 },
          { alg: 'SHA-256', content: sha256 },
        ],
        ...(owner ? { properties: [{ name: 'railcar:package', value: purlOf(owner, distribution) }] } : {}),
      })),
    ],
  };
}

/** RFC 9562, 5.8: all bits are ours but those of version and variant. */
function uuid(hex: string): string {
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
