import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RailcarError } from '../../../src/errors.ts';
import {
  chunks,
  descriptorContent,
  memoryContent,
  passingChunks,
  sliceContent,
  wholeContent,
} from '../../../src/smith/tree/content.ts';
import { type Content, directory, file, symlink } from '../../../src/smith/tree/node.ts';
import { Tree } from '../../../src/smith/tree/tree.ts';

function sample(): Tree {
  const tree = new Tree();
  tree.add('/usr/bin/cat', file(memoryContent('cat'), 0o755));
  tree.add('/bin', symlink('usr/bin'));
  tree.add('/etc/alternatives/editor', symlink('/usr/bin/vi'));
  tree.add('/usr/bin/editor', symlink('../../etc/alternatives/editor'));
  tree.add('/usr/bin/vi', symlink('cat'));
  tree.add('/self', symlink('self'));
  tree.add('/up', symlink('../../../usr'));
  tree.add('/dangling', symlink('usr/nothing/here'));
  tree.add('/slash', symlink('usr/bin/cat/'));
  tree.add('/empty', symlink(''));
  return tree;
}

describe('Tree', () => {
  test('gives what is at a path and follows nothing', () => {
    const tree = sample();
    expect(tree.get('/usr/bin/cat')?.kind).toBe('file');
    expect(tree.get('usr/bin/')?.kind).toBe('directory');
    expect(tree.get('/bin/cat')).toBeUndefined();
    expect(tree.get('/usr/bin/cat/x')).toBeUndefined();
    expect(tree.get('/')).toBe(tree.root);
  });

  test('makes missing parents, and replaces with all children', () => {
    const tree = sample();
    expect(tree.get('/usr')).toMatchObject({ kind: 'directory', mode: 0o755, uid: 0, mtime: 0 });
    tree.add('/usr', directory(0o700));
    expect([...tree.walk('/usr')].map(([path]) => path)).toEqual(['/usr']);
    tree.add('/', directory(0o711));
    expect(tree.root.mode).toBe(0o711);
  });

  test('refuses a parent that is no directory, and . and ..', () => {
    const tree = sample();
    expect(() => tree.add('/bin/x', directory())).toThrow(
      'cannot put "/bin/x" into the tree: "/bin" is no directory',
    );
    expect(() => tree.add('/a/../b', directory())).toThrow(RailcarError);
    expect(() => tree.add('/', file(memoryContent('')))).toThrow('the root is a directory');
    expect(tree.get('/a')).toBeUndefined();
  });

  test('removes', () => {
    const tree = sample();
    expect(tree.remove('/usr/bin')).toBe(true);
    expect(tree.remove('/usr/bin')).toBe(false);
    expect(tree.remove('/nothing/below')).toBe(false);
    expect(tree.get('/usr')?.kind).toBe('directory');
    expect(tree.remove('/')).toBe(true);
    expect([...tree.walk()].length).toBe(1);
  });

  test('walks in the order of the bytes, directories first', () => {
    const tree = new Tree();
    for (const path of ['/b', '/a/z', '/a-b', '/a/ä', '/a/\udcc3', '/B']) tree.add(path, directory());
    expect([...tree.walk()].map(([path]) => path)).toEqual([
      '/',
      '/B',
      '/a',
      '/a/z',
      '/a/\udcc3',
      '/a/ä',
      '/a-b',
      '/b',
    ]);
    expect([...tree.walk('/a/')].map(([path]) => path)).toEqual(['/a', '/a/z', '/a/\udcc3', '/a/ä']);
    expect([...tree.walk('/none')]).toEqual([]);
  });

  test('a depth that no stack has room for', () => {
    const tree = new Tree();
    const path = '/d'.repeat(20_000);
    tree.add(path, directory());
    expect([...tree.walk()].length).toBe(20_001);
    expect(tree.resolve(path).node).toBe(tree.get(path));
  });
});

describe('resolve', () => {
  const tree = sample();
  const found = (path: string, links: string[] = []) => ({ path, links });

  test.each([
    ['/bin/cat', found('/usr/bin/cat', ['/bin'])],
    [
      'bin/./editor',
      found('/usr/bin/cat', ['/bin', '/usr/bin/editor', '/etc/alternatives/editor', '/usr/bin/vi']),
    ],
    ['/bin/../lib/../bin/cat', { problem: 'missing', path: '/usr/lib/../bin/cat' }],
    ['/bin/..', found('/usr', ['/bin'])],
    ['/../../usr', found('/usr')],
    ['/up/bin/cat', found('/usr/bin/cat', ['/up'])],
    ['/', found('/')],
    ['/usr/bin/cat/', { problem: 'not-a-directory' }],
    ['/usr/bin/cat/..', { problem: 'not-a-directory' }],
    ['/slash', { problem: 'not-a-directory' }],
    ['/self', { problem: 'loop' }],
    ['/self/x', { problem: 'loop' }],
    ['/empty', { problem: 'missing' }],
    ['/dangling', { problem: 'missing', path: '/usr/nothing/here', links: ['/dangling'] }],
  ])('%s', (path, expected) => {
    const resolution = tree.resolve(path);
    expect(resolution).toMatchObject(expected);
    expect(resolution.node === undefined).toBe('problem' in expected);
  });

  test('the last link stays where that is asked', () => {
    expect(tree.resolve('/bin/vi', { followLast: false })).toMatchObject(found('/usr/bin/vi', ['/bin']));
    expect(tree.resolve('/bin', { followLast: false }).node?.kind).toBe('symlink');
    expect(tree.resolve('/bin/', { followLast: false }).path).toBe('/usr/bin');
  });

  test.each([
    [40, 'directory'],
    [41, undefined],
  ])('%i links', (count, kind) => {
    const long = new Tree();
    for (let index = 0; index < count; index++) long.add(`/l${index}`, symlink(`l${index + 1}`));
    long.add(`/l${count}`, directory());
    expect(long.resolve('/l0').node?.kind).toBe(kind);
  });
});

describe('content in memory', () => {
  test('is read at any place', async () => {
    const content = memoryContent('hello world');
    expect(Buffer.from(content.read(6, 100)).toString()).toBe('world');
    expect(content.read(20, 3)).toHaveLength(0);
    expect(wholeContent(content).toString()).toBe('hello world');
    expect(Buffer.concat(await content.stream().toArray()).toString()).toBe('hello world');
    expect(await memoryContent('').stream().toArray()).toEqual([]);
  });

  test('of a file, in pieces that share memory, is the same as whole', () => {
    const folder = mkdtempSync(join(tmpdir(), 'railcar-test-'));
    const bytes = Buffer.from(Array.from({ length: 700_000 }, (_, index) => index % 251));
    writeFileSync(join(folder, 'f'), bytes);
    const descriptor = openSync(join(folder, 'f'), 'r');
    const whole = descriptorContent(descriptor, 0, bytes.length);
    const part = sliceContent(whole, 100, 600_000);
    const joined = (pieces: Iterable<Uint8Array>) =>
      Buffer.concat([...pieces].map((piece) => Buffer.from(piece)));
    const copied = (content: Content) => {
      const pieces: Buffer[] = [];
      for (const piece of passingChunks(content)) pieces.push(Buffer.from(piece));
      return Buffer.concat(pieces);
    };
    expect(copied(whole).equals(bytes)).toBe(true);
    expect(copied(part).equals(bytes.subarray(100, 600_100))).toBe(true);
    expect(joined(chunks(part)).equals(copied(part))).toBe(true);
    expect(part.read(599_999, 10)).toHaveLength(1);
    expect(() => copied(descriptorContent(descriptor, 1, bytes.length))).toThrow(
      'the file has become shorter',
    );
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  });
});
