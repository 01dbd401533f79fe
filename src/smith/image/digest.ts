import { createHash, type Hash } from 'node:crypto';
import { RailcarError } from '../../errors.ts';
import { passingChunks } from '../tree/content.ts';
import type { Bytes } from '../tree/node.ts';

/** What bytes ought to be. */
export interface Expected {
  readonly digest: string;
  readonly size?: number | undefined;
}

/** `sha256` of `sha256:…`; only what image digests are made with here. */
export function algorithmOf(digest: string): 'sha256' | 'sha512' {
  const algorithm = digest.slice(0, digest.indexOf(':'));
  if (algorithm === 'sha256' || algorithm === 'sha512') return algorithm;
  throw new RailcarError('image-invalid', `cannot check digest "${digest}": it is neither sha256 nor sha512`);
}

export function digestOf(bytes: Uint8Array, algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** Of something that need not fit into memory, as 64 hexadecimal digits. */
export function sha256Of(bytes: Bytes): string {
  const hash = createHash('sha256');
  for (const chunk of passingChunks(bytes)) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * Reads all of it and compares.
 *
 * @throws RailcarError `image-invalid`
 */
export function verify(bytes: Bytes, expected: Expected, what: string): void {
  const check = new Check(expected, what);
  check.size(bytes.size);
  for (const chunk of passingChunks(bytes)) check.update(chunk);
  check.end();
}

/** Compares what streams past with what was promised. */
export class Check {
  readonly #expected: Expected;
  readonly #what: string;
  readonly #hash: Hash;

  constructor(expected: Expected, what: string) {
    this.#expected = expected;
    this.#what = what;
    this.#hash = createHash(algorithmOf(expected.digest));
  }

  size(found: number): void {
    const { size = found } = this.#expected;
    if (found !== size) throw mismatch(this.#what, `it has ${found} bytes and ${size} are promised`);
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  end(): void {
    const { digest } = this.#expected;
    const found = `${algorithmOf(digest)}:${this.#hash.digest('hex')}`;
    if (found !== digest) throw mismatch(this.#what, `its digest is ${found} and not ${digest}`);
  }
}

function mismatch(what: string, reason: string): RailcarError {
  return new RailcarError('image-invalid', `cannot use ${what}: ${reason}`);
}
