import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decompress } from '../../../src/smith/image/decompress.ts';
import { digestOf } from '../../../src/smith/image/digest.ts';
import { Workspace } from '../../../src/smith/image/workspace.ts';
import { memoryContent, wholeContent } from '../../../src/smith/tree/content.ts';

const text = Buffer.from('hello world\n'.repeat(100_000));
const packed = { gzip: gzipSync(text), zstd: zstdCompressSync(text), none: text };
let folder: string;
let workspace: Workspace;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'railcar-test-'));
  workspace = new Workspace(folder);
});
afterEach(() => {
  workspace.close();
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

const run = (bytes: Buffer, more: object = {}) =>
  decompress(memoryContent(bytes), workspace, { what: 'layer 1', ...more });

describe.each(Object.entries(packed))('%s', (_, bytes) => {
  const expected = { digest: digestOf(bytes), size: bytes.length };
  const diffId = digestOf(text);

  test('gives the bytes and their digest, and leaves no file behind', async () => {
    const found = await run(bytes, { expected, diffId });
    expect(readdirSync(folder)).toEqual([]);
    expect(wholeContent(found.content).equals(text)).toBe(true);
    expect(found.digest).toBe(diffId);
    const long = await run(bytes, { diffId: digestOf(text, 'sha512') });
    expect(long.digest).toBe(digestOf(text, 'sha512'));
  });

  test('refuses what is not as promised', async () => {
    const other = digestOf(Buffer.from('other'));
    await expect(run(bytes, { expected: { ...expected, digest: other } })).rejects.toThrow(
      `cannot use layer 1: its digest is ${expected.digest} and not ${other}`,
    );
    await expect(run(bytes, { expected: { ...expected, size: 5 } })).rejects.toThrow(
      `it has ${bytes.length} bytes and 5 are promised`,
    );
    await expect(run(bytes, { diffId: other })).rejects.toThrow('and the configuration says');
  });

  test('refuses more than the limit', async () => {
    await expect(run(bytes, { limit: text.length - 1 })).rejects.toThrow(
      'uncompressed it has more than 1199999 bytes',
    );
    await run(bytes, { limit: text.length });
  });
});

describe.each([packed.gzip, packed.zstd])('compressed', (bytes) => {
  test('refuses what is cut short, damaged or followed by something', async () => {
    await expect(run(bytes.subarray(0, -10))).rejects.toThrow('cannot decompress layer 1: it is cut short');
    const damaged = Buffer.from(bytes);
    damaged.fill(0xff, 20, 60);
    await expect(run(damaged)).rejects.toThrow(/cannot (decompress|use) layer 1/);
    await expect(run(Buffer.concat([bytes, Buffer.from('garbage')]))).rejects.toThrow(
      /something follows|damaged/,
    );
  });

  test('reads several members in a row', async () => {
    const found = await run(Buffer.concat([bytes, bytes]));
    expect(found.content.size).toBe(2 * text.length);
  });
});

test('a zstd frame that is to be skipped', async () => {
  const skipped = Buffer.from('502a4d1804000000aabbccdd', 'hex');
  expect((await run(Buffer.concat([skipped, packed.zstd]))).content.size).toBe(text.length);
  expect((await run(Buffer.concat([packed.zstd, skipped]))).content.size).toBe(text.length);
});

test('an unknown digest', async () => {
  await expect(run(text, { expected: { digest: 'md5:abc' } })).rejects.toThrow(
    'it is neither sha256 nor sha512',
  );
});
