import { document } from '../image/assemble.ts';
import { digestOf } from '../image/digest.ts';
import { mediaTypes } from '../image/media-types.ts';
import type { Descriptor } from '../image/schema.ts';
import { BUNDLE, envelopeBundle, isBundleType, parseBundle } from './bundle.ts';
import { enclose, envelopeSchema, IN_TOTO, payloadOf } from './envelope.ts';
import type { SignatureFormat } from './format.ts';
import { isSignedBy, type SigningKey, signBytes } from './key.ts';
import type { Blob, Place, Suffix } from './place.ts';
import { simplePayload, simpleSigning } from './simple-signing.ts';
import { SIGNED, statementText } from './statement.ts';

export interface SignOptions {
  readonly formats: readonly SignatureFormat[];
  /** What the signer says of the image besides; whoever verifies can insist on it. */
  readonly annotations: Readonly<Record<string, string>>;
}

const ENVELOPE = 'application/vnd.dsse.envelope.v1+json';

/** Signs exactly the digest of the image. Signatures of others stay; one by the same key of the same is not put there twice. */
export async function signImage(place: Place, key: SigningKey, options: SignOptions): Promise<void> {
  const { digest } = place.subject;
  const { annotations, formats } = options;
  if (formats.includes('tag')) {
    const payload = simplePayload({ digest, reference: place.reference, annotations });
    const signature = signBytes(key, payload);
    const descriptor = descriptorOf(simpleSigning.mediaType, payload, {
      [simpleSigning.annotation]: signature.toString('base64'),
    });
    const isSame = async ({ digest: same, annotations: its }: Descriptor) => {
      const old = Buffer.from(its?.[simpleSigning.annotation] ?? '', 'base64');
      return same === descriptor.digest && isSignedBy(key.public, payload, old);
    };
    await addUnderTag(place, 'sig', { descriptor, bytes: payload }, isSame);
  }
  if (formats.includes('bundle')) {
    const text = statementText(digest, SIGNED, {}, { annotations });
    await attachBundle(place, key, SIGNED, text);
  }
}

/** Signs a statement about the image, such as its SBOM, and puts both there. */
export async function attestImage(
  place: Place,
  key: SigningKey,
  { predicateType, predicate }: { readonly predicateType: string; readonly predicate: unknown },
  formats: readonly SignatureFormat[],
): Promise<void> {
  const name = place.reference;
  const text = statementText(place.subject.digest, predicateType, predicate, { name });
  if (formats.includes('tag')) {
    const bytes = Buffer.from(JSON.stringify(enclose(Buffer.from(text), IN_TOTO, key)));
    const descriptor = descriptorOf(ENVELOPE, bytes, { [simpleSigning.annotation]: '', predicateType });
    const isSame = async (layer: Descriptor) => {
      const { success, data } = envelopeSchema.safeParse(
        JSON.parse((await place.blob(layer)).toString('utf8')),
      );
      return success && payloadOf(data, key.public)?.equals(Buffer.from(text)) === true;
    };
    await addUnderTag(place, 'att', { descriptor, bytes }, isSame);
  }
  if (formats.includes('bundle')) await attachBundle(place, key, predicateType, text);
}

async function attachBundle(
  place: Place,
  key: SigningKey,
  predicateType: string,
  text: string,
): Promise<void> {
  if (await isAttached(place, key, text)) return;
  await place.attach({
    artifactType: BUNDLE,
    mediaType: BUNDLE,
    bytes: Buffer.from(envelopeBundle(enclose(Buffer.from(text), IN_TOTO, key), key)),
    annotations: {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': predicateType,
    },
  });
}

/** The same statement by the same key. What cannot be read is somebody else's. */
async function isAttached(place: Place, key: SigningKey, text: string): Promise<boolean> {
  for (const { manifest } of await place.referring(isBundleType)) {
    const [layer] = manifest.layers;
    try {
      const { dsseEnvelope } = parseBundle(layer ? await place.blob(layer) : Buffer.alloc(0));
      if (dsseEnvelope && payloadOf(dsseEnvelope, key.public)?.equals(Buffer.from(text))) return true;
    } catch {}
  }
  return false;
}

/** cosign keeps what it says as layers of something that has the form of an image. */
async function addUnderTag(
  place: Place,
  suffix: Suffix,
  blob: Blob,
  isSame: (layer: Descriptor) => Promise<boolean>,
): Promise<void> {
  const before = (await place.tagged(suffix)).flatMap(({ manifest }) => manifest.layers);
  for (const layer of before) if (await isSame(layer).catch(() => false)) return;
  const layers = [...before, blob.descriptor];
  const never = '0001-01-01T00:00:00Z';
  const config = document(mediaTypes.config, {
    architecture: '',
    created: never,
    history: layers.map(() => ({ created: never })),
    os: '',
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    config: {},
  });
  const manifest = document(mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: config.descriptor,
    layers,
  });
  const [configBlob, manifestBlob] = [config, manifest].map(({ descriptor, content }) => ({
    descriptor,
    bytes: content.read(0, content.size),
  })) as [Blob, Blob];
  await place.tag(suffix, manifestBlob, [blob, configBlob]);
}

function descriptorOf(
  mediaType: string,
  bytes: Uint8Array,
  annotations: Readonly<Record<string, string>>,
): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length, annotations };
}
