import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { RailcarError } from '../../errors.ts';
import { newKeyPair, type PublicKey, readPublicKey, readSigningKey, type SigningKey } from '../sign/key.ts';
import { quoteName } from '../tree/name.ts';
import { keyPassword } from './password.ts';

export interface KeyPairFlags {
  readonly 'output-key-prefix': string;
  readonly plain: boolean;
}

/** `smith generate-key-pair`: two new files, PREFIX.key and PREFIX.pub, which cosign takes as well. */
export async function generateKeyPair(flags: KeyPairFlags): Promise<void> {
  const prefix = flags['output-key-prefix'];
  const question = 'Password for the new private key: ';
  const pair = newKeyPair(flags.plain ? null : await keyPassword(question));
  // Public second: who has that has both. Neither replaces a key that is in use.
  writeNew(`${prefix}.key`, pair.private, 0o600);
  try {
    writeNew(`${prefix}.pub`, pair.public, 0o644);
  } catch (error) {
    rmSync(`${prefix}.key`);
    throw error;
  }
  process.stdout.write(`${prefix}.key\n${prefix}.pub\n`);
}

export function signingKey(path: string): Promise<SigningKey> {
  return readSigningKey(keyFile(path), quoteName(path), keyPassword);
}

export function publicKey(path: string): PublicKey {
  return readPublicKey(keyFile(path), quoteName(path));
}

function keyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new RailcarError('key-invalid', `cannot read key ${quoteName(path)}: ${codeOf(error)}`, {
      cause: error,
    });
  }
}

function writeNew(path: string, text: string, mode: number): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode });
  } catch (error) {
    const reason = codeOf(error) === 'EEXIST' ? 'it is there already' : codeOf(error);
    throw new RailcarError('operation-failed', `cannot write ${quoteName(path)}: ${reason}`, {
      cause: error,
    });
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
