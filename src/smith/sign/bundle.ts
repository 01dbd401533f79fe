import * as z from 'zod/mini';
import { type Envelope, envelopeSchema } from './envelope.ts';
import { hintOf, isSignedBy, type PublicKey, type SigningKey, signBytes } from './key.ts';

/**
 * A bundle of sigstore: a signature and what it takes to verify it, in one file (github.com/sigstore/protobuf-specs,
 * sigstore_bundle.proto). Those read here are of a key; what is said by certificates and logs is not looked at.
 */
const bundleSchema = z.looseObject({
  mediaType: z.string(),
  verificationMaterial: z.looseObject({
    publicKey: z.nullish(z.looseObject({ hint: z.nullish(z.string()) })),
  }),
  dsseEnvelope: z.nullish(envelopeSchema),
  messageSignature: z.nullish(
    z.looseObject({
      messageDigest: z.nullish(z.looseObject({ algorithm: z.string(), digest: z.string() })),
      signature: z.string(),
    }),
  ),
});

export type SigstoreBundle = z.infer<typeof bundleSchema>;

export const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

export function isBundleType(type: string | null | undefined): boolean {
  return /^application\/vnd\.dev\.sigstore\.bundle(\+json;version=0\.[12]|\.v0\.3\+json)$/.test(type ?? '');
}

export function envelopeBundle(envelope: Envelope, key: SigningKey): string {
  // A key has no name in there beside its hint.
  return JSON.stringify({ ...common(key), dsseEnvelope: envelope });
}

/** Of bytes as they are: cosign's `verify-blob --bundle` reads it. */
export function messageBundle(bytes: Uint8Array, sha256: string, key: SigningKey): string {
  const digest = Buffer.from(sha256, 'hex').toString('base64');
  return JSON.stringify({
    ...common(key),
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest },
      signature: signBytes(key, bytes).toString('base64'),
    },
  });
}

/** Throws, with the reason as message, for what is no bundle of a key. */
export function parseBundle(bytes: Uint8Array): SigstoreBundle {
  const parsed = bundleSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  if (!parsed.success || !isBundleType(parsed.data.mediaType)) throw new Error('it is no bundle of sigstore');
  if (!parsed.data.verificationMaterial.publicKey) throw new Error('it is by a certificate and not by a key');
  return parsed.data;
}

/** Whether a bundle without an envelope is a signature of these bytes by the key. */
export function signsBytes({ messageSignature }: SigstoreBundle, bytes: Uint8Array, key: PublicKey): boolean {
  const signature = messageSignature?.signature;
  return signature !== undefined && isSignedBy(key, bytes, Buffer.from(signature, 'base64'));
}

function common(key: SigningKey): object {
  return { mediaType: BUNDLE, verificationMaterial: { publicKey: { hint: hintOf(key.public) } } };
}
