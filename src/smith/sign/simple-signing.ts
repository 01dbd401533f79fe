import * as z from 'zod/mini';

/** What cosign signs of an image: Red Hat's simple signing (github.com/sigstore/cosign, specs/SIGNATURE_SPEC.md). */
const payloadSchema = z.looseObject({
  critical: z.looseObject({
    identity: z.looseObject({ 'docker-reference': z.string() }),
    image: z.looseObject({ 'docker-manifest-digest': z.string() }),
    type: z.string(),
  }),
  optional: z.nullish(z.record(z.string(), z.unknown())),
});

export interface SimplePayload {
  readonly digest: string;
  /** Where the image was when it was signed; it may be elsewhere now. */
  readonly reference: string;
  readonly annotations: Readonly<Record<string, unknown>>;
}

const TYPE = 'cosign container image signature';

export const simpleSigning = {
  mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
  annotation: 'dev.cosignproject.cosign/signature',
} as const;

export function simplePayload({ digest, reference, annotations }: SimplePayload): Buffer {
  const optional = Object.keys(annotations).length > 0 ? annotations : null;
  return Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': reference },
        image: { 'docker-manifest-digest': digest },
        type: TYPE,
      },
      optional,
    }),
  );
}

/** Throws, with the reason as message, for what is no such payload. */
export function parseSimplePayload(bytes: Uint8Array): SimplePayload {
  const { success, data } = payloadSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  if (!success || data.critical.type !== TYPE)
    throw new Error('its payload is not that of a signature of an image');
  return {
    digest: data.critical.image['docker-manifest-digest'],
    reference: data.critical.identity['docker-reference'],
    annotations: data.optional ?? {},
  };
}
