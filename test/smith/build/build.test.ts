import { describe, expect, test } from 'vitest';
import { buildIn, builtIn, folderWith } from './folder.ts';

const library = { elf: { dynamic: true } } as const;

describe('an overlay', () => {
  const program = {
    elf: { interpreter: '/lib/ld.so', needed: ['libz.so.1'] },
    mode: 0o755,
  } as const;

  test('brings along what its programs, scripts and links need of the source', async () => {
    const folder = folderWith({
      'smith.yaml': 'package: ./source\ntype: dir',
      'source/lib/ld.so': library,
      'source/lib/libz.so.1': library,
      'source/lib/libunused.so.1': library,
      'source/usr/bin/python': { elf: { type: 2 }, mode: 0o755 },
      'source/usr/share/zone/Lima': 'TZif',
      'rootfs/app/program': program,
      'rootfs/app/script': '#!/usr/bin/python\n',
      'rootfs/etc/localtime': { link: '../usr/share/zone/Lima' },
      'rootfs/etc/resolv.conf': { link: '/read/resolv.conf' },
    });
    const { warnings } = await buildIn(folder);
    expect(warnings).toEqual([]);
    expect((await builtIn(folder)).files).toEqual([
      '/app/program',
      '/app/script',
      '/etc/localtime',
      '/etc/resolv.conf',
      '/lib/ld.so',
      '/lib/libz.so.1',
      '/usr/bin/python',
      '/usr/share/zone/Lima',
    ]);
  });

  test('that lacks something is an error, as the source would be', async () => {
    const folder = folderWith({
      'smith.yaml': 'package: ./source\ntype: dir',
      'source/lib/ld.so': library,
      'rootfs/app/program': program,
      'rootfs/app/script': '#!/usr/bin/ruby\n',
    });
    const failure = await buildIn(folder).catch((error: Error) => error.message);
    expect(failure).toContain('cannot find "libz.so.1", which "/app/program" needs');
    expect(failure).toContain('cannot find "/usr/bin/ruby", which "/app/script" needs');
  });

  test('has programs that find each other in it, without any source', async () => {
    const folder = folderWith({
      'smith.yaml': 'cmd: [/app/program]',
      'rootfs/app/program': program,
      'rootfs/lib/ld.so': library,
      'rootfs/lib/libz.so.1': library,
    });
    await buildIn(folder);
    expect((await builtIn(folder)).files).toEqual(['/app/program', '/lib/ld.so', '/lib/libz.so.1']);
  });

  test('stays whatever is excluded, and a library of its own is the one that is taken', async () => {
    const folder = folderWith({
      'smith.yaml': 'package: ./source\ntype: dir\npaths: [/usr/bin/x]\nexcludes: [/lib/libz*]',
      'source/usr/bin/x': program,
      'source/lib/ld.so': library,
      'source/lib/libz.so.1': { link: 'libz.so.1.2' },
      'source/lib/libz.so.1.2': library,
      'rootfs/lib/libz.so.1': { elf: { needed: ['libown.so'] } },
      'rootfs/lib/libown.so': library,
    });
    await buildIn(folder);
    expect((await builtIn(folder)).files).toEqual([
      '/lib/ld.so',
      '/lib/libown.so',
      '/lib/libz.so.1',
      '/usr/bin/x',
    ]);
  });
});

describe('a prefix', () => {
  test('is above all files, and links lead where they led', async () => {
    const folder = folderWith({
      'smith.yaml':
        'package: ./source\ntype: dir\npaths: [/bin/a, /bin/b, /var/run]\nprefix: /dev/crashcart\nuser: web',
      'source/usr/bin/tool': 'tool',
      'source/usr/bin/a': { link: '/usr/bin/tool' },
      'source/usr/bin/b': { link: '../../../../usr/bin/tool' },
      'source/bin': { link: 'usr/bin' },
      'source/run/': '',
      'source/var/run': { link: '/run' },
      'rootfs/etc/own': 'own',
    });
    await buildIn(folder);
    const { links, files } = await builtIn(folder);
    expect(links).toEqual({
      '/dev/crashcart/bin': 'usr/bin',
      '/dev/crashcart/usr/bin/a': '/dev/crashcart/usr/bin/tool',
      '/dev/crashcart/usr/bin/b': '/dev/crashcart/usr/bin/tool',
      '/dev/crashcart/var/run': '/run',
    });
    expect(files).toContain('/dev/crashcart/usr/bin/tool');
    expect(files).toContain('/dev/crashcart/etc/own');
    expect(files.filter((path) => !path.startsWith('/dev/crashcart/'))).toEqual([
      '/etc/group',
      '/etc/nsswitch.conf',
      '/etc/passwd',
    ]);
  });
});

describe('layers of packages', () => {
  const status = (name: string) =>
    `Package: ${name}\nStatus: install ok installed\nArchitecture: all\nVersion: 1.0\n\n`;
  const source = {
    'source/usr/bin/a': 'a',
    'source/usr/bin/b': 'b',
    'source/usr/bin/nobody': 'n',
    'source/var/lib/dpkg/status': status('bee') + status('ay') + status('unused'),
    'source/var/lib/dpkg/info/ay.list': '/.\n/usr\n/usr/bin\n/usr/bin/a\n',
    'source/var/lib/dpkg/info/bee.list': '/usr/bin/b\n',
    'source/var/lib/dpkg/info/unused.list': '/usr/bin/c\n',
  };
  const recipe = 'package: ./source\ntype: dir\npaths: [/usr/bin]\nlayers: package';

  test('are one for each that is in the image, in order, and one for what is of none', async () => {
    const folder = folderWith({ ...source, 'smith.yaml': recipe, 'rootfs/etc/own': 'own' });
    await buildIn(folder);
    const { layers, config } = await builtIn(folder);
    expect(layers.slice(0, 2)).toEqual([
      ['/usr', '/usr/bin', '/usr/bin/a'],
      ['/usr', '/usr/bin', '/usr/bin/b'],
    ]);
    expect(layers[2]).toEqual(expect.arrayContaining(['/etc/own', '/read', '/usr/bin/nobody']));
    expect(layers[2]).not.toContain('/usr/bin/a');
    expect(config.history?.map(({ comment }) => comment)).toEqual([
      'package ay 1.0',
      'package bee 1.0',
      'what is of no package',
    ]);
  });

  test('stay what they are when another package or the overlay changes', async () => {
    const one = folderWith({ ...source, 'smith.yaml': recipe });
    const two = folderWith({
      ...source,
      'source/usr/bin/b': 'better',
      'smith.yaml': recipe,
      'rootfs/own': 'own',
    });
    await buildIn(one);
    await buildIn(two);
    const [before = [], after = []] = await Promise.all(
      [one, two].map(async (folder) => (await builtIn(folder)).config.rootfs.diff_ids ?? []),
    );
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });

  test('know a file below a prefix, and none that the overlay has replaced', async () => {
    const folder = folderWith({
      ...source,
      'smith.yaml': `${recipe}\nprefix: /opt`,
      'rootfs/usr/bin/b': 'own',
    });
    await buildIn(folder);
    const { layers } = await builtIn(folder);
    expect(layers[0]).toEqual(['/opt', '/opt/usr', '/opt/usr/bin', '/opt/usr/bin/a']);
    expect(layers[1]).toContain('/opt/usr/bin/b');
  });

  test('are one where nobody knows any package, which is said', async () => {
    const folder = folderWith({
      'source/a': 'a',
      'smith.yaml': 'package: ./source\ntype: dir\npaths: [/a]\nlayers: package',
    });
    const { warnings } = await buildIn(folder);
    expect(warnings).toEqual(['the source has no list of packages: everything is in one layer']);
    expect((await builtIn(folder)).layers).toHaveLength(1);
  });
});

describe('the history of an image', () => {
  test('has its time, and that of the parent before it', async () => {
    const folder = folderWith({ 'rootfs/a': 'a', 'smith.yaml': 'cmd: [/a]' });
    await buildIn(folder);
    const first = (await builtIn(folder)).config;
    expect(first.created).toBe('1970-01-01T00:00:00Z');
    expect(first.history).toEqual([{ created: '1970-01-01T00:00:00Z', created_by: 'railcar smith' }]);
    const above = folderWith({ 'rootfs/b': 'b', 'smith.yaml': `parent: ${folder}/image.tar` });
    await buildIn(above, 1_700_000_000);
    expect((await builtIn(above)).config).toMatchObject({
      created: '2023-11-14T22:13:20Z',
      history: [...(first.history ?? []), { created: '2023-11-14T22:13:20Z', created_by: 'railcar smith' }],
    });
  });
});
