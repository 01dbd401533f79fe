import { RailcarError } from '../../errors.ts';
import { readJson } from '../image/json.ts';
import { isIndex } from '../image/media-types.ts';
import { fits, printPlatform } from '../image/platform.ts';
import {
  type Descriptor,
  indexSchema,
  type Manifest,
  manifestSchema,
  type Platform,
} from '../image/schema.ts';
import { sourceOf } from '../registry/publish.ts';
import { referrers } from '../registry/referrers.ts';
import { Registry, type RegistryOptions } from '../registry/registry.ts';
import type { Remote } from '../registry/remote.ts';
import { attachStatement, type Statement } from '../supply/artifact.ts';
import { memoryContent } from '../tree/content.ts';
import { artifactTypeOf, type Blob, MOST, type Place, type Referring, type Suffix, tagOf } from './place.ts';

/** What registries and programs write where they do not know what a manifest is of. */
const UNKNOWN = new Set([
  'application/vnd.oci.empty.v1+json',
  'application/vnd.oci.image.config.v1+json',
  '',
]);

/**
 * An image in a registry; a platform chooses from a list.
 *
 * @throws {RailcarError} `registry-refused`, `registry-unreachable`, `image-invalid`, `image-missing`
 */
export async function registryPlace(
  remote: Remote,
  options: RegistryOptions,
  platform: Platform | undefined,
): Promise<Place> {
  const registry = new Registry(remote, options);
  try {
    const root = await registry.manifest(remote.reference);
    const found =
      platform && isIndex(root.mediaType)
        ? await registry.manifest(below(root.bytes, platform, registry.nameOf(remote.reference)).digest)
        : root;
    const { mediaType, digest, size, bytes } = found;
    const reference = `${new URL(remote.origin).host}/${remote.repository}`;
    return new RegistryPlace(registry, reference, { mediaType, digest, size }, bytes);
  } catch (error) {
    registry.close();
    throw error;
  }
}

function below(bytes: Buffer, wanted: Platform, name: string): Descriptor {
  const { manifests } = readJson(memoryContent(bytes), indexSchema, `the list "${name}"`);
  const found = manifests.find(({ platform }) => platform && fits(platform, wanted));
  if (found) return found;
  throw new RailcarError(
    'image-missing',
    `cannot choose from "${name}": there is no image for ${printPlatform(wanted)}`,
  );
}

class RegistryPlace implements Place {
  readonly name: string;
  readonly reference: string;
  readonly subject: Descriptor;
  readonly bytes: Buffer;
  readonly #registry: Registry;

  constructor(registry: Registry, reference: string, subject: Descriptor, bytes: Buffer) {
    this.#registry = registry;
    this.name = `"${reference}@${subject.digest}"`;
    this.reference = reference;
    this.subject = subject;
    this.bytes = bytes;
  }

  async tagged(suffix: Suffix): Promise<Referring[]> {
    const tag = tagOf(this.subject.digest, suffix);
    const found = await this.#registry.findManifest(tag);
    return found ? [{ digest: found.digest, manifest: manifestOf(found.bytes, tag) }] : [];
  }

  async referring(wanted: (artifactType: string) => boolean): Promise<Referring[]> {
    const found: Referring[] = [];
    const { digest: subject } = this.subject;
    for (const { digest, artifactType = '' } of await referrers(this.#registry, subject)) {
      if (!UNKNOWN.has(artifactType) && !wanted(artifactType)) continue;
      const { bytes } = await this.#registry.manifest(digest);
      const manifest = manifestOf(bytes, digest);
      if (manifest.subject?.digest === subject && wanted(artifactTypeOf(manifest)))
        found.push({ digest, manifest });
    }
    return found;
  }

  async blob(descriptor: Descriptor): Promise<Buffer> {
    if (descriptor.size > MOST) {
      throw new RailcarError(
        'image-invalid',
        `cannot read blob ${descriptor.digest}: ${descriptor.size} bytes are absurd`,
      );
    }
    const parts: Buffer[] = [];
    for await (const part of this.#registry.blob(descriptor)) parts.push(part);
    return Buffer.concat(parts);
  }

  async tag(suffix: Suffix, manifest: Blob, blobs: readonly Blob[]): Promise<void> {
    for (const { descriptor, bytes } of blobs) {
      await this.#registry.pushBlob(descriptor, sourceOf(memoryContent(bytes)));
    }
    const tag = tagOf(this.subject.digest, suffix);
    await this.#registry.pushManifest(tag, manifest.bytes, manifest.descriptor.mediaType);
  }

  async attach(statement: Statement): Promise<void> {
    await attachStatement(this.#registry, this.subject, statement);
  }

  checkContents(): Promise<void> {
    return this.#check(this.subject.mediaType, this.bytes);
  }

  async #check(mediaType: string, bytes: Buffer): Promise<void> {
    if (isIndex(mediaType)) {
      const { manifests } = readJson(memoryContent(bytes), indexSchema, `a list of ${this.name}`);
      for (const { digest } of manifests) {
        const child = await this.#registry.manifest(digest);
        await this.#check(child.mediaType, child.bytes);
      }
      return;
    }
    const { config, layers } = manifestOf(bytes, this.name);
    // Whoever reads to the end has read what the descriptor names.
    for (const blob of [config, ...layers]) for await (const _ of this.#registry.blob(blob));
  }

  async save(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.#registry.close();
  }
}

function manifestOf(bytes: Buffer, name: string): Manifest {
  return readJson(memoryContent(bytes), manifestSchema, `manifest ${name}`);
}
