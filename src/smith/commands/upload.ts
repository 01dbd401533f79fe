import { RailcarError } from '../../errors.ts';
import { inDockersWords, listInDockersWords } from '../image/docker-manifest.ts';
import { type Image, imageTree } from '../image/image.ts';
import { isIndex, mediaTypes } from '../image/media-types.ts';
import { openAll, openImage } from '../image/open.ts';
import { parsePlatform } from '../image/platform.ts';
import { wholeOf, withManifest } from '../image/whole.ts';
import { Workspace } from '../image/workspace.ts';
import { type PublishOptions, publishImage, publishWhole } from '../registry/publish.ts';
import { Registry } from '../registry/registry.ts';
import { isDigest, parseRemote, withoutCredentials } from '../registry/remote.ts';
import { attachStatement } from '../supply/artifact.ts';
import { sbomFormats, sbomMediaTypes, sbomPlace } from '../supply/formats.ts';
import { wholeContent } from '../tree/content.ts';
import { progress, registryOptions, type Shared } from './context.ts';

export interface UploadFlags extends Shared {
  readonly image: string;
  readonly remote: string;
  readonly docker: boolean;
  /** Whether the lists of contents that are in the image are attached to it as well. */
  readonly sbom: boolean;
  readonly from: string | undefined;
  /** Only the image for it, of an index. */
  readonly platform: string | undefined;
}

/** `smith upload`: an image's own bytes, so that it has there the digest that it has here. */
export async function upload(flags: UploadFlags): Promise<void> {
  const remote = parseRemote(flags.remote);
  using workspace = new Workspace();
  const { digest, images, publish } = await whatToPush(flags, workspace);
  if (isDigest(remote.reference) && remote.reference !== digest) {
    throw new RailcarError(
      'usage',
      `cannot push "${flags.image}" to "${withoutCredentials(flags.remote)}": its digest is ${digest}`,
    );
  }
  const registry = new Registry(remote, registryOptions(flags));
  try {
    const options = { progress: progress(), ...(flags.from === undefined ? {} : { from: flags.from }) };
    await publish(registry, remote.reference, options);
    if (flags.sbom) for (const image of images) await attachSboms(registry, image, workspace);
  } finally {
    registry.close();
  }
  process.stdout.write(`${digest}\n`);
}

interface Publication {
  readonly digest: string;
  readonly images: readonly Image[];
  publish(registry: Registry, reference: string, options: PublishOptions): Promise<void>;
}

/** An index goes there whole, unless one platform is asked for. */
async function whatToPush(flags: UploadFlags, workspace: Workspace): Promise<Publication> {
  if (flags.platform !== undefined) {
    const choice = { platform: parsePlatform(flags.platform) };
    return oneImage(await openImage(flags.image, workspace, choice), flags);
  }
  const { store, root, images: all } = await openAll(flags.image, workspace);
  const images = all();
  if (store !== null && root !== null && isIndex(root.mediaType)) {
    const whole = flags.docker ? listInDockersWords(images) : wholeOf(store, root);
    return {
      digest: whole.descriptor.digest,
      images: flags.docker ? images.map(inDockersWords) : images,
      publish: (registry, reference, options) => publishWhole(registry, reference, whole, options),
    };
  }
  const [only, ...more] = images;
  // Without an index, several are one by the platform of this machine.
  return oneImage(only && more.length === 0 ? only : await openImage(flags.image, workspace), flags);
}

function oneImage(unwritten: Image, { docker }: UploadFlags): Publication {
  const opened = withManifest(unwritten);
  const image = docker ? inDockersWords(opened) : opened;
  return {
    digest: image.digest,
    images: [image],
    publish: (registry, reference, options) => publishImage(registry, reference, image, options),
  };
}

/** Those that `sbom` of a recipe has put there. */
async function attachSboms(registry: Registry, image: Image, workspace: Workspace): Promise<void> {
  const { manifest, manifestContent, digest } = image;
  if (!manifest || !manifestContent) return;
  const mediaType = manifest.mediaType ?? mediaTypes.manifest;
  const tree = await imageTree(image, workspace);
  const found = sbomFormats.flatMap((format) => {
    const node = tree.get(sbomPlace(format));
    return node?.kind === 'file' ? [{ type: sbomMediaTypes[format], bytes: wholeContent(node.content) }] : [];
  });
  if (found.length === 0) {
    throw new RailcarError(
      'image-missing',
      `cannot attach what "${image.name}" is made of: no list of it is in the image`,
      {
        hint: 'A recipe with "sbom: [spdx]" puts one there.',
      },
    );
  }
  for (const { type, bytes } of found) {
    const statement = { artifactType: type, mediaType: type, bytes };
    await attachStatement(registry, { mediaType, digest, size: manifestContent.size }, statement);
  }
}
