import { RailcarError } from '../../errors.ts';
import { type Bundle, document } from './assemble.ts';
import type { Image } from './image.ts';
import { mediaTypes } from './media-types.ts';
import { printPlatform } from './platform.ts';
import type { Descriptor, Manifest } from './schema.ts';
import type { BlobStore } from './store.ts';
import { bundleOfImage, type Whole, wholeOf } from './whole.ts';

const layerTypes: Readonly<Record<string, string>> = {
  [mediaTypes.layer]: 'application/vnd.docker.image.rootfs.diff.tar',
  [mediaTypes.layerGzip]: mediaTypes.dockerLayerGzip,
  [mediaTypes.layerZstd]: 'application/vnd.docker.image.rootfs.diff.tar.zstd',
};

/**
 * The same image with the media types of Docker's manifest (Image Manifest V2, Schema 2), for registries that know no
 * others. Blobs stay what they are; the manifest, and so the image, has another digest.
 *
 * @throws {RailcarError} `image-invalid` for what Docker has no words for
 */
export function inDockersWords(image: Image): Image {
  if (image.manifest === null) return image;
  const translated = (descriptor: Descriptor, mediaType: string | undefined): Descriptor => {
    if (mediaType === undefined) {
      throw new RailcarError(
        'image-invalid',
        `cannot describe ${image.name} in Docker's words: ${descriptor.mediaType}`,
      );
    }
    return { mediaType, digest: descriptor.digest, size: descriptor.size };
  };
  const layerOf = (descriptor: Descriptor) => {
    const known = Object.values(layerTypes).includes(descriptor.mediaType);
    return translated(descriptor, known ? descriptor.mediaType : layerTypes[descriptor.mediaType]);
  };
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.dockerManifest,
    config: translated(image.manifest.config, mediaTypes.dockerConfig),
    layers: image.manifest.layers.map(layerOf),
  };
  const { descriptor, content } = document(mediaTypes.dockerManifest, manifest);
  return { ...image, digest: descriptor.digest, manifest, manifestContent: content };
}

/** The images of an index in Docker's words, under one of its lists, sorted by platform. */
export function listInDockersWords(images: readonly Image[]): Whole {
  const bundles = images.map((image) => bundleOfImage(inDockersWords(image)));
  const name = ({ descriptor: { platform } }: Bundle) => (platform ? printPlatform(platform) : '');
  const manifests = bundles.sort((a, b) => (name(a) < name(b) ? -1 : 1)).map(({ descriptor }) => descriptor);
  const list = document(mediaTypes.dockerIndex, {
    schemaVersion: 2,
    mediaType: mediaTypes.dockerIndex,
    manifests,
  });
  const store: BlobStore = {
    name: "an index in Docker's words",
    blob: (digest) =>
      digest === list.descriptor.digest
        ? list.content
        : bundles.map(({ blobs }) => blobs.get(digest)).find((content) => content !== undefined),
  };
  return wholeOf(store, list.descriptor);
}
