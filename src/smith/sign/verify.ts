import { RailcarError } from '../../errors.ts';
import { isBundleType, parseBundle, signsBytes } from './bundle.ts';
import { type Envelope, envelopeSchema, IN_TOTO, payloadOf } from './envelope.ts';
import { hintOf, isSignedBy, type PublicKey } from './key.ts';
import type { Place } from './place.ts';
import { parseSimplePayload, simpleSigning } from './simple-signing.ts';
import { parseStatement, SIGNED, type Statement, subjectOf } from './statement.ts';

/** Something signed, wherever it is, and what came of it. */
interface Candidate {
  /** For messages: `signature 1 (under the tag)`. */
  readonly name: string;
  /** What it says; throws, with the reason as message, if it does not count. */
  readonly check: () => Promise<Checked>;
}

interface Checked {
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly statement: Statement | null;
}

export interface Verified {
  /** Of what counts, for people. */
  readonly names: readonly string[];
  /** What was signed, where that is more than the image's digest. */
  readonly statements: readonly Statement[];
  /** Why others did not count. */
  readonly refused: readonly string[];
}

/** Reasons that are said to people; anything else that is thrown on the way is an error of its own. */
class Refused extends Error {}

const OTHER_KEY = 'it is by another key, or has been altered';

/**
 * Looks for a signature by the key of exactly this image, in either form.
 *
 * @throws {RailcarError} `signature-invalid`, with the reason of every one that does not count
 */
export async function verifyImage(
  place: Place,
  key: PublicKey,
  annotations: Readonly<Record<string, string>> = {},
): Promise<Verified> {
  const candidates = [...(await simpleSignatures(place, key)), ...(await bundles(place, key, null))];
  return judge(place, key, candidates, 'signature', (checked) => {
    for (const [name, value] of Object.entries(annotations)) {
      if (checked.annotations[name] !== value) throw new Refused(`it does not say ${name}=${value}`);
    }
  });
}

/** Looks for signed statements of a type about exactly this image. */
export async function verifyStatements(
  place: Place,
  key: PublicKey,
  predicateType: string,
): Promise<Verified> {
  const candidates = [
    ...(await envelopes(place, key, predicateType)),
    ...(await bundles(place, key, predicateType)),
  ];
  return judge(place, key, candidates, `statement of type ${predicateType}`, () => {});
}

/**
 * Looks at one bundle that lies beside the image: a signature of its manifest's bytes, or of a statement about it.
 *
 * @throws {RailcarError} `signature-invalid`
 */
export async function verifyBundle(
  place: Place,
  key: PublicKey,
  bytes: Buffer,
  name: string,
): Promise<Verified> {
  const check = async () => checkBundle(bytes, place, key, null);
  return judge(place, key, [{ name, check }], 'signature', () => {});
}

async function judge(
  { name, subject }: Place,
  key: PublicKey,
  candidates: readonly Candidate[],
  what: string,
  insist: (checked: Checked) => void,
): Promise<Verified> {
  const names: string[] = [];
  const refused: string[] = [];
  const statements: Statement[] = [];
  for (const candidate of candidates) {
    try {
      const checked = await candidate.check();
      insist(checked);
      names.push(candidate.name);
      if (checked.statement) statements.push(checked.statement);
    } catch (error) {
      // Of many signatures one may be damaged, or missing at the registry, without harm to the others.
      if (!(error instanceof Refused || error instanceof RailcarError)) throw error;
      refused.push(`${candidate.name}: ${error.message}`);
    }
  }
  if (names.length > 0) return { names, statements, refused };
  const reasons = refused.length > 0 ? refused.join('; ') : `there is none of ${subject.digest}`;
  throw new RailcarError(
    'signature-invalid',
    `cannot verify ${name}: no ${what} by key ${key.name}: ${reasons}`,
  );
}

async function simpleSignatures(place: Place, key: PublicKey): Promise<Candidate[]> {
  const layers = (await place.tagged('sig')).flatMap(({ manifest }) => manifest.layers);
  return layers
    .filter(({ mediaType }) => mediaType === simpleSigning.mediaType)
    .map((layer, index) => ({
      name: `signature ${index + 1} under the tag`,
      check: async () => {
        const payload = await place.blob(layer);
        const signature = Buffer.from(layer.annotations?.[simpleSigning.annotation] ?? '', 'base64');
        if (signature.length === 0) throw new Refused('it has no signature');
        if (!isSignedBy(key, payload, signature)) throw new Refused(OTHER_KEY);
        const { digest, annotations } = parsed(() => parseSimplePayload(payload));
        if (digest !== place.subject.digest) throw new Refused(`it is of another image, ${digest}`);
        return { annotations, statement: null };
      },
    }));
}

async function envelopes(place: Place, key: PublicKey, predicateType: string): Promise<Candidate[]> {
  const layers = (await place.tagged('att')).flatMap(({ manifest }) => manifest.layers);
  return layers
    .filter(({ annotations }) => (annotations?.predicateType ?? predicateType) === predicateType)
    .map((layer, index) => ({
      name: `statement ${index + 1} under the tag`,
      check: async () => {
        const bytes = await place.blob(layer);
        const envelope = parsed(() => envelopeSchema.parse(JSON.parse(bytes.toString('utf8'))));
        return checkEnvelope(envelope, place, key, predicateType);
      },
    }));
}

/** Null: those that sign the image itself. */
async function bundles(place: Place, key: PublicKey, predicateType: string | null): Promise<Candidate[]> {
  const wanted = predicateType ?? SIGNED;
  const found = (await place.referring(isBundleType)).filter(
    ({ manifest: { annotations } }) =>
      (annotations?.['dev.sigstore.bundle.predicateType'] ?? wanted) === wanted,
  );
  return found.map(({ digest, manifest }) => ({
    name: `bundle ${digest.slice(0, 19)}`,
    check: async () => {
      const [layer, ...more] = manifest.layers;
      if (!layer || more.length > 0) throw new Refused('it has to be one blob');
      return checkBundle(await place.blob(layer), place, key, predicateType);
    },
  }));
}

function checkBundle(bytes: Buffer, place: Place, key: PublicKey, predicateType: string | null): Checked {
  const bundle = parsed(() => parseBundle(bytes));
  const hint = bundle.verificationMaterial.publicKey?.hint;
  if (bundle.dsseEnvelope) return checkEnvelope(bundle.dsseEnvelope, place, key, predicateType ?? SIGNED);
  if (predicateType !== null) throw new Refused('it is a signature without a statement');
  if (!signsBytes(bundle, place.bytes, key)) {
    throw new Refused(hint === hintOf(key) ? 'it is of something else, or has been altered' : OTHER_KEY);
  }
  return { annotations: {}, statement: null };
}

function checkEnvelope(
  envelope: Envelope,
  { subject }: Place,
  key: PublicKey,
  predicateType: string,
): Checked {
  const payload = payloadOf(envelope, key);
  if (payload === null) throw new Refused(OTHER_KEY);
  if (envelope.payloadType !== IN_TOTO) throw new Refused(`it is no statement but ${envelope.payloadType}`);
  const statement = parsed(() => parseStatement(payload));
  if (statement.predicateType !== predicateType)
    throw new Refused(`it is a statement of type ${statement.predicateType}`);
  const found = subjectOf(statement, subject.digest);
  if (!found) throw new Refused('it is of another image');
  const annotations = found.annotations;
  return { annotations: isMap(annotations) ? annotations : {}, statement };
}

/** What is not JSON at all, too, is only not to be counted. */
function parsed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Refused(error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message, {
      cause: error,
    });
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
