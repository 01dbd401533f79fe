import * as z from 'zod/mini';
import { isSignedBy, type PublicKey, type SigningKey, signBytes } from './key.ts';

/** DSSE, "Dead Simple Signing Envelope" (github.com/secure-systems-lab/dsse/blob/master/envelope.md). */
export const envelopeSchema = z.looseObject({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(z.looseObject({ sig: z.string() })),
});

export type Envelope = z.infer<typeof envelopeSchema>;

export const IN_TOTO = 'application/vnd.in-toto+json';

export function enclose(payload: Uint8Array, payloadType: string, key: SigningKey): Envelope {
  const signature = signBytes(key, preAuthentication(payloadType, payload));
  return {
    payloadType,
    payload: Buffer.from(payload).toString('base64'),
    signatures: [{ sig: signature.toString('base64') }],
  };
}

/** The payload if one of the signatures is the key's; null otherwise. */
export function payloadOf({ payloadType, payload, signatures }: Envelope, key: PublicKey): Buffer | null {
  const bytes = Buffer.from(payload, 'base64');
  const signed = preAuthentication(payloadType, bytes);
  const isGood = signatures.some(({ sig }) => isSignedBy(key, signed, Buffer.from(sig, 'base64')));
  return isGood ? bytes : null;
}

/** What is signed: type and payload with their lengths, so that no part can pass for another (protocol.md, "PAE"). */
function preAuthentication(type: string, payload: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `),
    payload,
  ]);
}
