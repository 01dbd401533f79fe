import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildId } from '../src/execute/build-id.ts';
import { ByteReader, ByteWriter } from '../src/execute/bytes.ts';
import { messageTypes, PROTOCOL_VERSION, requestNumbers } from '../src/execute/messages.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const folder = mkdtempSync(`${tmpdir()}/railcar-main-`);
const cache = `${folder}/layer.cache`;

beforeAll(() => {
  execFileSync(process.execPath, [new URL('../src/build.ts', import.meta.url).pathname, folder]);
  copyFileSync(cache, `${cache}.good`);
}, 60_000);
beforeEach(() => copyFileSync(`${cache}.good`, cache));
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts the bundle as the launcher does, asks for its version, and returns its whole answer. */
async function answer(build: string): Promise<Buffer> {
  const child = spawn(process.execPath, [`${folder}/railcar.cjs`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: {},
  });
  const socket = child.stdio[3] as Duplex;
  socket.write(versionRequest(build));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function versionRequest(build: string): Uint8Array {
  const out = new ByteWriter();
  out.sized(() => {
    out.u8(messageTypes.REQUEST);
    out.u64(PROTOCOL_VERSION);
    out.string(build);
    out.string('railcar\0--version\0');
    out.string('');
    for (const text of ['/', '', '6.1.0']) out.string(text);
    out.list(
      requestNumbers.map(() => 0),
      (number) => out.u64(number),
    );
  });
  return out.finish();
}

async function printed(): Promise<string> {
  const reader = new ByteReader((await answer(buildId(version))).subarray(4));
  expect(reader.u8()).toBe(messageTypes.FINISH);
  expect(reader.u64()).toBe(0n);
  return reader.string();
}

describe('the bundle answers', () => {
  const expected = new RegExp(`^railcar version ${version}\ncommit: .+\nspec: 1\\.3\\.0\n$`);

  test('with its cache', async () => {
    expect(await printed()).toMatch(expected);
  });

  test('without one', async () => {
    rmSync(cache);
    expect(await printed()).toMatch(expected);
  });

  test('with one that belongs to another bundle', async () => {
    const other = readFileSync(cache);
    other.write('//0000', 0, 'latin1');
    writeFileSync(cache, other);
    expect(await printed()).toMatch(expected);
  });

  test('with one that was cut short', async () => {
    writeFileSync(cache, readFileSync(cache).subarray(0, 5000));
    expect(await printed()).toMatch(expected);
  });
});

test('a launcher of another build gets no answer', async () => {
  expect((await answer('another')).length).toBe(0);
});
