import { RailcarError } from '../../errors.ts';
import { isImageConfig, isIndex, isManifest } from './media-types.ts';
import { fits, hostPlatform, printPlatform } from './platform.ts';
import {
  configSchema,
  type Descriptor,
  type Index,
  indexSchema,
  manifestSchema,
  type Platform,
} from './schema.ts';
import { type BlobStore, readDocument } from './store.ts';

export interface Choice {
  /** Of several images: `org.opencontainers.image.ref.name`. `latest` if there is such, else the only one. */
  readonly tag?: string | undefined;
  /** This machine's if nothing is said. */
  readonly platform?: Platform | undefined;
}

/** What an entry of index.json is called by: its tag. */
export const REF_NAME = 'org.opencontainers.image.ref.name';
const DOCKER_REFERENCE = 'vnd.docker.reference.type';
const MAX_DEPTH = 8;

interface Candidate {
  readonly descriptor: Descriptor;
  readonly platform: Platform | null;
}

/** What a tag names, or what can only be meant: an index, a manifest, or several manifests of one name. */
export function chooseRoots(store: BlobStore, index: Index, tag?: string): readonly Descriptor[] {
  return tagged(store, index.manifests.filter(mayBeImage), tag);
}

/** All manifests of images below an index, and below indices in it, with their platforms as far as they are said. */
export function imagesBelow(store: BlobStore, descriptor: Descriptor): Generator<Candidate> {
  return images(store, descriptor, null, 0);
}

/** Follows an index, and indices in it, to the manifest that is meant. */
export function chooseManifest(store: BlobStore, index: Index, { tag, platform }: Choice = {}): Descriptor {
  const roots = chooseRoots(store, index, tag);
  const candidates = roots.flatMap((descriptor) => [...images(store, descriptor, null, 0)]);
  return choosePlatform(store, candidates, platform);
}

/** What the tag names itself, a list of several platforms too, unless one of them is asked for. */
export function chooseRoot(store: BlobStore, index: Index, { tag, platform }: Choice): Descriptor {
  const roots = chooseRoots(store, index, tag);
  const [root, ...more] = roots;
  return root && more.length === 0 && !platform ? root : chooseManifest(store, index, { tag, platform });
}

/** The manifests of one index for this platform; `descriptor` may be of an index or already of the manifest. */
export function chooseBelow(store: BlobStore, descriptor: Descriptor, platform?: Platform): Descriptor {
  return choosePlatform(store, [...images(store, descriptor, null, 0)], platform);
}

/** What other programs put into an index beside images: packages, signatures, attestations. */
function mayBeImage({ mediaType, artifactType, annotations }: Descriptor): boolean {
  if (!isIndex(mediaType) && !isManifest(mediaType)) return false;
  if (artifactType && !isImageConfig(artifactType)) return false;
  // cosign's have the form of an image.
  if (/^dev\.cosignproject\.cosign\/(sigs|atts)$/.test(annotations?.kind ?? '')) return false;
  if (/(^|:)sha(256|512)-[0-9a-f]+\.(sig|att|sbom)$/.test(annotations?.[REF_NAME] ?? '')) return false;
  return annotations?.[DOCKER_REFERENCE] === undefined;
}

function tagged(
  store: BlobStore,
  roots: readonly Descriptor[],
  tag: string | undefined,
): readonly Descriptor[] {
  const nameOf = ({ annotations }: Descriptor) => annotations?.[REF_NAME];
  // Some write the whole reference there.
  const named = (wanted: string) =>
    roots.filter((root) => nameOf(root) === wanted || nameOf(root)?.endsWith(`:${wanted}`));
  if (roots.length === 0)
    throw new RailcarError('image-missing', `cannot read ${store.name}: there is no image in it`);
  const tags = [...new Set(roots.map((root) => nameOf(root) ?? '(none)'))].join(', ');
  if (tag !== undefined) {
    const found = named(tag);
    if (found.length === 0) {
      throw new RailcarError(
        'image-missing',
        `cannot read ${store.name}: no image in it has the tag "${tag}"; there are: ${tags}`,
      );
    }
    return found;
  }
  if (roots.length === 1) return roots;
  const latest = named('latest');
  if (latest.length > 0) return latest;
  // Without names they are one image for several platforms.
  if (new Set(roots.map(nameOf)).size === 1) return roots;
  throw new RailcarError(
    'image-missing',
    `cannot choose from ${store.name}: there are several images, with the tags ${tags}`,
    {
      hint: 'Say which: FILE:TAG.',
    },
  );
}

function* images(
  store: BlobStore,
  descriptor: Descriptor,
  inherited: Platform | null,
  depth: number,
): Generator<Candidate> {
  if (!mayBeImage(descriptor)) return;
  const platform = descriptor.platform ?? inherited;
  if (!isIndex(descriptor.mediaType)) {
    yield { descriptor, platform };
    return;
  }
  if (depth >= MAX_DEPTH)
    throw new RailcarError('image-invalid', `cannot read ${store.name}: indices are nested too deep`);
  const index = readDocument(store, descriptor, indexSchema);
  for (const child of index.manifests) yield* images(store, child, platform, depth + 1);
}

function choosePlatform(
  store: BlobStore,
  candidates: readonly Candidate[],
  asked: Platform | undefined,
): Descriptor {
  const unique = [
    ...new Map(candidates.map((candidate) => [candidate.descriptor.digest, candidate])).values(),
  ];
  const [first, ...more] = unique;
  if (first === undefined)
    throw new RailcarError('image-missing', `cannot read ${store.name}: there is no image in it`);
  if (more.length === 0 && asked === undefined) return first.descriptor;
  const wanted = asked ?? hostPlatform();
  const offers = unique.map(({ descriptor, platform }) => ({
    descriptor,
    platform: platform ?? platformOf(store, descriptor),
  }));
  const found = offers.find(({ platform }) => fits(platform, wanted));
  if (found !== undefined) return found.descriptor;
  const all = [...new Set(offers.map(({ platform }) => printPlatform(platform)))].join(', ');
  throw new RailcarError(
    'image-missing',
    `cannot choose from ${store.name}: there is no image for ${printPlatform(wanted)}, only for ${all}`,
  );
}

/** Where the index does not say it, the image's configuration does. */
function platformOf(store: BlobStore, descriptor: Descriptor): Platform {
  const { config } = readDocument(store, descriptor, manifestSchema);
  return isImageConfig(config.mediaType)
    ? readDocument(store, config, configSchema)
    : { os: 'unknown', architecture: 'unknown' };
}
