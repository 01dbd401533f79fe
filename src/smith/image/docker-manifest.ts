import { RailcarError } from '../../errors.ts';
import { document } from './assemble.ts';
import type { Image } from './image.ts';
import { mediaTypes } from './media-types.ts';
import type { Descriptor, Manifest } from './schema.ts';

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
