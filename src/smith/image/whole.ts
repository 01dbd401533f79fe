import type { Content } from '../tree/node.ts';
import { type Bundle, document, layersOf } from './assemble.ts';
import { imagesBelow } from './choose.ts';
import { type Image, readImage } from './image.ts';
import { readJson } from './json.ts';
import { isIndex, mediaTypes } from './media-types.ts';
import { type Descriptor, indexSchema, manifestSchema, type Platform } from './schema.ts';
import { type BlobStore, readDocument, requireBlob } from './store.ts';

/** A blob with what names it. */
export interface Named {
  readonly descriptor: Descriptor;
  readonly content: Content;
}

/** An index, or a manifest, with everything that it is made of, signatures and lists of packages included. */
export interface Whole {
  readonly descriptor: Descriptor;
  /** Indices and manifests, each after those that it names: the last is the one that `descriptor` is of. */
  readonly documents: readonly Named[];
  /** Of which the manifests are made. */
  readonly blobs: readonly Named[];
}

const MAX_DEPTH = 8;

/**
 * Everything below a descriptor, documents verified.
 *
 * @throws RailcarError `image-invalid` for what is missing or not as it should be
 */
export function wholeOf(store: BlobStore, descriptor: Descriptor): Whole {
  const documents = new Map<string, Named>();
  const blobs = new Map<string, Named>();
  const visit = (one: Descriptor, depth: number): void => {
    if (documents.has(one.digest)) return;
    if (isIndex(one.mediaType) && depth < MAX_DEPTH) {
      for (const child of readDocument(store, one, indexSchema).manifests) visit(child, depth + 1);
    } else {
      const { config, layers } = readDocument(store, one, manifestSchema);
      for (const blob of [config, ...layers])
        blobs.set(blob.digest, { descriptor: blob, content: requireBlob(store, blob) });
    }
    documents.set(one.digest, { descriptor: one, content: requireBlob(store, one) });
  };
  visit(descriptor, 0);
  return { descriptor, documents: [...documents.values()], blobs: [...blobs.values()] };
}

/** All images of an index; a manifest is one. */
export function imagesOf(store: BlobStore, descriptor: Descriptor): Image[] {
  const below = [...imagesBelow(store, descriptor)];
  const unique = new Map(below.map((one) => [one.descriptor.digest, one.descriptor]));
  return [...unique.values()].map((one) => readImage(store, one));
}

/** For a layout of its own. */
export function bundleOfWhole({ descriptor, documents, blobs }: Whole): Bundle {
  const all = [...documents, ...blobs].map(
    ({ descriptor: { digest }, content }) => [digest, content] as const,
  );
  return { descriptor, blobs: new Map(all), images: [] };
}

/** One image, for a layout or an index; that of a `docker save` archive gets a manifest. Its layers are verified. */
export function bundleOfImage(image: Image): Bundle {
  const layers = layersOf(image);
  const config = image.manifest?.config ?? {
    mediaType: mediaTypes.config,
    digest: image.digest,
    size: image.configContent.size,
  };
  const { descriptor, content } = manifestOf(
    image,
    config,
    layers.map((layer) => layer.descriptor),
  );
  const blobs = new Map(layers.map((layer) => [layer.descriptor.digest, layer.content]));
  blobs.set(config.digest, image.configContent);
  blobs.set(descriptor.digest, content);
  return {
    descriptor: { ...descriptor, platform: platformOf(image) },
    blobs,
    images: [{ config, layers: layers.map((layer) => layer.descriptor) }],
  };
}

function manifestOf(
  { manifest, manifestContent, digest }: Image,
  config: Descriptor,
  layers: Descriptor[],
): Named {
  if (manifest === null || manifestContent === null) {
    const mediaType = mediaTypes.manifest;
    return document(mediaType, { schemaVersion: 2, mediaType, config, layers });
  }
  const mediaType = manifest.mediaType ?? mediaTypes.manifest;
  return { descriptor: { mediaType, digest, size: manifestContent.size }, content: manifestContent };
}

export function platformOf({ config: { os, architecture, variant } }: Image): Platform {
  return { architecture, os, ...(variant ? { variant } : {}) };
}

/** An image of a `docker save` archive, which has none, with a manifest, so that a registry takes it. */
export function withManifest(image: Image): Image {
  if (image.manifest !== null) return image;
  const { descriptor, blobs, images } = bundleOfImage(image);
  const content = blobs.get(descriptor.digest) ?? null;
  const layers = image.layers.map((layer, index) => ({
    ...layer,
    descriptor: images[0]?.layers[index] ?? null,
  }));
  const manifest = content && readJson(content, manifestSchema, image.name);
  return { ...image, digest: descriptor.digest, manifest, manifestContent: content, layers };
}
