import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assembleIndex } from '../../../src/smith/image/assemble.ts';
import { writeLayout } from '../../../src/smith/image/layout-writer.ts';
import { openImage } from '../../../src/smith/image/open.ts';
import { Workspace } from '../../../src/smith/image/workspace.ts';
import { newKeyPair, readSigningKey } from '../../../src/smith/sign/key.ts';
import { layoutPlace } from '../../../src/smith/sign/layout-place.ts';
import { signImage } from '../../../src/smith/sign/sign.ts';
import { verifyImage } from '../../../src/smith/sign/verify.ts';
import { sampleImage, sampleTree } from '../image/sample.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';
const key = await readSigningKey(newKeyPair(null).private, '"mine"', async () => '');

let folder: string;
let workspace: Workspace;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'railcar-sign-'));
  workspace = new Workspace();
});

afterEach(() => {
  workspace.close();
  rmSync(folder, { recursive: true });
});

const place = (path: string, platform?: { os: string; architecture: string }) =>
  layoutPlace(path, workspace, platform);

async function sign(path: string): Promise<void> {
  const there = await place(path);
  await signImage(there, key, { formats: ['tag', 'bundle'], annotations: {} });
  await there.save();
}

describe.each([
  ['directory', 'image'],
  ['tar', 'image.tar'],
  ['tar.gz', 'image.tar.gz'],
] as const)('a layout in the form of a %s', (form, name) => {
  test('is signed, and is the same image still', async () => {
    const path = join(folder, name);
    const bundle = await sampleImage(workspace);
    await writeLayout(path, [{ bundle, annotations: { [REF_NAME]: 'latest' } }], { form });
    for (let times = 0; times < 2; times++) await sign(path);
    const signed = await place(path);
    expect((await verifyImage(signed, key.public)).names).toHaveLength(2);
    await signed.checkContents();
    expect((await openImage(path, workspace)).digest).toBe(bundle.descriptor.digest);
    expect((await openImage(`${path}:latest`, workspace)).digest).toBe(bundle.descriptor.digest);
    // Nothing half-written, and what Docker reads is there, too.
    expect(readdirSync(folder)).toEqual([name]);
    if (form === 'directory') expect(existsSync(join(path, 'manifest.json'))).toBe(true);
    if (form === 'tar') expect(readFileSync(path).includes('manifest.json')).toBe(true);
  });
});

test('what has not been saved is not there', async () => {
  const path = join(folder, 'image.tar');
  await writeLayout(path, [{ bundle: await sampleImage(workspace) }], { form: 'tar' });
  const before = readFileSync(path);
  await signImage(await place(path), key, { formats: ['tag', 'bundle'], annotations: {} });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('of several images each has its own signatures', async () => {
  const path = join(folder, 'image');
  const [one, two] = [
    await sampleImage(workspace),
    await sampleImage(workspace, [sampleTree(), sampleTree()]),
  ];
  const named = [one, two].map((bundle, index) => ({ bundle, annotations: { [REF_NAME]: `v${index + 1}` } }));
  await writeLayout(path, named, { form: 'directory' });
  await sign(`${path}:v2`);
  expect((await verifyImage(await place(`${path}:v2`), key.public)).names).toHaveLength(2);
  await expect(verifyImage(await place(`${path}:v1`), key.public)).rejects.toThrow('there is none');
  expect((await openImage(`${path}:v1`, workspace)).digest).toBe(one.descriptor.digest);
});

test('of a list for several platforms the list is signed, or the one that is asked for', async () => {
  const path = join(folder, 'image');
  const arm = { os: 'linux', architecture: 'arm64' };
  const index = assembleIndex([
    await sampleImage(workspace),
    await sampleImage(workspace, [sampleTree()], { platform: arm }),
  ]);
  await writeLayout(path, [{ bundle: index }], { form: 'directory' });
  await sign(path);
  const signed = await place(path);
  expect(signed.subject.digest).toBe(index.descriptor.digest);
  await signed.checkContents();
  await verifyImage(signed, key.public);
  await expect(verifyImage(await place(path, arm), key.public)).rejects.toThrow('there is none');
});

test('what has been altered on disk is found', async () => {
  const path = join(folder, 'image');
  await writeLayout(path, [{ bundle: await sampleImage(workspace) }], { form: 'directory' });
  await sign(path);
  const { layers } = JSON.parse((await place(path)).bytes.toString());
  const blob = join(path, 'blobs', layers[0].digest.replace(':', '/'));
  writeFileSync(blob, readFileSync(blob).fill(7, 20, 21));
  await expect((await place(path)).checkContents()).rejects.toThrow('its digest is');
});
