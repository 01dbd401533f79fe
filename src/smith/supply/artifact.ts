import { document } from '../image/assemble.ts';
import { digestOf } from '../image/digest.ts';
import { mediaTypes } from '../image/media-types.ts';
import type { Descriptor } from '../image/schema.ts';
import { sourceOf } from '../registry/publish.ts';
import { attach } from '../registry/referrers.ts';
import type { Registry } from '../registry/registry.ts';
import { memoryContent } from '../tree/content.ts';

/** Something that is said of an image: an SBOM, a provenance, a signature. */
export interface Statement {
  /** What it is, for those who look for it. */
  readonly artifactType: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Two bytes that stand for no configuration (image-spec, manifest.md, "Guidance for an Empty Descriptor"). */
const empty = Buffer.from('{}');

/**
 * Puts a statement into the registry as a manifest of its own that refers to the image.
 *
 * @returns the digest of that manifest; the same statement has the same one
 * @throws {RailcarError} `registry-refused`, `registry-unreachable`, `image-invalid`
 */
export async function attachStatement(
  registry: Registry,
  subject: Descriptor,
  statement: Statement,
): Promise<string> {
  const { referrer, content, blobs } = artifactOf(subject, statement);
  for (const blob of blobs) await registry.pushBlob(blob.descriptor, sourceOf(blob.content));
  await attach(registry, subject.digest, referrer, content.read(0, content.size));
  return referrer.digest;
}

/** The manifest of a statement, as lists of referrers have it, and what it is made of. */
export function artifactOf(subject: Descriptor, statement: Statement) {
  const { artifactType, mediaType, bytes, annotations } = statement;
  const config = { mediaType: mediaTypes.empty, digest: digestOf(empty), size: empty.length };
  const layer = { mediaType, digest: digestOf(bytes), size: bytes.length };
  const { descriptor, content } = document(mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType,
    config,
    layers: [layer],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
    ...(annotations ? { annotations } : {}),
  });
  const { mediaType: type, digest, size } = descriptor;
  return {
    referrer: { mediaType: type, digest, size, artifactType, ...(annotations ? { annotations } : {}) },
    content,
    blobs: [
      { descriptor: config, content: memoryContent(empty) },
      { descriptor: layer, content: memoryContent(bytes) },
    ],
  };
}
