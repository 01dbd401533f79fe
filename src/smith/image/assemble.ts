import { RailcarError } from '../../errors.ts';
import { memoryContent } from '../tree/content.ts';
import type { Content } from '../tree/node.ts';
import { compressionOf } from './decompress.ts';
import { digestOf, verify } from './digest.ts';
import type { Image } from './image.ts';
import type { LayerBlob } from './layer-writer.ts';
import { mediaTypes } from './media-types.ts';
import { printPlatform } from './platform.ts';
import type { Descriptor, Execution, History, ImageConfig, Platform } from './schema.ts';

/** A document and all blobs that it needs, itself among them: what a layout or a registry takes. */
export interface Bundle {
  readonly descriptor: Descriptor;
  readonly blobs: ReadonlyMap<string, Content>;
  /** Of the images in it, for archives that Docker reads too. */
  readonly images: readonly { readonly config: Descriptor; readonly layers: readonly Descriptor[] }[];
}

export interface NewImage {
  readonly platform: Platform;
  readonly execution: Execution;
  /** From the lowest to the topmost. */
  readonly layers: readonly LayerBlob[];
  /** RFC 3339; left out if nothing is said. */
  readonly created?: string | undefined;
  /** Of the layers, in their order; left out if nothing is said. */
  readonly history?: readonly History[] | undefined;
  /** Of the manifest. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** Configuration and manifest of an image; equal input gives equal bytes. */
export function assembleImage({
  platform,
  execution,
  layers,
  created,
  history,
  annotations,
}: NewImage): Bundle {
  const { architecture, os, variant } = platform;
  const config = document(mediaTypes.config, {
    ...(created === undefined ? {} : { created }),
    architecture,
    os,
    ...(variant ? { variant } : {}),
    config: stripped(execution),
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    ...(history === undefined ? {} : { history: [...history] }),
  } satisfies ImageConfig);
  const manifest = document(mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
    ...(annotations === undefined ? {} : { annotations: sorted(annotations) }),
  });
  const blobs = new Map(layers.map(({ descriptor, content }) => [descriptor.digest, content]));
  for (const { descriptor, content } of [config, manifest]) blobs.set(descriptor.digest, content);
  const described = {
    ...manifest.descriptor,
    platform: { architecture, os, ...(variant ? { variant } : {}) },
  };
  return {
    descriptor: described,
    blobs,
    images: [{ config: config.descriptor, layers: layers.map(({ descriptor }) => descriptor) }],
  };
}

/**
 * One index over images of several platforms, sorted by platform.
 *
 * @throws RailcarError `image-invalid` if two are for the same
 */
export function assembleIndex(
  bundles: readonly Bundle[],
  annotations?: Readonly<Record<string, string>>,
): Bundle {
  const name = ({ descriptor: { platform } }: Bundle) => (platform ? printPlatform(platform) : '');
  const ordered = [...bundles].sort((a, b) => (name(a) < name(b) ? -1 : 1));
  for (const [index, bundle] of ordered.entries()) {
    const next = ordered[index + 1];
    if (next !== undefined && name(next) === name(bundle)) {
      throw new RailcarError(
        'image-invalid',
        `cannot make an index: two images are for ${name(bundle) || 'no platform'}`,
      );
    }
  }
  const index = document(mediaTypes.index, {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: ordered.map(({ descriptor }) => descriptor),
    ...(annotations === undefined ? {} : { annotations: sorted(annotations) }),
  });
  const blobs = new Map(ordered.flatMap((bundle) => [...bundle.blobs]));
  blobs.set(index.descriptor.digest, index.content);
  return { descriptor: index.descriptor, blobs, images: ordered.flatMap(({ images }) => images) };
}

/** The layers of an image that another is to stand on, as they are; each is verified now. */
export function layersOf(image: Image): LayerBlob[] {
  return image.layers.map(({ descriptor, diffId, content }, index) => {
    const what = `layer ${index + 1} of ${image.name}`;
    if (descriptor !== null) {
      verify(content, descriptor, what);
      return {
        descriptor: { mediaType: descriptor.mediaType, digest: descriptor.digest, size: descriptor.size },
        diffId,
        content,
      };
    }
    if (compressionOf(content) !== 'none') {
      throw new RailcarError(
        'image-invalid',
        `cannot build on ${what}: it is compressed in an archive that should have it plain`,
      );
    }
    verify(content, { digest: diffId }, what);
    return {
      descriptor: { mediaType: mediaTypes.layer, digest: diffId, size: content.size },
      diffId,
      content,
    };
  });
}

/** A JSON document as a blob. */
export function document(mediaType: string, value: object): { descriptor: Descriptor; content: Content } {
  const bytes = Buffer.from(JSON.stringify(value));
  return {
    descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length },
    content: memoryContent(bytes),
  };
}

/** Keys without a value are left out, maps are sorted: neither is to make a difference. */
function stripped(execution: Execution): Execution {
  return Object.fromEntries(
    Object.entries(execution)
      .filter(([, value]) => value !== undefined && value !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, isMap(value) ? sorted(value) : value]),
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
