import * as z from 'zod/mini';
import { RailcarError } from '../../errors.ts';
import type { Descriptor } from './download.ts';
import type { Registry } from './registry.ts';

/** Something that is about an image: a signature, an SBOM. */
export interface Referrer extends Descriptor {
  readonly artifactType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

const INDEX = 'application/vnd.oci.image.index.v1+json';

const indexSchema = z.looseObject({
  manifests: z.array(
    z.looseObject({
      mediaType: z.string(),
      digest: z.string(),
      size: z.number(),
      artifactType: z.optional(z.string()),
      annotations: z.optional(z.record(z.string(), z.string())),
    }),
  ),
});

/**
 * What refers to an image: as the registry lists it, or, from one that knows no referrers, as the tag does that stands in
 * for the list (distribution-spec, "Referrers Tag Schema").
 *
 * @throws {RailcarError} `registry-refused`, `registry-unreachable`, `image-invalid`
 */
export async function referrers(
  registry: Registry,
  digest: string,
  artifactType?: string,
): Promise<Referrer[]> {
  const bytes =
    (await registry.askReferrers(digest)) ?? (await registry.findManifest(fallbackTag(digest)))?.bytes;
  const all = bytes ? manifestsOf(bytes, digest) : [];
  return artifactType === undefined ? all : all.filter((one) => one.artifactType === artifactType);
}

/**
 * Pushes a manifest whose `subject` is the digest, and where the registry does not list it enters it into the stand-in.
 *
 * @throws {RailcarError} `registry-refused`, `registry-unreachable`, `image-invalid`
 */
export async function attach(
  registry: Registry,
  subject: string,
  referrer: Referrer,
  bytes: Uint8Array,
): Promise<void> {
  const { listed } = await registry.pushManifest(referrer.digest, bytes, referrer.mediaType);
  if (listed) return;
  const tag = fallbackTag(subject);
  const before = await registry.findManifest(tag);
  const others = before ? manifestsOf(before.bytes, subject) : [];
  if (others.some(({ digest }) => digest === referrer.digest)) return;
  const index = { schemaVersion: 2, mediaType: INDEX, manifests: [...others, referrer] };
  await registry.pushManifest(tag, Buffer.from(JSON.stringify(index)), INDEX);
}

function fallbackTag(digest: string): string {
  return digest.replace(':', '-').slice(0, 128);
}

function manifestsOf(bytes: Uint8Array, digest: string): Referrer[] {
  try {
    return indexSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).manifests;
  } catch (cause) {
    throw new RailcarError(
      'image-invalid',
      `cannot list what refers to "${digest}": the registry's list is not an image index`,
      { cause },
    );
  }
}
