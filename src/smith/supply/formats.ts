import { cyclonedxDocument } from './cyclonedx.ts';
import type { Inventory } from './inventory.ts';
import { type About, spdxDocument } from './spdx.ts';

export const sbomFormats = ['spdx', 'cyclonedx'] as const;
export type SbomFormat = (typeof sbomFormats)[number];

/** As scanners look for them in images. */
const places: Readonly<Record<SbomFormat, string>> = {
  spdx: '/usr/share/sbom/image.spdx.json',
  cyclonedx: '/usr/share/sbom/image.cdx.json',
};

/** Where the list of an image's contents is in the image itself. */
export function sbomPlace(format: SbomFormat): string {
  return places[format];
}

/** What registries and scanners call such a list. */
export const sbomMediaTypes: Readonly<Record<SbomFormat, string>> = {
  spdx: 'application/spdx+json',
  cyclonedx: 'application/vnd.cyclonedx+json',
};

/** An image's contents as a JSON text. */
export function sbomText(format: SbomFormat, inventory: Inventory, about: About): string {
  const document = format === 'spdx' ? spdxDocument(inventory, about) : cyclonedxDocument(inventory, about);
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** RFC 3339, as documents of images have it. */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
