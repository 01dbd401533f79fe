import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  hintOf,
  isSignedBy,
  newKeyPair,
  readPublicKey,
  readSigningKey,
  signBytes,
} from '../../../src/smith/sign/key.ts';
import { seal, unseal } from '../../../src/smith/sign/sealed-key.ts';
import * as cosign from './cosign.ts';

const nobody = () => Promise.reject(new Error('nobody should have been asked'));
const bytes = Buffer.from('something');

describe('a private key', () => {
  test('of cosign opens with its password, and only with that', async () => {
    const key = await readSigningKey(cosign.privateKey, '"k"', async () => 'secret');
    expect(isSignedBy(readPublicKey(cosign.publicKey, '"p"'), bytes, signBytes(key, bytes))).toBe(true);
    const wrong = readSigningKey(cosign.privateKey, '"k"', async () => 'secreT');
    await expect(wrong).rejects.toThrow('cannot use key "k": its password is another one, or it is damaged');
  });

  test.each(['a word', '', null])('is new, with the password %j', async (password) => {
    const pair = newKeyPair(password);
    expect(pair.private.includes('ENCRYPTED SIGSTORE PRIVATE KEY')).toBe(password !== null);
    const key = await readSigningKey(pair.private, '"k"', async () => password ?? nobody());
    const signature = signBytes(key, bytes);
    expect(isSignedBy(readPublicKey(pair.public, '"p"'), bytes, signature)).toBe(true);
    expect(isSignedBy(readPublicKey(cosign.publicKey, '"p"'), bytes, signature)).toBe(false);
    expect(isSignedBy(readPublicKey(pair.public, '"p"'), Buffer.from('another'), signature)).toBe(false);
    expect(isSignedBy(readPublicKey(pair.public, '"p"'), bytes, Buffer.from('nonsense'))).toBe(false);
  });

  test('may be in any form that OpenSSL writes', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const read = (pem: string | Buffer, password = nobody) => readSigningKey(pem.toString(), '"k"', password);
    await read(privateKey.export({ type: 'sec1', format: 'pem' }));
    await read(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const sealed = privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'x',
    });
    await read(sealed, () => Promise.resolve('x') as Promise<never>);
    await expect(read(sealed, () => Promise.resolve('y') as Promise<never>)).rejects.toThrow(
      'its password is another one',
    );
  });

  test('of another kind, or none at all, is refused', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await expect(readSigningKey(pem, '"k"', nobody)).rejects.toThrow(
      'it is rsa, and has to be ec of prime256v1',
    );
    await expect(readSigningKey('x', '"k"', nobody)).rejects.toThrow('it is no private key in PEM');
    const other = p384.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(() => readPublicKey(other, '"p"')).toThrow('it is ec of secp384r1, and has to be');
    expect(() => readPublicKey('x', '"p"')).toThrow('it is no public key in PEM');
    expect(() => readPublicKey(cosign.privateKey, '"p"')).toThrow('it is a private one');
  });
});

describe('a sealed key', () => {
  const sealed = seal(bytes, 'word');
  const changed = (
    change: (value: {
      kdf: { params: { N: number } };
      ciphertext: string;
      cipher: { nonce: string };
    }) => void,
  ) => {
    const value = JSON.parse(sealed);
    change(value);
    return JSON.stringify(value);
  };

  test('opens, and is another one each time', () => {
    expect(unseal(sealed, 'word')).toEqual(bytes);
    expect(seal(bytes, 'word')).not.toBe(sealed);
  });

  test('that has been altered does not open', () => {
    const flipped = changed((value) => {
      const box = Buffer.from(value.ciphertext, 'base64');
      box.writeUInt8(box.readUInt8(20) ^ 1, 20);
      value.ciphertext = box.toString('base64');
    });
    expect(unseal(flipped, 'word')).toBeNull();
  });

  test('that wants gigabytes is refused', async () => {
    const absurd = changed((value) => {
      value.kdf.params.N = 2 ** 30;
    });
    expect(() => unseal(absurd, 'word')).toThrow('is absurd');
    const short = changed((value) => {
      value.cipher.nonce = 'AAAA';
    });
    expect(() => unseal(short, 'word')).toThrow('its nonce has 3 bytes');
  });
});

test('the hint of a key is the one that cosign writes', () => {
  const { verificationMaterial } = JSON.parse(cosign.bundle);
  expect(hintOf(readPublicKey(cosign.publicKey, '"p"'))).toBe(verificationMaterial.publicKey.hint);
});
