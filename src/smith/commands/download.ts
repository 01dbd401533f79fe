import { RailcarError } from '../../errors.ts';
import { type Bundle, layersOf } from '../image/assemble.ts';
import type { Image } from '../image/image.ts';
import { writeLayout } from '../image/layout-writer.ts';
import { mediaTypes } from '../image/media-types.ts';
import { splitReference } from '../image/open.ts';
import { parsePlatform } from '../image/platform.ts';
import { Workspace } from '../image/workspace.ts';
import { fetchImage } from '../registry/fetch.ts';
import { Registry } from '../registry/registry.ts';
import { isDigest, parseRemote } from '../registry/remote.ts';
import { progress, registryOptions, type Shared } from './context.ts';

export interface DownloadFlags extends Shared {
  readonly image: string;
  readonly remote: string;
  readonly platform: string | undefined;
}

/** `smith download`: an image as an archive, with the bytes that the registry has. */
export async function download(flags: DownloadFlags): Promise<void> {
  const remote = parseRemote(flags.remote);
  const { path, tag } = splitReference(flags.image);
  const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
  using workspace = new Workspace();
  const registry = new Registry(remote, registryOptions(flags));
  try {
    const image = await fetchImage(registry, remote.reference, workspace, { platform, progress: progress() });
    const name = tag ?? (isDigest(remote.reference) ? 'latest' : remote.reference);
    const annotations = { 'org.opencontainers.image.ref.name': name };
    await writeLayout(path, [{ bundle: bundleOf(image), annotations }], {
      form: path.endsWith('.tar') ? 'tar' : 'tar.gz',
    });
    process.stdout.write(`${image.digest}\n`);
  } finally {
    registry.close();
  }
}

function bundleOf(image: Image): Bundle {
  const { manifest, manifestContent, configContent, config } = image;
  if (!manifest || !manifestContent) throw new RailcarError('internal', `${image.name} has no manifest`);
  const layers = layersOf(image);
  const blobs = new Map(layers.map(({ descriptor, content }) => [descriptor.digest, content]));
  blobs.set(manifest.config.digest, configContent);
  blobs.set(image.digest, manifestContent);
  const { os, architecture, variant } = config;
  const descriptor = {
    mediaType: manifest.mediaType ?? mediaTypes.manifest,
    digest: image.digest,
    size: manifestContent.size,
    platform: { architecture, os, ...(variant ? { variant } : {}) },
  };
  return {
    descriptor,
    blobs,
    images: [{ config: manifest.config, layers: layers.map((layer) => layer.descriptor) }],
  };
}
