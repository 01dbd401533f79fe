import { RailcarError } from '../../errors.ts';
import { inDockersWords } from '../image/docker-manifest.ts';
import { type Image, imageTree } from '../image/image.ts';
import { mediaTypes } from '../image/media-types.ts';
import { openImage } from '../image/open.ts';
import { Workspace } from '../image/workspace.ts';
import { publishImage } from '../registry/publish.ts';
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
}

/** `smith upload`: an image's own bytes, so that it has there the digest that it has here. */
export async function upload(flags: UploadFlags): Promise<void> {
  const remote = parseRemote(flags.remote);
  using workspace = new Workspace();
  const opened = await openImage(flags.image, workspace);
  const image = flags.docker ? inDockersWords(opened) : opened;
  if (isDigest(remote.reference) && remote.reference !== image.digest) {
    throw new RailcarError(
      'usage',
      `cannot push "${flags.image}" to "${withoutCredentials(flags.remote)}": its digest is ${image.digest}`,
    );
  }
  const registry = new Registry(remote, registryOptions(flags));
  try {
    const options = { progress: progress(), ...(flags.from === undefined ? {} : { from: flags.from }) };
    await publishImage(registry, remote.reference, image, options);
    if (flags.sbom) await attachSboms(registry, image, workspace);
  } finally {
    registry.close();
  }
  process.stdout.write(`${image.digest}\n`);
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
