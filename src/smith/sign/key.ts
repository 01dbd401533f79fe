import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { RailcarError } from '../../errors.ts';
import { seal, unseal } from './sealed-key.ts';

/** A key whose signatures are ECDSA over P-256 with SHA-256, as cosign's are. */
export interface PublicKey {
  /** For messages. */
  readonly name: string;
  readonly object: KeyObject;
}

export interface SigningKey extends PublicKey {
  readonly public: PublicKey;
}

const SEALED = /-----BEGIN ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY-----([\sA-Za-z0-9+/=]*)-----END /;

/**
 * Reads a private key: PKCS #8 or SEC 1 in PEM, or what cosign writes. `password` is only asked for if there is need.
 *
 * @throws {RailcarError} `key-invalid`
 */
export async function readSigningKey(
  pem: string,
  name: string,
  password: () => Promise<string>,
): Promise<SigningKey> {
  const [, sealed] = SEALED.exec(pem) ?? [];
  const object =
    sealed === undefined
      ? await plainKey(pem, name, password)
      : unsealedKey(Buffer.from(sealed, 'base64').toString('utf8'), name, await password());
  return { name, object: ofTheCurve(object, name), public: { name, object: createPublicKey(object) } };
}

/**
 * Reads a public key in PEM; of a private one that lies open its public half.
 *
 * @throws {RailcarError} `key-invalid`
 */
export function readPublicKey(pem: string, name: string): PublicKey {
  if (/ENCRYPTED.* PRIVATE KEY/.test(pem)) {
    throw unusable(
      name,
      'it is a private one, and its password is not wanted here',
      undefined,
      'Name the ".pub" beside it.',
    );
  }
  try {
    return { name, object: ofTheCurve(createPublicKey(pem), name) };
  } catch (error) {
    if (error instanceof RailcarError) throw error;
    throw unusable(name, 'it is no public key in PEM', error);
  }
}

/** The two files of a new pair. Without a password the private one lies open. */
export function newKeyPair(password: string | null): { readonly private: string; readonly public: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  const open = () => privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    private:
      password === null ? open() : pemOf('ENCRYPTED SIGSTORE PRIVATE KEY', Buffer.from(seal(der, password))),
    public: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** In DER, as everything of cosign's and sigstore's has it. */
export function signBytes({ object }: SigningKey, bytes: Uint8Array): Buffer {
  return sign('sha256', bytes, object);
}

export function isSignedBy({ object }: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  return verify('sha256', bytes, object, signature);
}

/** What a bundle calls a key: the digest of its DER, in base64. */
export function hintOf({ object }: PublicKey): string {
  return createHash('sha256')
    .update(object.export({ type: 'spki', format: 'der' }))
    .digest('base64');
}

async function plainKey(pem: string, name: string, password: () => Promise<string>): Promise<KeyObject> {
  const isEncrypted = /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(pem);
  try {
    return createPrivateKey({ key: pem, ...(isEncrypted ? { passphrase: await password() } : {}) });
  } catch (error) {
    if (error instanceof RailcarError) throw error;
    const reason = isEncrypted
      ? 'its password is another one, or it is damaged'
      : 'it is no private key in PEM';
    throw unusable(name, reason, error);
  }
}

function unsealedKey(text: string, name: string, password: string): KeyObject {
  let der: Buffer | null;
  try {
    der = unseal(text, password);
  } catch (error) {
    throw unusable(name, `it is damaged: ${(error as Error).message.split('\n')[0]}`, error);
  }
  if (der === null) throw unusable(name, 'its password is another one, or it is damaged');
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch (error) {
    throw unusable(name, 'what it protects is no private key', error);
  }
}

function ofTheCurve(object: KeyObject, name: string): KeyObject {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = object;
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return object;
  const curve = details?.namedCurve ? ` of ${details.namedCurve}` : '';
  throw unusable(name, `it is ${type}${curve}, and has to be ec of prime256v1 (P-256)`);
}

function pemOf(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function unusable(name: string, reason: string, cause?: unknown, hint?: string): RailcarError {
  return new RailcarError('key-invalid', `cannot use key ${name}: ${reason}`, { cause, hint });
}
