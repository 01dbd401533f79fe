import { describe, expect, test } from 'vitest';
import { applyLayer } from '../../../src/smith/image/layer-tree.ts';
import { memoryContent, wholeContent } from '../../../src/smith/tree/content.ts';
import { Tree } from '../../../src/smith/tree/tree.ts';
import { archive, raw, type Sample } from '../tar/archive.ts';

type Entry = Sample | Buffer;
const f = (path: string, content = path): Sample => ({ kind: 'file', path, content });
const d = (path: string, mode = 0o755): Sample => ({ kind: 'directory', path, mode });
const s = (path: string, target: string): Sample => ({ kind: 'symlink', path, target });
const h = (path: string, target: string): Sample => ({ kind: 'hardlink', path, target });

function laid(...layers: Entry[][]): Tree {
  const tree = new Tree();
  for (const layer of layers) applyLayer(tree, memoryContent(archive(...layer)));
  return tree;
}

/** The tree, one line a path. */
function shown(tree: Tree): string[] {
  return [...tree.walk()].slice(1).map(([path, node]) => {
    if (node.kind === 'file') return `${path}=${wholeContent(node.content)}`;
    return node.kind === 'symlink' ? `${path}->${node.target}` : `${path}/`;
  });
}

describe('one layer', () => {
  test('missing parents are made, the root has its own attributes', () => {
    const tree = laid([f('a/b/c'), d('', 0o700), d('a', 0o711)]);
    expect(shown(tree)).toEqual(['/a/', '/a/b/', '/a/b/c=a/b/c']);
    expect([tree.root.mode, tree.get('/a')?.mode, tree.get('/a/b')?.mode]).toEqual([0o700, 0o711, 0o755]);
  });

  test('the last entry of a path counts', () => {
    expect(shown(laid([f('a', '1'), f('a', '2'), s('a', 'x')]))).toEqual(['/a->x']);
    expect(laid([d('a', 0o700), f('a/b'), d('a', 0o711)]).get('/a')).toMatchObject({ mode: 0o711 });
  });

  test('names lead through links, also those that lead up', () => {
    const layer = [
      d('usr/lib'),
      s('lib', 'usr/lib'),
      s('up', '../../..'),
      f('lib/x'),
      f('up/y'),
      s('new', 'made/here'),
      f('new/z'),
    ];
    expect(shown(laid(layer))).toEqual([
      '/lib->usr/lib',
      '/made/',
      '/made/here/',
      '/made/here/z=new/z',
      '/new->made/here',
      '/up->../../..',
      '/usr/',
      '/usr/lib/',
      '/usr/lib/x=lib/x',
      '/y=up/y',
    ]);
  });

  test('hard links are one node', () => {
    const tree = laid([f('a'), s('l', 'a'), h('b', 'a'), h('m', 'l')]);
    expect(tree.get('/b')).toBe(tree.get('/a'));
    expect(tree.get('/m')).toMatchObject({ kind: 'symlink', target: 'a' });
  });

  test.each([
    [
      'a file and a directory',
      [f('a'), d('a')],
      'entry "a" at offset 1024: it is a directory and, at offset 0, a file',
    ],
    [
      'a link in place of a directory with something in it',
      [f('a/b'), s('a', '/etc')],
      'other entries of the layer lie below it',
    ],
    [
      'a link in place of a directory',
      [d('a'), s('a', '/etc')],
      'it is a symlink and, at offset 0, a directory',
    ],
    [
      'the same through a link',
      [d('x'), s('l', '.'), f('l/x')],
      'it is a file and, at offset 0, a directory',
    ],
    ['below a file', [f('a'), f('a/b')], 'it lies below "/a", which is no directory'],
    ['below a link to a file', [f('a'), s('l', 'a'), f('l/b')], 'it lies below "/a", which is no directory'],
    ['below a device', [raw({ 0: 'n', 156: '3' }), f('n/b')], 'it lies below "/n", which is no directory'],
    ['below a link to itself', [s('a', 'a'), f('a/b')], 'links that lead round in a circle'],
    ['below a link that leads nowhere and up', [s('a', 'x/../y'), f('a/b')], 'which is no directory'],
    ['a hard link to nothing', [h('a', 'b')], 'it is a hard link to "b", which is not there'],
    ['a hard link to what comes later', [h('a', 'b'), f('b')], 'which is not there'],
    ['a hard link to a directory', [d('b'), h('a', 'b')], 'which is a directory'],
    ['a hard link to itself', [f('b'), h('b', 'b')], 'which is itself'],
    ['a hard link out of the root', [raw({ 0: 'a', 156: '1', 157: '../../etc/shadow' })], 'there is a ".."'],
  ])('%s', (_, layer, reason) => {
    expect(() => laid(layer)).toThrow(reason);
  });
});

describe('layers on each other', () => {
  const base = [d('etc'), f('etc/a'), f('etc/b'), f('etc/sub/c'), f('top')];

  test('a whiteout is about what lies below, wherever it stands', () => {
    expect(shown(laid(base, [f('etc/.wh.a', ''), f('etc/.wh.nothing', '')]))).not.toContain('/etc/a=etc/a');
    const renewed = ['/etc/', '/etc/a=new', '/etc/b=etc/b', '/etc/sub/', '/etc/sub/c=etc/sub/c'];
    expect(shown(laid(base, [f('etc/a', 'new'), f('etc/.wh.a', ''), f('.wh.top', '')]))).toEqual(renewed);
    expect(shown(laid(base, [f('etc/.wh.a', ''), f('etc/a', 'new'), f('.wh.top', '')]))).toEqual(renewed);
  });

  test('a directory can be emptied, before or after it is filled again', () => {
    const expected = ['/etc/', '/etc/new=etc/new', '/top=top'];
    expect(shown(laid(base, [f('etc/new'), f('etc/.wh..wh..opq', '')]))).toEqual(expected);
    expect(shown(laid(base, [f('etc/.wh..wh..opq', ''), f('etc/new')]))).toEqual(expected);
    expect(shown(laid(base, [f('.wh..wh..opq', '')]))).toEqual([]);
  });

  test('a whiteout of a directory takes all of it, and one below a link what that leads to', () => {
    expect(shown(laid(base, [f('.wh.etc', '')]))).toEqual(['/top=top']);
    expect(shown(laid([...base, s('l', 'etc')], [f('l/.wh.sub', '')]))).not.toContain('/etc/sub/');
    expect(shown(laid([s('l', '..'), f('a')], [f('l/.wh.a', '')]))).toEqual(['/l->..']);
  });

  test('a directory takes the place of a file and the reverse; on a directory it keeps what is there', () => {
    expect(shown(laid(base, [d('top'), f('top/x'), f('etc', 'file')]))).toEqual([
      '/etc=file',
      '/top/',
      '/top/x=top/x',
    ]);
    const kept = laid(base, [d('etc', 0o700)]);
    expect(kept.get('/etc')?.mode).toBe(0o700);
    expect(kept.get('/etc/a')).toBeDefined();
  });

  test('a hard link reaches into the layer below, and not what is gone', () => {
    const tree = laid(base, [h('link', 'etc/a')]);
    expect(tree.get('/link')).toBe(tree.get('/etc/a'));
    expect(() => laid(base, [f('etc/.wh.a', ''), h('link', 'etc/a')])).toThrow('which is not there');
  });

  test.each([
    ['.wh.', 'a whiteout of no name'],
    ['etc/.wh..', 'a whiteout of no name'],
    ['etc/.wh...', 'a whiteout of no name'],
    ['.wh.etc/x', 'it lies below a whiteout'],
  ])('%s', (path, reason) => {
    expect(() => laid(base, [f(path, '')])).toThrow(reason);
  });

  test('a whiteout that is no file; what AUFS kept for itself', () => {
    expect(() => laid(base, [s('.wh.etc', 'x')])).toThrow('a whiteout is a file, and this is a symlink');
    expect(
      shown(laid([f('a'), f('.wh..wh.aufs', ''), d('.wh..wh.plnk'), f('.wh..wh.plnk/1.2', '')])),
    ).toEqual(['/a=a']);
  });

  test('are no marks in an archive that is no layer', () => {
    const tree = new Tree();
    applyLayer(tree, memoryContent(archive(f('.wh.a', 'x'))), { whiteouts: false });
    expect(shown(tree)).toEqual(['/.wh.a=x']);
  });
});
