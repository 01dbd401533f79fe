import { RailcarError } from '../../errors.ts';
import { chooseBelow } from '../image/choose.ts';
import { LIMIT } from '../image/decompress.ts';
import { type Image, readImage } from '../image/image.ts';
import { isImageConfig, isIndex, isManifest } from '../image/media-types.ts';
import { type Descriptor, indexSchema, manifestSchema, type Platform } from '../image/schema.ts';
import { type BlobStore, readDocument } from '../image/store.ts';
import type { Workspace } from '../image/workspace.ts';
import { memoryContent } from '../tree/content.ts';
import { quoteName } from '../tree/name.ts';
import type { Content } from '../tree/node.ts';
import { inParallel } from './parallel.ts';
import { type Progress, silent } from './progress.ts';
import type { Registry } from './registry.ts';

export interface FetchOptions {
  /** This machine's if nothing is said. */
  readonly platform?: Platform | undefined;
  readonly progress?: Progress;
}

const MAX_DEPTH = 4;

/**
 * Fetches an image, by tag or digest, into the workspace: manifests first, then what the chosen one is made of, several
 * blobs at a time. Everything is verified.
 *
 * @throws {RailcarError} `registry-refused`, `registry-unreachable`, `image-invalid`, `image-missing`
 */
export async function fetchImage(
  registry: Registry,
  reference: string,
  workspace: Workspace,
  { platform, progress = silent }: FetchOptions = {},
): Promise<Image> {
  const fetched = new Fetched(registry, workspace, progress, reference);
  const root = await fetched.manifest(reference);
  const chosen = isIndex(root.mediaType) ? await fetched.choose(root, platform) : root;
  const { config, layers } = readDocument(fetched, chosen, manifestSchema);
  await inParallel(distinct([config, ...layers]), (descriptor) => fetched.fill(descriptor));
  return readImage(fetched, chosen);
}

/** What a reference names with all that is below it, of whatever platform, in the workspace. */
export interface FetchedWhole {
  readonly store: BlobStore;
  readonly root: Descriptor;
}

/** Fetches an index with all of its images, or a manifest with its one; as `fetchImage` otherwise. */
export async function fetchWhole(
  registry: Registry,
  reference: string,
  workspace: Workspace,
  progress: Progress = silent,
): Promise<FetchedWhole> {
  const fetched = new Fetched(registry, workspace, progress, reference);
  const root = await fetched.manifest(reference);
  const blobs = await fetched.documentsBelow(root);
  await inParallel(distinct(blobs), (descriptor) => fetched.fill(descriptor));
  return { store: fetched, root };
}

class Fetched implements BlobStore {
  readonly name: string;
  readonly #registry: Registry;
  readonly #workspace: Workspace;
  readonly #progress: Progress;
  readonly #blobs = new Map<string, Content>();

  constructor(registry: Registry, workspace: Workspace, progress: Progress, reference: string) {
    this.#registry = registry;
    this.#workspace = workspace;
    this.#progress = progress;
    this.name = quoteName(registry.nameOf(reference));
  }

  blob(digest: string): Content | undefined {
    return this.#blobs.get(digest);
  }

  async manifest(reference: string): Promise<Descriptor> {
    const { bytes, mediaType, digest, size } = await this.#registry.manifest(reference);
    this.#blobs.set(digest, memoryContent(bytes));
    return { mediaType, digest, size };
  }

  /** What the choice will want to look at has to be here before it is made. */
  async choose(root: Descriptor, platform: Platform | undefined): Promise<Descriptor> {
    await this.#openIndex(root, 0);
    const chosen = chooseBelow(this, root, platform);
    if (!this.#blobs.has(chosen.digest)) await this.manifest(chosen.digest);
    return chosen;
  }

  async #openIndex(index: Descriptor, depth: number): Promise<void> {
    const { manifests } = readDocument(this, index, indexSchema);
    for (const child of manifests) {
      if (isIndex(child.mediaType) && depth < MAX_DEPTH) {
        await this.manifest(child.digest);
        await this.#openIndex(child, depth + 1);
      } else if (isManifest(child.mediaType) && !child.platform) {
        await this.manifest(child.digest);
        const { config } = readDocument(this, child, manifestSchema);
        if (isImageConfig(config.mediaType)) await this.fill(config);
      }
    }
  }

  /** Gets every index and manifest, and says what these are made of. */
  async documentsBelow(document: Descriptor, depth = 0): Promise<Descriptor[]> {
    if (!this.#blobs.has(document.digest)) await this.manifest(document.digest);
    if (!isIndex(document.mediaType) || depth > MAX_DEPTH) {
      const { config, layers } = readDocument(this, document, manifestSchema);
      return [config, ...layers];
    }
    const found: Descriptor[] = [];
    for (const child of readDocument(this, document, indexSchema).manifests)
      found.push(...(await this.documentsBelow(child, depth + 1)));
    return found;
  }

  async fill(descriptor: Descriptor): Promise<void> {
    if (this.#blobs.has(descriptor.digest)) return;
    if (descriptor.size > LIMIT) {
      throw new RailcarError(
        'image-invalid',
        `cannot pull blob "${descriptor.digest}": the ${descriptor.size} bytes that are promised are absurd`,
      );
    }
    const file = this.#workspace.file();
    const arrived = this.#progress.begin(descriptor.digest, descriptor.size);
    for await (const part of this.#registry.blob(descriptor)) {
      file.append(part);
      arrived(file.size);
    }
    this.#blobs.set(descriptor.digest, file.content());
    this.#progress.end(descriptor.digest, 'pulled');
  }
}

function distinct(descriptors: readonly Descriptor[]): Descriptor[] {
  return [...new Map(descriptors.map((one) => [one.digest, one])).values()];
}
