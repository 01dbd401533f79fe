import { describe, expect, test } from 'vitest';
import { closure } from '../../../src/smith/closure/closure.ts';
import type { ElfParts } from '../elf-files.ts';
import { type Planted, plant } from '../trees.ts';

const loader = { elf: { soname: 'ld-linux-x86-64.so.2' } };
const interpreter = '/lib64/ld-linux-x86-64.so.2';

/** Starts /bin/x in a tree with a loader; returns the libraries that come along, and what is wrong. */
function run(
  program: ElfParts,
  tree: Readonly<Record<string, Planted>>,
  environment: Readonly<Record<string, string>> = {},
  more: { hwcaps?: boolean; workingDirectory?: string } = {},
) {
  const planted = plant({
    [interpreter]: loader,
    '/bin/x': { elf: { interpreter, ...program }, mode: 0o755 },
    ...tree,
  });
  const wanted = [{ path: '/bin/x', because: 'test' }];
  const { selection, problems } = closure(planted, { wanted, environment, ...more });
  const files = selection.paths().filter((path) => selection.get(path)?.node.kind !== 'directory');
  return {
    files: files.filter((path) => path !== '/bin/x' && path !== interpreter),
    problems: problems.map(({ kind, severity, subject, by }) => `${severity} ${kind} ${subject} ${by}`),
    all: problems,
  };
}

/** A token in braces. */
const braced = (name: string) => `$\{${name}}`;

const library = (parts: ElfParts = {}): Planted => ({ elf: { dynamic: true, ...parts } });

describe('the order in which glibc searches', () => {
  const everywhere = { '/rpath/liba.so': library(), '/env/liba.so': library(), '/lib/liba.so': library() };

  test('RPATH, then LD_LIBRARY_PATH, then the default directories', () => {
    const environment = { LD_LIBRARY_PATH: '/env' };
    const found = (program: ElfParts) =>
      run({ needed: ['liba.so'], ...program }, everywhere, environment).files;
    expect(found({ rpath: '/rpath' })).toEqual(['/rpath/liba.so']);
    expect(found({ runpath: '/rpath' })).toEqual(['/env/liba.so']);
    expect(found({})).toEqual(['/env/liba.so']);
    expect(run({ needed: ['liba.so'] }, everywhere).files).toEqual(['/lib/liba.so']);
    expect(run({ needed: ['liba.so'], runpath: '/rpath' }, everywhere).files).toEqual(['/rpath/liba.so']);
  });

  test('RPATH of those who asked, up to the program', () => {
    const tree = { '/lib/liba.so': library({ needed: ['libb.so'] }), '/rpath/libb.so': library() };
    expect(run({ needed: ['liba.so'], rpath: '/rpath' }, tree).files).toEqual([
      '/lib/liba.so',
      '/rpath/libb.so',
    ]);
  });

  test('an object with RUNPATH searches nobody else’s RPATH', () => {
    const tree = {
      '/lib/liba.so': library({ needed: ['libb.so'], runpath: '/none' }),
      '/rpath/libb.so': library(),
    };
    expect(run({ needed: ['liba.so'], rpath: '/rpath' }, tree).problems).toEqual([
      'error missing-library libb.so /lib/liba.so',
    ]);
  });

  test('RUNPATH is not inherited', () => {
    const tree = { '/lib/liba.so': library({ needed: ['libb.so'] }), '/run/libb.so': library() };
    const { problems, all } = run({ needed: ['liba.so'], runpath: '/run' }, tree);
    expect(problems).toEqual(['error missing-library libb.so /lib/liba.so']);
    expect(all[0]?.searched).toContain('/lib/libb.so (default directory)');
    expect(all[0]?.searched.join()).not.toContain('/run');
  });

  test('NODEFLIB: only where it says itself', () => {
    expect(run({ needed: ['liba.so'], flags1: 0x800 }, everywhere).problems).toHaveLength(1);
    expect(run({ needed: ['liba.so'], flags1: 0x800, runpath: '/rpath' }, everywhere).problems).toEqual([]);
  });

  test('an empty element is the working directory', () => {
    const tree = { '/work/liba.so': library() };
    const more = { workingDirectory: '/work' };
    expect(run({ needed: ['liba.so'], runpath: '/none:' }, tree, {}, more).files).toEqual(['/work/liba.so']);
    expect(run({ needed: ['liba.so'] }, tree, { LD_LIBRARY_PATH: ':/none' }, more).files).toEqual([
      '/work/liba.so',
    ]);
  });
});

describe('tokens', () => {
  test.each([
    '$ORIGIN/../lib/x',
    `${braced('ORIGIN')}/../lib/x`,
    '/$LIB/x',
    `/${braced('LIB')}/x`,
    '/usr/$PLATFORM',
  ])('%s', (runpath) => {
    const tree = { '/lib/x/liba.so': library(), '/usr/x86_64/liba.so': library() };
    const { files, problems } = run({ needed: ['liba.so'], runpath }, { ...tree, [interpreter]: plain });
    expect(problems).toEqual([]);
    expect(files).toEqual([runpath.includes('PLATFORM') ? '/usr/x86_64/liba.so' : '/lib/x/liba.so']);
  });

  /** A loader that says itself which its directories are. */
  const plain = { elf: { soname: 'ld-linux-x86-64.so.2', names: ['/lib/', '/usr/lib/'] } };

  test('$ORIGIN of the program is where the file is, that of a library where it was found', () => {
    const tree = {
      '/opt/bin/x': { elf: { interpreter, needed: ['liba.so'], runpath: '$ORIGIN/../lib' }, mode: 0o755 },
      '/bin/x': { link: '/opt/bin/x' },
      '/opt/lib/liba.so': { link: '../store/a/liba.so' },
      '/opt/store/a/liba.so': library({ needed: ['libb.so'], runpath: '$ORIGIN' }),
      '/opt/lib/libb.so': library(),
    };
    expect(run({}, tree)).toMatchObject({
      files: ['/opt/bin/x', '/opt/lib/liba.so', '/opt/lib/libb.so', '/opt/store/a/liba.so'],
      problems: [],
    });
  });

  test('a name with tokens, and a name that is a path', () => {
    const tree = { '/bin/liba.so': library(), '/opt/libb.so': library() };
    expect(run({ needed: ['$ORIGIN/liba.so', '/opt/libb.so'] }, tree).files).toEqual([
      '/bin/liba.so',
      '/opt/libb.so',
    ]);
  });
});

describe('which file is taken', () => {
  test.each<[string, ElfParts]>([
    ['32-bit', { bits: 32, machine: 3 }],
    ['of another machine', { machine: 183 }],
    ['x32', { bits: 32, machine: 62 }],
  ])('one that is %s never wins', (_, decoy) => {
    const tree = { '/a/liba.so': library(decoy), '/b/liba.so': library(), '/lib/libc.so': library(decoy) };
    expect(run({ needed: ['liba.so'], runpath: '/a:/b' }, tree)).toMatchObject({
      files: ['/b/liba.so'],
      problems: [],
    });
    const { all } = run({ needed: ['libc.so'] }, tree);
    expect(all[0]?.reason).toMatch(/"\/lib\/libc.so" is .*-bit .*, not 64-bit x86-64/);
  });

  test('one that is no ELF file ends the search, as it ends the loader', () => {
    const tree = { '/a/liba.so': 'INPUT(libb.so)', '/b/liba.so': library() };
    const { files, all } = run({ needed: ['liba.so'], runpath: '/a:/b' }, tree);
    expect(files).toEqual([]);
    expect(all).toMatchObject([{ severity: 'error', reason: '"/a/liba.so" is no ELF file' }]);
  });

  test('a damaged one does too', () => {
    const tree = { '/lib/liba.so': Buffer.from('\x7fELF\x02\x01\x01damaged') };
    expect(run({ needed: ['liba.so'] }, tree).all[0]?.reason).toMatch(
      /"\/lib\/liba.so": cannot read the ELF file/,
    );
  });

  test('what has the soname already is not searched again', () => {
    const tree = {
      '/a/liba.so': library({ soname: 'libreal.so.1' }),
      '/lib/libreal.so.1': library(),
      '/lib/libb.so': library({ needed: ['libreal.so.1'] }),
    };
    expect(run({ needed: ['/a/liba.so', 'libb.so'] }, tree).files).toEqual(['/a/liba.so', '/lib/libb.so']);
  });

  test('libraries that need each other', () => {
    const tree = {
      '/lib/liba.so': library({ needed: ['libb.so'] }),
      '/lib/libb.so': library({ needed: ['liba.so'] }),
    };
    expect(run({ needed: ['liba.so'] }, tree).files).toEqual(['/lib/liba.so', '/lib/libb.so']);
  });

  test('filters are needed, auxiliaries and auditors are not', () => {
    const tree = {
      '/lib/liba.so': library({ filters: ['libf.so'], auxiliaries: ['libx.so', 'liby.so'] }),
      '/lib/liby.so': library(),
    };
    expect(run({ needed: ['liba.so'], audit: 'libaudit.so' }, tree)).toMatchObject({
      files: ['/lib/liba.so', '/lib/liby.so'],
      problems: [
        'error missing-library libf.so /lib/liba.so',
        'warning missing-library libaudit.so /bin/x',
        'warning missing-library libx.so /lib/liba.so',
      ],
    });
  });

  test('LD_PRELOAD comes first', () => {
    const tree = { '/lib/libp.so': library({ needed: ['libq.so'] }), '/lib/libq.so': library() };
    expect(run({ dynamic: true }, tree, { LD_PRELOAD: 'libp.so:/none/libz.so' })).toMatchObject({
      files: ['/lib/libp.so', '/lib/libq.so'],
      problems: ['warning missing-library /none/libz.so /bin/x'],
    });
  });

  test('libraries for some processors come only when asked for, then all of them', () => {
    const tree = {
      '/lib/liba.so': library(),
      '/lib/glibc-hwcaps/x86-64-v2/liba.so': library(),
      '/lib/glibc-hwcaps/x86-64-v3/liba.so': library({ needed: ['libv3.so'] }),
      '/lib/libv3.so': library(),
      '/lib/tls/liba.so': library(),
    };
    expect(run({ needed: ['liba.so'] }, tree).files).toEqual(['/lib/liba.so']);
    expect(run({ needed: ['liba.so'] }, tree, {}, { hwcaps: true }).files).toEqual(Object.keys(tree).sort());
  });
});

describe('without much to load', () => {
  test.each<[string, ElfParts]>([
    ['static', { type: 2 }],
    ['static-pie', { flags1: 0x08000000 }],
    ['an object file', { type: 1 }],
  ])('%s', (_, parts) => {
    const tree = plant({ '/x': { elf: parts } });
    const { selection, problems } = closure(tree, { wanted: [{ path: '/x', because: 'test' }] });
    expect([selection.paths(), problems]).toEqual([['/x'], []]);
  });

  test('the loader itself is missing', () => {
    const tree = plant({ '/x': { elf: { interpreter: '/lib/ld.so' } } });
    expect(closure(tree, { wanted: [{ path: '/x', because: 'test' }] }).problems).toMatchObject([
      { kind: 'missing-library', severity: 'error', subject: '/lib/ld.so', by: '/x' },
    ]);
  });
});

describe('libraries by themselves', () => {
  test('a library needs what it needs, whatever its mode, and the loader is found by what it needs', () => {
    const tree = plant({
      [interpreter]: { elf: { soname: 'ld-linux-x86-64.so.2' } },
      '/opt/p.so': { elf: { needed: ['libc.so.6', 'ld-linux-x86-64.so.2'] }, mode: 0o600 },
      '/lib/libc.so.6': library(),
      '/lib/ld-linux-x86-64.so.2': { link: interpreter },
    });
    const { selection, problems } = closure(tree, { wanted: [{ path: '/opt/p.so', because: 'test' }] });
    expect(problems).toEqual([]);
    expect(selection.has('/lib/libc.so.6')).toBe(true);
    expect(selection.has(interpreter)).toBe(true);
  });

  test('what a program finds by its RPATH, its plug-ins have too', () => {
    const tree = plant({
      [interpreter]: { elf: {} },
      '/opt/app/bin/x': { elf: { interpreter, needed: ['libapp.so'], rpath: '$ORIGIN/../lib' }, mode: 0o755 },
      '/opt/app/lib/libapp.so': library({ soname: 'libapp.so' }),
      '/opt/app/a-plugin.so': library({ needed: ['libapp.so'] }),
    });
    const { problems } = closure(tree, {
      wanted: [
        { path: '/opt/app', because: 'test' },
        { path: '/opt/app/bin/x', because: 'test' },
      ],
    });
    expect(problems).toEqual([]);
    const alone = closure(tree, { wanted: [{ path: '/opt/app/a-plugin.so', because: 'test' }] });
    expect(alone.problems).toMatchObject([{ kind: 'missing-library', subject: 'libapp.so' }]);
  });
});

describe('musl', () => {
  const musl = '/lib/ld-musl-x86_64.so.1';
  const start = (
    program: ElfParts,
    tree: Readonly<Record<string, Planted>>,
    environment: Record<string, string> = {},
  ) => {
    const planted = plant({
      [musl]: { elf: { soname: 'ld-musl-x86_64.so.1' } },
      '/bin/x': { elf: { interpreter: musl, ...program }, mode: 0o755 },
      ...tree,
    });
    const { selection, problems } = closure(planted, {
      wanted: [{ path: '/bin/x', because: 'test' }],
      environment,
    });
    const files = selection.paths().filter((path) => selection.get(path)?.node.kind !== 'directory');
    return {
      files: files.filter((path) => path !== '/bin/x' && path !== musl),
      problems: problems.map(({ subject }) => subject),
    };
  };

  test('its parts are one file, by whatever name', () => {
    const needed = ['libc.musl-x86_64.so.1', 'libpthread.so.0', 'libm.so.6', 'ld-musl-x86_64.so.1'];
    expect(start({ needed }, { '/lib/libc.musl-x86_64.so.1': { link: 'ld-musl-x86_64.so.1' } })).toEqual({
      files: [],
      problems: [],
    });
  });

  test('the environment, then RPATH or RUNPATH of all who asked, then its path', () => {
    const tree = {
      '/lib/liba.so': library({ needed: ['libb.so'] }),
      '/run/libb.so': library(),
      '/env/libb.so': library(),
    };
    expect(start({ needed: ['liba.so'], runpath: '/run' }, tree).files).toEqual([
      '/lib/liba.so',
      '/run/libb.so',
    ]);
    expect(start({ needed: ['liba.so'], rpath: '/run' }, tree, { LD_LIBRARY_PATH: '/env' }).files).toEqual([
      '/env/libb.so',
      '/lib/liba.so',
    ]);
  });

  test('other tokens than $ORIGIN make it forget the whole path', () => {
    const tree = { '/bin/liba.so': library() };
    expect(start({ needed: ['liba.so'], runpath: braced('ORIGIN') }, tree)).toEqual({
      files: ['/bin/liba.so'],
      problems: [],
    });
    expect(start({ needed: ['liba.so'], runpath: '$ORIGIN:/$LIB' }, tree).problems).toEqual(['liba.so']);
  });

  test('/etc/ld-musl-ARCH.path replaces its directories, and comes along', () => {
    const tree = {
      '/etc/ld-musl-x86_64.path': '/opt/lib\n/more:/less\n',
      '/less/liba.so': library(),
      '/lib/libb.so': library(),
    };
    expect(start({ needed: ['liba.so'] }, tree).files).toEqual(['/etc/ld-musl-x86_64.path', '/less/liba.so']);
    expect(start({ needed: ['libb.so'] }, tree).problems).toEqual(['libb.so']);
  });

  test('a library by itself in a root that has musl only', () => {
    const tree = plant({
      [musl]: { elf: {} },
      '/usr/lib/p.so': library({ needed: ['libc.musl-x86_64.so.1', 'libz.so.1'] }),
      '/usr/local/lib/libz.so.1': library(),
    });
    const { selection, problems } = closure(tree, { wanted: [{ path: '/usr/lib/p.so', because: 'test' }] });
    expect(problems).toEqual([]);
    expect(selection.has('/usr/local/lib/libz.so.1')).toBe(true);
  });
});
