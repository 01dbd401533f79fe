import * as z from 'zod/mini';

/** An in-toto statement: a predicate of a type is said of what has these digests (github.com/in-toto/attestation, spec/v1). */
const statementSchema = z.looseObject({
  _type: z.string().check(z.regex(/^https:\/\/in-toto\.io\/Statement\/v(0\.1|1)$/)),
  subject: z.array(z.looseObject({ name: z.nullish(z.string()), digest: z.record(z.string(), z.string()) })),
  predicateType: z.string(),
  predicate: z.optional(z.unknown()),
});

export type Statement = z.infer<typeof statementSchema>;

/** What cosign says of an image that it signs in the form of a bundle. */
export const SIGNED = 'https://sigstore.dev/cosign/sign/v1';

/** Names of predicates on the command line, which are those of cosign. */
export const predicateTypes = {
  provenance: 'https://slsa.dev/provenance/v1',
  slsaprovenance1: 'https://slsa.dev/provenance/v1',
  spdx: 'https://spdx.dev/Document',
  spdxjson: 'https://spdx.dev/Document',
  cyclonedx: 'https://cyclonedx.org/bom',
} as const satisfies Record<string, string>;

/** A short name, or already the URI. */
export function predicateTypeOf(name: string): string {
  return (predicateTypes as Readonly<Record<string, string>>)[name] ?? name;
}

/** Equal input gives equal bytes. */
export function statementText(
  digest: string,
  predicateType: string,
  predicate: unknown,
  {
    name,
    annotations = {},
  }: { readonly name?: string; readonly annotations?: Readonly<Record<string, string>> } = {},
): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  const subject = {
    ...(name ? { name } : {}),
    digest: { [algorithm]: hex },
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
  return JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [subject],
    predicateType,
    predicate,
  });
}

/** Throws, with the reason as message, for what is no statement. */
export function parseStatement(bytes: Uint8Array): Statement {
  const parsed = statementSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  if (!parsed.success) throw new Error('it is no in-toto statement');
  return parsed.data;
}

/** Whether it is said of that image. Annotations are of the subject that it is. */
export function subjectOf({ subject }: Statement, digest: string): Statement['subject'][number] | undefined {
  const [algorithm = '', hex] = digest.split(':');
  return subject.find((one) => Object.hasOwn(one.digest, algorithm) && one.digest[algorithm] === hex);
}
