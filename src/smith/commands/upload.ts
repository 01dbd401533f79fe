import { RailcarError } from '../../errors.ts';
import { inDockersWords, listInDockersWords } from '../image/docker-manifest.ts';
import type { Image } from '../image/image.ts';
import { isIndex } from '../image/media-types.ts';
import { openAll, openImage } from '../image/open.ts';
import { parsePlatform } from '../image/platform.ts';
import { wholeOf, withManifest } from '../image/whole.ts';
import { Workspace } from '../image/workspace.ts';
import { type PublishOptions, publishImage, publishWhole } from '../registry/publish.ts';
import { Registry } from '../registry/registry.ts';
import { isDigest, parseRemote, withoutCredentials } from '../registry/remote.ts';
import { type FormatChoice, formatsOf } from '../sign/format.ts';
import type { SigningKey } from '../sign/key.ts';
import { layoutPlace } from '../sign/layout-place.ts';
import type { Place } from '../sign/place.ts';
import { registryPlace } from '../sign/registry-place.ts';
import { attestImage, signImage } from '../sign/sign.ts';
import { statementText } from '../sign/statement.ts';
import { type Known, provenanceOf, provenanceStatement, sbomsOf } from '../supply/attached.ts';
import { progress, registryOptions, type Shared } from './context.ts';
import { signingKey } from './keys.ts';

export interface UploadFlags extends Shared {
  readonly image: string;
  readonly remote: string;
  readonly docker: boolean;
  /** Whether the lists of contents that are in the image are attached to it as well. */
  readonly sbom: boolean;
  /** Whether what it was built of, which lies beside it in the layout, is attached to it. */
  readonly provenance: boolean;
  /** A private key: signs the image, and what is attached to it. */
  readonly sign: string | undefined;
  readonly format: FormatChoice;
  readonly from: string | undefined;
  /** Only the image for it, of an index. */
  readonly platform: string | undefined;
}

/** `smith upload`: an image's own bytes, so that it has there the digest that it has here. */
export async function upload(flags: UploadFlags): Promise<void> {
  // Before anything is pushed: a wrong password is no reason to have half of it there.
  const key = flags.sign === undefined ? null : await signingKey(flags.sign);
  const remote = parseRemote(flags.remote);
  using workspace = new Workspace();
  const { digest, images, publish } = await whatToPush(flags, workspace);
  if (isDigest(remote.reference) && remote.reference !== digest) {
    throw new RailcarError(
      'usage',
      `cannot push "${flags.image}" to "${withoutCredentials(flags.remote)}": its digest is ${digest}`,
    );
  }
  const known = await knownOf(flags, images, workspace);
  const registry = new Registry(remote, registryOptions(flags));
  try {
    const options = { progress: progress(), ...(flags.from === undefined ? {} : { from: flags.from }) };
    await publish(registry, remote.reference, options);
  } finally {
    registry.close();
  }
  for (const about of known) await attachAll(flags, key, about);
  if (key !== null) await signAt(flags, key, digest);
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

interface About {
  readonly digest: string;
  readonly known: readonly Known[];
}

/** What there is to attach is looked for before anything is pushed. */
async function knownOf(flags: UploadFlags, images: readonly Image[], workspace: Workspace): Promise<About[]> {
  const about: About[] = [];
  for (const image of images) {
    const { digest } = image;
    const known = flags.sbom ? await sbomsOf(image, workspace) : [];
    about.push({
      digest,
      known: flags.provenance ? [...known, await originOf(flags, image, workspace)] : known,
    });
  }
  return about;
}

/** Docker's media types make another image of it, of which the same is true. */
async function originOf(flags: UploadFlags, { digest, config }: Image, workspace: Workspace): Promise<Known> {
  await using place = await layoutPlace(flags.image, workspace, config);
  const { predicateType, predicate } = await provenanceOf(place);
  const text = statementText(digest, predicateType, predicate);
  return { predicateType, predicate, statement: provenanceStatement(Buffer.from(text)) };
}

async function attachAll(
  flags: UploadFlags,
  key: SigningKey | null,
  { digest, known }: About,
): Promise<void> {
  if (known.length > 0) {
    await using place = await placeOf(flags, digest);
    for (const { statement } of known) await place.attach(statement);
    if (key) for (const one of known) await attestImage(place, key, one, formatsOf(flags.format));
  }
  if (key) await signAt(flags, key, digest);
}

async function signAt(flags: UploadFlags, key: SigningKey, digest: string): Promise<void> {
  await using place = await placeOf(flags, digest);
  await signImage(place, key, { formats: formatsOf(flags.format), annotations: {} });
}

/** By the digest: what has been pushed, whatever the tag names meanwhile. */
function placeOf(flags: UploadFlags, digest: string): Promise<Place> {
  const remote = { ...parseRemote(flags.remote), reference: digest };
  return registryPlace(remote, registryOptions(flags), undefined);
}
