import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wholeContent } from '../../../src/smith/tree/content.ts';
import { treeOfDirectory } from '../../../src/smith/tree/disk.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'railcar-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a directory as it is, links not followed', () => {
  mkdirSync(join(folder, 'a/b'), { recursive: true, mode: 0o750 });
  writeFileSync(join(folder, 'a/f'), 'hello', { mode: 0o640 });
  utimesSync(join(folder, 'a/f'), 5, 5.5);
  linkSync(join(folder, 'a/f'), join(folder, 'g'));
  symlinkSync('/etc', join(folder, 'l'));
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/e`), Buffer.of(0xe9)]), '');
  const tree = treeOfDirectory(folder);
  expect([...tree.walk()].map(([path]) => path)).toEqual(['/', '/a', '/a/b', '/a/f', '/e\udce9', '/g', '/l']);
  expect(tree.get('/a/f')).toMatchObject({ kind: 'file', mode: 0o640, mtime: 5.5 });
  expect(tree.get('/g')).toBe(tree.get('/a/f'));
  expect(tree.get('/l')).toMatchObject({ kind: 'symlink', target: '/etc' });
});

test('a file that changes, or becomes a link, is not read', () => {
  writeFileSync(join(folder, 'f'), 'hello');
  const read = () => {
    const node = treeNode;
    return node?.kind === 'file' ? wholeContent(node.content).toString() : '';
  };
  const treeNode = treeOfDirectory(folder).get('/f');
  expect(read()).toBe('hello');
  writeFileSync(join(folder, 'f'), 'hello world');
  expect(read).toThrow('it has changed meanwhile');
  rmSync(join(folder, 'f'));
  symlinkSync('/etc/passwd', join(folder, 'f'));
  expect(read).toThrow('ELOOP');
});

test('what is no directory', () => {
  expect(() => treeOfDirectory(join(folder, 'none'))).toThrow('ENOENT');
  expect(() => treeOfDirectory('/dev/null')).toThrow('it is no directory');
});
