import { describe, expect, test } from 'vitest';
import { readLoaderConf } from '../../../src/smith/elf/conf.ts';
import { matches } from '../../../src/smith/elf/pattern.ts';
import { plant } from '../trees.ts';

describe('ld.so.conf', () => {
  test('directories, comments, includes with globs and relative ones', () => {
    const tree = plant({
      '/etc/ld.so.conf':
        'include ld.so.conf.d/*.conf\n/opt/lib/ # ours\n\n  /usr/local/lib=libc6  \nhwcap 0 nosegneg\nrelative\n',
      '/etc/ld.so.conf.d/b.conf': '/b\n',
      '/etc/ld.so.conf.d/a.conf': '/a\ninclude more/x\n',
      '/etc/ld.so.conf.d/more/x': '/x\n/b\n',
      '/etc/ld.so.conf.d/README': '/never\n',
      '/etc/ld.so.conf.d/.hidden.conf': '/never\n',
    });
    expect(readLoaderConf(tree)).toEqual({
      directories: ['/a', '/x', '/b', '/opt/lib', '/usr/local/lib'],
      files: [
        '/etc/ld.so.conf',
        '/etc/ld.so.conf.d/a.conf',
        '/etc/ld.so.conf.d/more/x',
        '/etc/ld.so.conf.d/b.conf',
      ],
    });
  });

  test('links stay in the tree', () => {
    const tree = plant({ '/etc/ld.so.conf': { link: '/../../real' }, '/real': '/lib/a\n' });
    expect(readLoaderConf(tree)).toEqual({ directories: ['/lib/a'], files: ['/real'] });
  });

  test('none, one that includes itself, a chain without end', () => {
    expect(readLoaderConf(plant({}))).toEqual({ directories: [], files: [] });
    expect(readLoaderConf(plant({ '/etc/ld.so.conf': 'include /etc/*\n/a\n' })).directories).toEqual(['/a']);
    const chain = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`/c/${i}`, `/d${i}\ninclude /c/${i + 1}\n`]),
    );
    expect(readLoaderConf(plant(chain), '/c/0').directories).toHaveLength(11);
  });
});

test('globs: sorted, hidden ones only when asked for, brackets', () => {
  const tree = plant({
    '/d/a1': '',
    '/d/a2': '',
    '/d/b1': '',
    '/d/.c': '',
    '/d/a[': '',
    '/e': { link: 'd' },
  });
  expect(matches(tree, '/d/*')).toEqual(['/d/a1', '/d/a2', '/d/a[', '/d/b1']);
  expect(matches(tree, '/e/[ab]1')).toEqual(['/e/a1', '/e/b1']);
  expect(matches(tree, '/*/[!a]?')).toEqual(['/d/b1', '/e/b1']);
  expect(matches(tree, '/d/.*')).toEqual(['/d/.c']);
  expect(matches(tree, '/d/a[[]')).toEqual(['/d/a[']);
  expect(matches(tree, '/d/[z-a]')).toEqual([]);
  expect(matches(tree, '/none/*')).toEqual([]);
});

test('patterns and lines that would keep a regular expression busy for years', () => {
  const name = 'a'.repeat(250);
  const tree = plant({
    [`/d/${name}`]: '',
    '/etc/ld.so.conf': `include /d/${'*a'.repeat(40)}b\n/x${' '.repeat(500_000)}y\n${'/'.repeat(500_000)}z\n/good\n`,
  });
  expect(matches(tree, `/d/${'*a'.repeat(40)}b`)).toEqual([]);
  expect(matches(tree, `/d/${'*a'.repeat(40)}`)).toEqual([`/d/${name}`]);
  expect(readLoaderConf(tree).directories).toEqual(['/good']);
});
