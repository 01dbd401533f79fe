import type { Descriptor, Manifest } from '../image/schema.ts';
import type { Statement } from '../supply/artifact.ts';

/** How the tag ends under which cosign keeps what it says of an image: signatures, and signed statements. */
export type Suffix = 'sig' | 'att';

export interface Blob {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

export interface Referring {
  readonly digest: string;
  readonly manifest: Manifest;
}

/** Where an image is, a registry or a layout, and with it what is said of it there. All that is read is verified by its digest. */
export interface Place extends AsyncDisposable {
  /** For messages, in quotes. */
  readonly name: string;
  /** The image's name without tag, as signatures have it; empty where it has none. */
  readonly reference: string;
  /** What is signed: the manifest, or the list of manifests of several platforms. */
  readonly subject: Descriptor;
  readonly bytes: Buffer;
  /** What the tag names; a layout may have several. */
  tagged(suffix: Suffix): Promise<readonly Referring[]>;
  /** Manifests whose subject it is, of these types. */
  referring(wanted: (artifactType: string) => boolean): Promise<readonly Referring[]>;
  /** A blob of such a manifest; they are small. */
  blob(descriptor: Descriptor): Promise<Buffer>;
  /** Puts a manifest under the tag, in place of what is there. */
  tag(suffix: Suffix, manifest: Blob, blobs: readonly Blob[]): Promise<void>;
  /** Puts a manifest there that refers to the image. */
  attach(statement: Statement): Promise<void>;
  /** Reads everything that the image is made of. */
  checkContents(): Promise<void>;
  /** Until then nothing of a layout has changed. */
  save(): Promise<void>;
}

/** `sha256-….sig` */
export function tagOf(digest: string, suffix: Suffix): string {
  return `${digest.replace(':', '-')}.${suffix}`;
}

/** What a manifest is of, whichever field says so (image-spec, manifest.md, "Guidelines for Artifact Usage"). */
export function artifactTypeOf({ artifactType, config }: Manifest): string {
  return artifactType || config.mediaType;
}

/** Of all that is said of images, nothing is larger: an SBOM with a file in each line has some. */
export const MOST = 2 ** 26;
