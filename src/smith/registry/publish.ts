import { Readable } from 'node:stream';
import { RailcarError } from '../../errors.ts';
import type { Image } from '../image/image.ts';
import type { Named, Whole } from '../image/whole.ts';
import { chunks } from '../tree/content.ts';
import type { Content } from '../tree/node.ts';
import { inParallel } from './parallel.ts';
import { type Progress, silent } from './progress.ts';
import type { Registry } from './registry.ts';
import type { Source } from './upload.ts';

export interface PublishOptions {
  /** Another repository of the same registry that may have some of the blobs. */
  readonly from?: string;
  readonly progress?: Progress;
}

/**
 * Puts an image into a registry, byte for byte as it is: blobs that are missing there, several at a time, and then its
 * manifest under the reference. Until that last step nothing of it is seen.
 *
 * @throws {RailcarError} `registry-refused`, `registry-unreachable`, `image-invalid`
 */
export async function publishImage(
  registry: Registry,
  reference: string,
  image: Image,
  options: PublishOptions = {},
): Promise<void> {
  const { manifest, manifestContent, configContent, layers } = image;
  if (manifest === null || manifestContent === null) {
    throw new RailcarError('internal', `${image.name} has no manifest to be pushed`);
  }
  const blobs = new Map<string, Named>();
  for (const { descriptor, content } of layers)
    if (descriptor) blobs.set(descriptor.digest, { descriptor, content });
  blobs.set(manifest.config.digest, { descriptor: manifest.config, content: configContent });
  await pushBlobs(registry, [...blobs.values()], options);
  const bytes = manifestContent.read(0, manifestContent.size);
  await registry.pushManifest(
    reference,
    bytes,
    manifest.mediaType ?? 'application/vnd.oci.image.manifest.v1+json',
  );
}

/**
 * The same of an index with all that is below it. The registry has every document before the one that names it, and the
 * reference last.
 */
export async function publishWhole(
  registry: Registry,
  reference: string,
  { descriptor, documents, blobs }: Whole,
  options: PublishOptions = {},
): Promise<void> {
  await pushBlobs(registry, blobs, options);
  for (const { descriptor: one, content } of documents) {
    const place = one.digest === descriptor.digest ? reference : one.digest;
    await registry.pushManifest(place, content.read(0, content.size), one.mediaType);
  }
}

async function pushBlobs(
  registry: Registry,
  blobs: readonly Named[],
  { from, progress = silent }: PublishOptions,
): Promise<void> {
  await inParallel(blobs, async ({ descriptor, content }) => {
    const arrived = progress.begin(descriptor.digest, descriptor.size);
    const options = { progress: arrived, ...(from === undefined ? {} : { from }) };
    progress.end(descriptor.digest, await registry.pushBlob(descriptor, sourceOf(content), options));
  });
}

/** The bytes of a blob, for `upload`. */
export function sourceOf(content: Content): Source {
  const part = (start: number, end: number): Content => ({
    size: end - start,
    read: (offset, length) => content.read(start + offset, Math.min(length, end - start - offset)),
    stream: () => content.stream(),
  });
  return { stream: (start, end) => Readable.from(chunks(part(start, end)), { objectMode: false }) };
}
