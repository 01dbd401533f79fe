import { randomBytes, scryptSync } from 'node:crypto';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import * as z from 'zod/mini';

/**
 * A private key that a password protects, as cosign keeps it: JSON with a key of scrypt(RFC 7914) and a secretbox of NaCl
 * around PKCS #8 (github.com/secure-systems-lab/go-securesystemslib, package encrypted).
 */
const sealedSchema = z.looseObject({
  kdf: z.looseObject({
    name: z.literal('scrypt'),
    params: z.looseObject({ N: z.number(), r: z.number(), p: z.number() }),
    salt: z.string(),
  }),
  cipher: z.looseObject({ name: z.literal('nacl/secretbox'), nonce: z.string() }),
  ciphertext: z.string(),
});

const KEY = 32;
const NONCE = 24;
/** What cosign writes: 64 MiB and some 0.2 s for each attempt. */
const written = { N: 65_536, r: 8, p: 1 };
/** What a file may ask for before it is taken for an attack on this machine. */
const MOST_MEMORY = 512 * 1024 * 1024;

/** The text of a file; another one each time. */
export function seal(plain: Uint8Array, password: string): string {
  const [salt, nonce] = [randomBytes(32), randomBytes(NONCE)];
  const box = xsalsa20poly1305(derive(password, salt, written), nonce).encrypt(plain);
  return JSON.stringify({
    kdf: { name: 'scrypt', params: written, salt: salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: Buffer.from(box).toString('base64'),
  });
}

/** Null: the password is another one, or the file has been altered; nobody can tell which. */
export function unseal(text: string, password: string): Buffer | null {
  const { kdf, cipher, ciphertext } = sealedSchema.parse(JSON.parse(text));
  const nonce = Buffer.from(cipher.nonce, 'base64');
  if (nonce.length !== NONCE) throw new Error(`its nonce has ${nonce.length} bytes instead of ${NONCE}`);
  const key = derive(password, Buffer.from(kdf.salt, 'base64'), kdf.params);
  try {
    return Buffer.from(xsalsa20poly1305(key, nonce).decrypt(Buffer.from(ciphertext, 'base64')));
  } catch {
    return null;
  }
}

function derive(password: string, salt: Buffer, { N, r, p }: typeof written): Buffer {
  if (!(128 * N * r * p <= MOST_MEMORY)) throw new Error(`scrypt with N=${N}, r=${r}, p=${p} is absurd`);
  // Node asks for a little more than the table itself.
  return scryptSync(password, salt, KEY, { N, r, p, maxmem: 2 * MOST_MEMORY });
}
