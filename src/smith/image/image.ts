import { RailcarError } from '../../errors.ts';
import type { Content } from '../tree/node.ts';
import { Tree } from '../tree/tree.ts';
import { type Decompressed, decompress } from './decompress.ts';
import { applyLayer } from './layer-tree.ts';
import { isImageConfig } from './media-types.ts';
import { configSchema, type Descriptor, type ImageConfig, type Manifest, manifestSchema } from './schema.ts';
import { type BlobStore, readDocument, requireBlob } from './store.ts';
import type { Workspace } from './workspace.ts';

/** A layer as it lies in the source. */
export interface ImageLayer {
  /** As the manifest has it; where there is no manifest (`docker save`), only the content is there. */
  readonly descriptor: Descriptor | null;
  readonly diffId: string;
  /** Compressed or not; not verified yet. */
  readonly content: Content;
}

/** An image that has been read, all but its layers' contents. */
export interface Image {
  /** For messages. */
  readonly name: string;
  /** Of the manifest; of the configuration where there is no manifest. */
  readonly digest: string;
  readonly manifest: Manifest | null;
  /** As it is in the blob; null where there is none. */
  readonly manifestContent: Content | null;
  readonly config: ImageConfig;
  /** As they are in the blob: writing the configuration again would change its digest. */
  readonly configContent: Content;
  readonly layers: readonly ImageLayer[];
}

/**
 * Reads manifest and configuration; every digest and size on the way is verified.
 *
 * @throws RailcarError `image-invalid`
 */
export function readImage(store: BlobStore, descriptor: Descriptor): Image {
  const manifest = readDocument(store, descriptor, manifestSchema);
  const name = `image ${descriptor.digest} of ${store.name}`;
  if (!isImageConfig(manifest.config.mediaType)) {
    throw new RailcarError(
      'image-invalid',
      `cannot use ${name}: it is no image but ${manifest.config.mediaType}`,
    );
  }
  const config = readDocument(store, manifest.config, configSchema);
  const diffIds = matched(name, config, manifest.layers.length);
  const layers = manifest.layers.map((layer, index) => ({
    descriptor: layer,
    diffId: diffIds[index] ?? '',
    content: requireBlob(store, layer),
  }));
  return {
    name,
    digest: descriptor.digest,
    manifest,
    manifestContent: requireBlob(store, descriptor),
    config,
    configContent: requireBlob(store, manifest.config),
    layers,
  };
}

/** The uncompressed digests, one for each layer. */
export function matched(name: string, config: ImageConfig, layers: number): readonly string[] {
  const diffIds = config.rootfs.diff_ids ?? [];
  if (diffIds.length === layers) return diffIds;
  throw new RailcarError(
    'image-invalid',
    `cannot use ${name}: it has ${layers} layers, and its configuration says ${diffIds.length}`,
  );
}

/** A layer's archive, uncompressed and verified. */
export function openLayer(image: Image, index: number, workspace: Workspace): Promise<Decompressed> {
  const layer = image.layers[index];
  if (layer === undefined) throw new RailcarError('internal', `there is no layer ${index}`);
  const what = `layer ${index + 1} of ${image.name}`;
  return decompress(layer.content, workspace, {
    what,
    expected: layer.descriptor ?? undefined,
    diffId: layer.diffId,
  });
}

/**
 * The image's root file system. Contents stay in the workspace.
 *
 * @throws RailcarError `image-invalid`
 */
export async function imageTree(image: Image, workspace: Workspace): Promise<Tree> {
  const tree = new Tree();
  for (const index of image.layers.keys()) {
    const { content } = await openLayer(image, index, workspace);
    // Programs exist that leave out the end; the digest says that nothing is missing.
    applyLayer(tree, content, { mayEndEarly: true });
  }
  return tree;
}
