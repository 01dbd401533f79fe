import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** SHA-256, as 64 hexadecimal digits. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Uint8Array);
  return hash.digest('hex');
}
