import { describe, expect, test } from 'vitest';
import type { Observation } from '../../../src/smith/trace/observation.ts';
import { propose } from '../../../src/smith/trace/propose.ts';
import { type Planted, plant } from '../trees.ts';

const interpreter = '/lib64/ld.so';
const base: Readonly<Record<string, Planted>> = {
  '/lib64': { link: 'usr/lib64' },
  '/bin': { link: 'usr/bin' },
  '/usr/lib64/ld.so': { elf: { soname: 'ld.so' } },
  '/usr/lib/libc.so.6': { elf: { soname: 'libc.so.6' } },
  '/etc/ld.so.cache': 'not a cache',
};
const program = (needed = ['libc.so.6']): Planted => ({ elf: { interpreter, needed }, mode: 0o755 });

interface Seen {
  /** Opened and read. */
  readonly used?: readonly string[];
  readonly executed?: readonly string[];
  readonly opened?: readonly string[];
  readonly written?: readonly string[];
  readonly read?: readonly string[];
  readonly links?: readonly string[];
  readonly wanted?: readonly string[];
  readonly overlay?: readonly string[];
  readonly excludes?: (path: string) => boolean;
}

function proposed(tree: Readonly<Record<string, Planted>>, seen: Seen) {
  const { used = [], executed = [], opened = [], written = [], read = [], links = [], wanted = [] } = seen;
  const observation: Observation = {
    opened: new Set([...used, ...executed, ...opened]),
    read: new Set([...used, ...executed, ...read]),
    executed: new Set(executed),
    written: new Set(written),
  };
  const chosen = {
    wanted: wanted.map((path) => ({ path, because: 'the recipe' })),
    overlay: seen.overlay ?? [],
    ...(seen.excludes && { excludes: seen.excludes }),
  };
  return propose(plant({ ...base, ...tree }), { observation, links: new Set(links) }, chosen);
}

describe('what needs to be asked for', () => {
  test('the program, but not what its file says that it needs', () => {
    const executed = ['/usr/bin/x', '/usr/lib64/ld.so'];
    const used = ['/usr/lib/libc.so.6', '/etc/ld.so.cache', '/etc/x.conf'];
    const { paths } = proposed(
      { '/usr/bin/x': program(), '/etc/x.conf': 'a', '/etc/y.conf': 'b' },
      { executed, used },
    );
    expect(paths).toEqual(['/etc/x.conf', '/usr/bin/x']);
  });
  test('a plugin, but not the library that it needs', () => {
    const tree = {
      '/usr/bin/x': program(),
      '/opt/plugin.so': { elf: { needed: ['libz.so.1'], soname: 'plugin.so' } },
      '/usr/lib/libz.so.1': { elf: { soname: 'libz.so.1' } },
      '/opt/other': '',
    };
    const used = ['/opt/plugin.so', '/usr/lib/libz.so.1', '/usr/lib/libc.so.6'];
    expect(proposed(tree, { executed: ['/usr/bin/x'], used }).paths).toEqual([
      '/opt/plugin.so',
      '/usr/bin/x',
    ]);
  });
  test('of libraries that need each other the first', () => {
    const tree = {
      '/usr/lib/a.so': { elf: { needed: ['b.so'], soname: 'a.so' } },
      '/usr/lib/b.so': { elf: { needed: ['a.so'], soname: 'b.so' } },
    };
    expect(proposed(tree, { used: ['/usr/lib/b.so', '/usr/lib/a.so'] }).paths).toEqual(['/usr/lib/a.so']);
  });
  test('nothing that the recipe or the overlay has', () => {
    const tree = { '/usr/bin/x': program(), '/etc/x/a': '', '/etc/x/b': '', '/srv/own': '' };
    const used = ['/etc/x/a', '/usr/lib/libc.so.6', '/srv/own'];
    const seen = { executed: ['/usr/bin/x'], used, wanted: ['/usr/bin/x', '/etc/x'] };
    expect(proposed(tree, { ...seen, overlay: ['/srv/own'] }).paths).toEqual([]);
  });
  test('nothing that is excluded, which is told', () => {
    const tree = { '/etc/x/a': '', '/etc/b': '', '/etc/c': '' };
    const excludes = (path: string) => path === '/etc/x';
    const { paths, excluded } = proposed(tree, { used: ['/etc/x/a', '/etc/b'], excludes });
    expect([paths, excluded]).toEqual([['/etc/b'], ['/etc/x/a']]);
  });
  test('nothing of the kernel, nothing that is not in the source', () => {
    const tree = { '/dev/null': 'x', '/proc/x': 'x', '/sys/y': 'x', '/devil': 'x', '/a': '' };
    const used = ['/dev/null', '/proc/x', '/sys/y', '/devil', '/tmp/made'];
    expect(proposed(tree, { used }).paths).toEqual(['/devil']);
  });
  test('an empty directory whose names were read', () => {
    const tree = { '/etc/x.d/': '', '/etc/y.d/': '', '/etc/full/a': '' };
    expect(proposed(tree, { read: ['/etc/x.d', '/etc/full', '/'] }).paths).toEqual(['/etc/x.d']);
  });
});

describe('what was written', () => {
  test('is told apart from what was read', () => {
    const tree = { '/var/log/x': '', '/var/lib/x': '', '/a': '' };
    const seen = {
      opened: ['/var/log/x', '/tmp/new'],
      used: ['/var/lib/x'],
      written: ['/var/log/x', '/var/lib/x', '/tmp/new'],
    };
    const { paths, written } = proposed(tree, seen);
    expect(paths).toEqual(['/var/lib/x']);
    expect(written).toEqual(['/tmp/new', '/var/lib/x', '/var/log/x']);
  });
});

describe('links that were followed', () => {
  test('stand for the file that they lead to, the first of a chain for all', () => {
    const tree = {
      '/etc/a': { link: 'alternatives/a' },
      '/etc/alternatives/a': { link: '/opt/a-1' },
      '/opt/a-1': '',
      '/opt/b': '',
    };
    const links = ['/etc/a', '/etc/alternatives/a'];
    expect(proposed(tree, { used: ['/opt/a-1'], links }).paths).toEqual(['/etc/a']);
  });
  test('are left out if what they lead to was not opened, or they come along', () => {
    const tree = { '/etc/a': { link: '/opt/a' }, '/opt/a': '', '/opt/b': '', '/usr/bin/x': program() };
    const executed = ['/usr/bin/x', '/usr/lib64/ld.so'];
    expect(proposed(tree, { executed, used: ['/opt/b'], links: ['/etc/a', '/lib64'] }).paths).toEqual([
      '/opt/b',
      '/usr/bin/x',
    ]);
  });
  test('to a directory are gone through by one path', () => {
    const tree = {
      '/usr/lib/ssl/certs': { link: '/etc/ssl/certs' },
      '/etc/ssl/certs/a': '',
      '/etc/ssl/certs/b': '',
      '/etc/ssl/certs/c': '',
    };
    const used = ['/etc/ssl/certs/a', '/etc/ssl/certs/b'];
    const { paths } = proposed(tree, { used, links: ['/usr/lib/ssl/certs'] });
    expect(paths).toEqual(['/etc/ssl/certs/b', '/usr/lib/ssl/certs/a']);
  });
  test('on the way to a link', () => {
    const tree = { '/usr/bin/sh': { link: 'dash' }, '/usr/bin/dash': program(), '/usr/bin/x': program() };
    const executed = ['/usr/bin/dash', '/usr/bin/x'];
    expect(proposed(tree, { executed, links: ['/bin', '/usr/bin/sh'] }).paths).toEqual([
      '/bin/sh',
      '/usr/bin/x',
    ]);
  });
});

describe('summing up', () => {
  test('a directory of which all was opened, the largest such', () => {
    const tree = { '/opt/x/a': '', '/opt/x/lib/b': '', '/opt/x/lib/c': '', '/opt/y': '' };
    const used = ['/opt/x/a', '/opt/x/lib/b', '/opt/x/lib/c'];
    expect(proposed(tree, { used }).paths).toEqual(['/opt/x']);
  });
  test('never one with a single file in it, and none that is for everybody', () => {
    const tree = { '/opt/x/a': '', '/srv/a': '', '/srv/b': '' };
    const used = Object.keys(tree);
    expect(proposed(tree, { used }).paths).toEqual(['/opt/x/a', '/srv/a', '/srv/b']);
  });
  test('what ends alike, if it is all of it', () => {
    const tree = {
      '/m/a.so': '',
      '/m/b.so': '',
      '/m/c.so': '',
      '/m/a.conf': '',
      '/m/b.conf': '',
      '/m/c.conf': '',
      '/m/d.conf': '',
    };
    const used = ['/m/a.so', '/m/b.so', '/m/c.so', '/m/a.conf', '/m/b.conf', '/m/c.conf'];
    expect(proposed(tree, { used }).paths).toEqual(['/m/*.so', '/m/a.conf', '/m/b.conf', '/m/c.conf']);
  });
  test('a directory that is called alike is not taken along', () => {
    const tree = { '/m/a.d': '', '/m/b.d': '', '/m/c.d': '', '/m/x.d/secret': '' };
    expect(proposed(tree, { used: ['/m/a.d', '/m/b.d', '/m/c.d'] }).paths).toEqual([
      '/m/a.d',
      '/m/b.d',
      '/m/c.d',
    ]);
  });
  test('what means something in a glob', () => {
    const tree = { '/usr/bin/[': program(), '/usr/bin/b': '', '/odd\udcff': '' };
    expect(proposed(tree, { executed: ['/usr/bin/['], used: ['/odd\udcff'] }).paths).toEqual([
      '/odd?',
      '/usr/bin/\\[',
    ]);
  });
});

describe('Python', () => {
  const tree = {
    '/p/json/__init__.py': '',
    '/p/json/__pycache__/__init__.cpython-311.pyc': '',
    '/p/__pycache__/x.cpython-311.opt-1.pyc': '',
    '/p/x.py': '',
    '/p/__pycache__/gone.cpython-311.pyc': '',
    '/p/unused.py': '',
  };
  test('knows its library by a file that it does not open', () => {
    const library = {
      '/usr/lib/python3.11/os.py': '',
      '/usr/lib/python3.11/re.py': '',
      '/usr/lib/python3.11/x.py': '',
    };
    expect(proposed(library, { used: ['/usr/lib/python3.11/re.py'] }).paths).toEqual([
      '/usr/lib/python3.11/os.py',
      '/usr/lib/python3.11/re.py',
    ]);
  });
  test('needs the module, not what it has compiled of it', () => {
    const used = Object.keys(tree).filter((path) => path.endsWith('.pyc'));
    expect(proposed(tree, { used }).paths).toEqual([
      '/p/__pycache__/gone.cpython-311.pyc',
      '/p/json/__init__.py',
      '/p/x.py',
    ]);
  });
});
