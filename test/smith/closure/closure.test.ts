import { describe, expect, test } from 'vitest';
import { type ClosureOptions, closure } from '../../../src/smith/closure/closure.ts';
import { explain } from '../../../src/smith/closure/explain.ts';
import { describeProblem, refuseIncomplete } from '../../../src/smith/closure/problems.ts';
import { dlopenNote } from '../elf-files.ts';
import { type Planted, plant } from '../trees.ts';

const interpreter = '/lib64/ld-linux-x86-64.so.2';
const base: Readonly<Record<string, Planted>> = {
  '/lib64': { link: 'usr/lib64' },
  '/lib': { link: 'usr/lib' },
  '/usr/lib64/ld-linux-x86-64.so.2': { elf: { soname: 'ld-linux-x86-64.so.2' } },
  '/usr/lib/libc.so.6': { link: 'libc-2.36.so' },
  '/usr/lib/libc-2.36.so': { elf: { soname: 'libc.so.6', names: ['GLIBC_2.2.5', 'GLIBC_2.36'] } },
};
const program = (needed: readonly string[] = ['libc.so.6']): Planted => ({
  elf: { interpreter, needed },
  mode: 0o755,
});

function close(
  tree: Readonly<Record<string, Planted>>,
  wanted: readonly string[],
  options: Partial<ClosureOptions> = {},
) {
  const result = closure(plant(tree), {
    wanted: wanted.map((path) => ({ path, because: `smith.yaml:3:5: ${path}` })),
    ...options,
  });
  const paths = result.selection.paths();
  return {
    ...result,
    paths,
    files: paths.filter((path) => result.selection.get(path)?.node.kind !== 'directory'),
    lines: result.problems.map(({ kind, severity, subject, by }) => `${severity} ${kind} ${subject} ${by}`),
  };
}

describe('links', () => {
  test('each on the way is kept as it is, and so is every directory', () => {
    const tree = { ...base, '/bin': { link: 'usr/bin' }, '/usr/bin/cat': program() };
    const { paths, selection } = close(tree, ['/bin/cat']);
    expect(paths).toEqual([
      '/bin',
      '/lib',
      '/lib64',
      '/usr',
      '/usr/bin',
      '/usr/bin/cat',
      '/usr/lib',
      '/usr/lib/libc-2.36.so',
      '/usr/lib/libc.so.6',
      '/usr/lib64',
      '/usr/lib64/ld-linux-x86-64.so.2',
    ]);
    expect(selection.get('/bin')?.node).toMatchObject({ kind: 'symlink', target: 'usr/bin' });
  });

  test('alternatives: a chain through /etc', () => {
    const tree = {
      '/usr/bin/awk': { link: '/etc/alternatives/awk' },
      '/etc/alternatives/awk': { link: '/usr/bin/mawk' },
      '/usr/bin/mawk': 'text',
    };
    expect(close(tree, ['/usr/bin/awk']).files).toEqual([
      '/etc/alternatives/awk',
      '/usr/bin/awk',
      '/usr/bin/mawk',
    ]);
  });

  test('to a directory: with what is in it', () => {
    const tree = { '/certs': { link: 'etc/ssl' }, '/etc/ssl/a.pem': 'a', '/etc/ssl/sub/b.pem': 'b' };
    expect(close(tree, ['/certs']).files).toEqual(['/certs', '/etc/ssl/a.pem', '/etc/ssl/sub/b.pem']);
    expect(close({ ...tree, '/d/certs': { link: '/certs' } }, ['/d']).files).toContain('/etc/ssl/sub/b.pem');
  });

  test('upwards: not with all that is there', () => {
    const tree = {
      '/usr/bin/X11': { link: '.' },
      '/usr/bin/a': 'a',
      '/d/root': { link: '/' },
      '/other': 'o',
    };
    expect(close(tree, ['/d']).files).toEqual(['/d/root']);
    expect(close(tree, ['/usr/bin/X11']).files).toEqual(['/usr/bin/X11']);
  });

  test('in a circle, and to nothing: kept, with a warning', () => {
    const tree = { '/d/a': { link: 'b' }, '/d/b': { link: 'a' }, '/d/c': { link: 'gone' } };
    const { files, lines } = close(tree, ['/d', '/d/c']);
    expect(files).toEqual(['/d/a', '/d/b', '/d/c']);
    expect(lines).toEqual([
      'warning dangling-link /d/a null',
      'warning dangling-link /d/b null',
      'warning dangling-link /d/c null',
    ]);
  });

  test('a path that is not there is an error', () => {
    const { lines, problems } = close({}, ['/nothing']);
    expect(lines).toEqual(['error missing-path /nothing null']);
    expect(() => refuseIncomplete(problems)).toThrow(
      'cannot find "/nothing": the source does not have it (smith.yaml:3:5: /nothing)',
    );
  });
});

describe('scripts', () => {
  const tree = {
    ...base,
    '/bin': { link: 'usr/bin' },
    '/usr/bin/sh': { link: 'dash' },
    '/usr/bin/dash': program(),
    '/usr/bin/env': program([]),
    '/usr/bin/python3': program(),
    '/opt/bin/python3': 'no x bit',
  };
  const files = (script: string, environment = { PATH: '/opt/bin:/usr/bin' }) => {
    const result = close({ ...tree, '/s': script }, ['/s'], { environment });
    return [result.files.filter((path) => path.startsWith('/usr/bin')), result.lines] as const;
  };

  test.each<[string, string[]]>([
    ['#!/bin/sh\n', ['/usr/bin/dash', '/usr/bin/sh']],
    ['#! \t/bin/sh \t-e -u \n', ['/usr/bin/dash', '/usr/bin/sh']],
    ['#!/bin/sh', ['/usr/bin/dash', '/usr/bin/sh']],
    ['#!/usr/bin/env python3\n', ['/usr/bin/env', '/usr/bin/python3']],
    ['#!/usr/bin/env -S python3 -u\n', ['/usr/bin/env', '/usr/bin/python3']],
    ['#!/usr/bin/env -S -i A=1 "python3" -u\n', ['/usr/bin/env', '/usr/bin/python3']],
    ['#!/usr/bin/env -vS python3\n', ['/usr/bin/env', '/usr/bin/python3']],
    ['#!/usr/bin/env --split-string=-u HOME python3\n', ['/usr/bin/env', '/usr/bin/python3']],
    ['#!/usr/bin/env /bin/sh\n', ['/usr/bin/dash', '/usr/bin/env', '/usr/bin/sh']],
    ['#!/usr/bin/env\n', ['/usr/bin/env']],
    ['#!\n', []],
    ['#!/bin/sh\0', ['/usr/bin/dash', '/usr/bin/sh']],
  ])('%j', (script, expected) => {
    expect(files(script)).toEqual([expected, []]);
  });

  test('env without -S takes the rest of the line for one name', () => {
    const { problems } = close({ ...tree, '/s': '#!/usr/bin/env python3 -u\n' }, ['/s']);
    expect(problems).toMatchObject([
      { kind: 'missing-interpreter', severity: 'error', subject: 'python3 -u', by: '/s' },
    ]);
    expect(problems[0]?.reason).toContain('without -S');
  });

  test('PATH of the image, and one that the line sets', () => {
    expect(files('#!/usr/bin/env python3\n', { PATH: '/opt/bin' })[1]).toEqual([
      'error missing-interpreter python3 /s',
    ]);
    expect(files('#!/usr/bin/env -S PATH=/usr/bin python3\n', { PATH: '/opt/bin' })[1]).toEqual([]);
  });

  test('without any x bit nobody runs it', () => {
    const { files: taken } = close({ ...tree, '/d/s.py': Buffer.from('#!/usr/bin/python3\n') }, ['/d']);
    expect(taken).toEqual(['/d/s.py']);
  });

  test('an interpreter that is missing: an error where the script is asked for, a warning where it came along', () => {
    const gone = { '/d/s': '#!/usr/bin/ruby\n' };
    expect(close(gone, ['/d/s']).lines).toEqual(['error missing-interpreter /usr/bin/ruby /d/s']);
    expect(close(gone, ['/d']).lines).toEqual(['warning missing-interpreter /usr/bin/ruby /d/s']);
  });

  test('a name longer than the kernel reads is none', () => {
    expect(files(`#!/${'x'.repeat(300)}\n`)).toEqual([[], []]);
  });

  test('scripts that scripts run, as deep as the kernel goes', () => {
    const chain = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [`/s${i}`, i === 0 ? '#!/bin/sh\n' : `#!/s${i - 1}\n`]),
      );
    expect(close({ ...tree, ...chain(5) }, ['/s4'])).toMatchObject({ lines: [] });
    expect(close({ ...tree, ...chain(5) }, ['/s4']).files).toContain('/usr/bin/dash');
    expect(close({ ...tree, ...chain(6) }, ['/s5']).lines).toEqual(['error nested-scripts /s5 null']);
    expect(close({ '/s': '#!/s\n' }, ['/s']).lines).toEqual(['error nested-scripts /s null']);
  });
});

describe('a library that can also be run', () => {
  const libc: Planted = { elf: { soname: 'libc.so.6', interpreter: '/other/ld.so' } };
  const tree = { ...base, '/usr/lib/libc-2.36.so': libc, '/x': program() };

  test('is a library where a program has loaded it, and needs no loader of its own', () => {
    expect(close(tree, ['/x']).lines).toEqual([]);
  });

  test('by itself it does', () => {
    expect(close(tree, ['/usr/lib/libc-2.36.so']).lines).toEqual([
      'error missing-library /other/ld.so /usr/lib/libc-2.36.so',
    ]);
  });
});

describe('excludes', () => {
  const tree = {
    ...base,
    '/d/a': 'a',
    '/d/sub/b': 'b',
    '/usr/bin/x': program(['libz.so.1']),
    '/usr/lib/libz.so.1': { elf: { needed: ['libc.so.6'] } },
  };
  const without = (...excluded: string[]) => ({ excludes: (path: string) => excluded.includes(path) });

  test('a directory, with what is in it', () => {
    expect(close(tree, ['/d'], without('/d/sub')).paths).toEqual(['/d', '/d/a']);
    expect(close(tree, ['/d/sub/b'], without('/d')).paths).toEqual([]);
  });

  test('a library that is needed: an error, unless forced; what only it needs stays out', () => {
    const refused = close(tree, ['/usr/bin/x'], without('/usr/lib/libz.so.1'));
    expect(refused.lines).toEqual(['error excluded /usr/lib/libz.so.1 /usr/bin/x']);
    expect(refused.problems.map(describeProblem)).toEqual([
      'cannot leave out "/usr/lib/libz.so.1", which "/usr/bin/x" needs: it is excluded',
    ]);
    expect(refused.files).not.toContain('/usr/lib/libc-2.36.so');
    const forced = close(tree, ['/usr/bin/x'], { ...without('/usr/lib/libz.so.1'), force: true });
    expect(forced.lines).toEqual(['warning excluded /usr/lib/libz.so.1 /usr/bin/x']);
  });

  test('the directory of a library, and a link on the way to it', () => {
    expect(close(tree, ['/usr/bin/x'], without('/usr/lib')).lines).toContain(
      'error excluded /usr/lib/libz.so.1 /usr/bin/x',
    );
    expect(close(tree, ['/usr/bin/x'], without('/lib')).lines[0]).toMatch(/error excluded \/lib /);
  });

  test('an interpreter', () => {
    const scripts = { ...tree, '/s': '#!/usr/bin/x\n' };
    expect(close(scripts, ['/s'], without('/usr/bin/x')).lines).toEqual(['error excluded /usr/bin/x /s']);
  });
});

describe('what is loaded while a program runs', () => {
  const library = { elf: { dynamic: true } };

  test('notes about dlopen, down to the priority that is asked for; the first of several names', () => {
    const notes = [
      dlopenNote([{ soname: ['libr.so.2', 'libr.so.1'], priority: 'required', feature: 'reading' }]),
      dlopenNote([{ soname: ['libs.so.1'], priority: 'suggested' }]),
      dlopenNote([{ soname: ['libm.so.9'], priority: 'recommended' }]),
    ];
    const tree = {
      ...base,
      '/x': { elf: { interpreter, notes } },
      '/usr/lib/libr.so.1': library,
      '/usr/lib/libs.so.1': library,
    };
    expect(close(tree, ['/x']).files).not.toContain('/usr/lib/libr.so.1');
    const required = close(tree, ['/x'], { dlopen: 'required' });
    expect(required.files).toContain('/usr/lib/libr.so.1');
    expect(required.files).not.toContain('/usr/lib/libs.so.1');
    expect(required.lines).toEqual([]);
    const suggested = close(tree, ['/x'], { dlopen: 'suggested' });
    expect(suggested.files).toContain('/usr/lib/libs.so.1');
    expect(suggested.lines).toEqual(['warning missing-library libm.so.9 /x']);
    expect(explain(required.selection, '/usr/lib/libr.so.1')?.[0]).toBe(
      '"/usr/lib/libr.so.1" may be loaded while it runs by "/x" as "libr.so.1", for reading (found by default directory).',
    );
  });

  test('a required one that is missing is an error, once, by its best name', () => {
    const notes = [dlopenNote([{ soname: ['liba.so', 'libb.so'], priority: 'required' }])];
    const { lines } = close({ ...base, '/x': { elf: { interpreter, notes } } }, ['/x'], {
      dlopen: 'required',
    });
    expect(lines).toEqual(['error missing-library liba.so /x']);
  });

  test('what the recipe says, with what it needs', () => {
    const tree = {
      ...base,
      '/x': program(),
      '/usr/lib/libp.so': { elf: { needed: ['libq.so'] } },
      '/usr/lib/libq.so': library,
    };
    const { files } = close(tree, ['/x'], { loads: new Map([['/x', ['libp.so']]]) });
    expect(files).toEqual(expect.arrayContaining(['/usr/lib/libp.so', '/usr/lib/libq.so']));
  });

  test('names that stand in the file, if they are there', () => {
    const names = ['libthere.so.1', 'libgone.so.1', 'xlibthere.so.1', '/lib/libpath.so'];
    const tree = {
      ...base,
      '/x': { elf: { interpreter, needed: ['libc.so.6'], names } },
      '/usr/lib/libthere.so.1': library,
      '/usr/lib/libpath.so': library,
    };
    expect(close(tree, ['/x']).files).not.toContain('/usr/lib/libthere.so.1');
    const { files, lines } = close(tree, ['/x'], { mentioned: true });
    expect(files).toContain('/usr/lib/libthere.so.1');
    expect(files).not.toContain('/usr/lib/libpath.so');
    expect(lines).toEqual([]);
  });

  test('optional: a warning where the recipe says so', () => {
    const tree = { ...base, '/x': program(['libgone.so']) };
    const optional = (name: string, by: string) => name === 'libgone.so' && by === '/x';
    expect(close(tree, ['/x']).lines).toEqual(['error missing-library libgone.so /x']);
    expect(close(tree, ['/x'], { optional }).lines).toEqual(['warning missing-library libgone.so /x']);
  });
});

describe('names and character sets', () => {
  const modules = Object.fromEntries(
    ['files', 'dns', 'compat', 'myhostname', 'mdns4_minimal'].map((name) => [
      `/usr/lib/libnss_${name}.so.2`,
      { elf: { needed: ['libc.so.6'] } },
    ]),
  );
  const old = {
    '/usr/lib/libc-2.36.so': {
      elf: { soname: 'libc.so.6', names: ['GLIBC_2.2.5', 'GLIBC_2.31', 'GLIBC_PRIVATE'] },
    },
  };
  const conf =
    'passwd: files compat\n# group: nis\nhosts: files mdns4_minimal [NOTFOUND=return] dns myhostname gone\n';
  const nss = (tree: Readonly<Record<string, Planted>>, options: Partial<ClosureOptions>) => {
    const { files, lines } = close({ ...base, ...modules, ...tree, '/x': program() }, ['/x'], options);
    return [files.flatMap((path) => /libnss_(\w+)/.exec(path)?.[1] ?? []), lines];
  };

  test('what nsswitch.conf names; glibc 2.34 and later has files and dns in itself', () => {
    const gone = 'warning missing-library libnss_gone.so.2 /usr/lib/libc-2.36.so';
    expect(nss({}, { nss: { conf } })).toEqual([['compat', 'mdns4_minimal', 'myhostname'], [gone]]);
    expect(nss(old, { nss: { conf } })).toEqual([
      ['compat', 'dns', 'files', 'mdns4_minimal', 'myhostname'],
      [gone],
    ]);
  });

  test('the tree’s own, or the usual ones', () => {
    expect(nss({ '/etc/nsswitch.conf': 'hosts: myhostname\n' }, { nss: 'tree' })).toEqual([
      ['myhostname'],
      [],
    ]);
    expect(nss(old, { nss: 'tree' })).toEqual([['dns', 'files'], []]);
    expect(nss(old, {})).toEqual([[], []]);
  });

  test('not for static programs', () => {
    expect(
      close({ ...base, ...modules, '/x': { elf: { type: 2 } } }, ['/x'], { nss: { conf } }).files,
    ).toEqual(['/x']);
  });

  const gconv = {
    '/usr/lib/gconv/gconv-modules':
      'alias LATIN1// ISO-8859-1//\nmodule ISO-8859-1// INTERNAL ISO8859-1 1\nmodule INTERNAL ISO-8859-1// ISO8859-1 1\n',
    '/usr/lib/gconv/gconv-modules.d/more.conf': 'module EUC-KR// INTERNAL EUC-KR 1\n',
    '/usr/lib/gconv/gconv-modules.cache': 'cache',
    '/usr/lib/gconv/ISO8859-1.so': { elf: { needed: ['libc.so.6'] } },
    '/usr/lib/gconv/EUC-KR.so': { elf: { needed: ['libKSC.so'], runpath: '$ORIGIN' } },
    '/usr/lib/gconv/libKSC.so': { elf: { dynamic: true } },
    '/x': program(),
  };
  const below = (options: Partial<ClosureOptions>) => {
    const { files, lines } = close({ ...base, ...gconv }, ['/x'], options);
    return [
      files.filter((path) => path.endsWith('.so') && path.includes('gconv')).map((path) => path.slice(15)),
      lines,
    ];
  };

  test('gconv: all, some by name or alias, unknown ones', () => {
    expect(below({})).toEqual([[], []]);
    expect(below({ gconv: 'all' })).toEqual([['EUC-KR.so', 'ISO8859-1.so', 'libKSC.so'], []]);
    expect(below({ gconv: ['latin1', 'UTF-8'] })).toEqual([['ISO8859-1.so'], []]);
    expect(below({ gconv: ['euc-kr'] })).toEqual([['EUC-KR.so', 'libKSC.so'], []]);
    expect(below({ gconv: ['KLINGON'] })[1]).toEqual(['error unknown-charset KLINGON /usr/lib/libc-2.36.so']);
  });
});

describe('explaining', () => {
  test('each step back to the recipe', () => {
    const tree = {
      ...base,
      '/bin': { link: 'usr/bin' },
      '/usr/bin/tool': '#!/usr/bin/env sh\n',
      '/usr/bin/env': program(),
      '/usr/bin/sh': program([]),
    };
    const { selection } = close(tree, ['/bin/tool'], { environment: { PATH: '/bin' } });
    expect(explain(selection, '/usr/lib/libc.so.6')).toEqual([
      '"/usr/lib/libc.so.6" is a link on the way to "/usr/lib/libc-2.36.so", by the name "/lib/libc.so.6".',
      '"/usr/lib/libc-2.36.so" is needed by "/usr/bin/env" as "libc.so.6" (found by default directory).',
      '"/usr/bin/env" runs the script "/usr/bin/tool" (its first line says "/usr/bin/env").',
      '"/usr/bin/tool" is asked for: smith.yaml:3:5: /bin/tool.',
    ]);
    expect(explain(selection, '/usr/bin/sh')?.[0]).toBe(
      '"/usr/bin/sh" is "sh" in PATH, which the first line of "/usr/bin/tool" has env run.',
    );
    expect(explain(selection, '/usr/lib64')?.[0]).toBe(
      '"/usr/lib64" is the directory that "/usr/lib64/ld-linux-x86-64.so.2" is in.',
    );
    expect(explain(selection, '/usr/lib64/ld-linux-x86-64.so.2')?.[0]).toMatch(
      /^".*" is the loader of "\/usr\/bin\/\w+" \(PT_INTERP\)\./,
    );
    expect(explain(selection, '/elsewhere')).toBeNull();
  });

  test('every path of a selection leads back to the recipe', () => {
    const tree = {
      ...base,
      '/d/a': { link: '../usr/bin/x' },
      '/usr/bin/x': program(),
      '/d/l': { link: '/d' },
    };
    const { selection, paths } = close(tree, ['/d']);
    for (const path of paths)
      expect(explain(selection, path)?.at(-1)).toMatch(/ is asked for: smith\.yaml:3:5: \/d\./);
  });

  test('what is missing says where it was looked for', () => {
    const { problems } = close({ ...base, '/x': program(['libgone.so']) }, ['/x']);
    const text = problems.map(describeProblem).join('\n');
    expect(text).toMatch(
      /^cannot find "libgone.so", which "\/x" needs: \d places were searched\n {4}\/lib64\/libgone.so \(default directory\)/,
    );
  });
});

describe('odd files', () => {
  test('a damaged ELF file in a directory is worth a warning', () => {
    expect(close({ '/d/x': Buffer.from('\x7fELF\x09') }, ['/d']).lines).toEqual([
      'warning damaged /d/x null',
    ]);
  });

  test('lists of directories and names that have no end', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `/d${index}`).join(':');
    const names = Array.from({ length: 1000 }, (_, index) => `lib${index}.so`);
    const { problems } = close({ ...base, '/x': { elf: { interpreter, needed: names, rpath: many } } }, [
      '/x',
    ]);
    expect(problems).toHaveLength(1000);
    expect(problems[0]?.searched).toHaveLength(101);
  });

  test('an nsswitch.conf that is one bracket after the other', () => {
    const conf = `hosts: ${'['.repeat(500_000)}\n`;
    expect(close({ ...base, '/x': program() }, ['/x'], { nss: { conf } }).lines).toEqual([]);
  });

  test('a path deeper than any stack', () => {
    const path = '/d'.repeat(12_000);
    expect(close({ [`${path}/f`]: 'x' }, [`${path}/f`]).paths).toHaveLength(12_001);
  });

  test('the order of paths: what is in a directory follows it, whatever else begins like it', () => {
    const names = ['/a/b', '/a-b', '/a', '/a.b', '/b\u{1f600}', '/b\uffff', '/a/b/c', '/a/b-c'];
    const tree = Object.fromEntries(
      names.map((name) => [['/a', '/a/b'].includes(name) ? `${name}/` : name, '']),
    );
    expect(close(tree, names).paths).toEqual([
      '/a',
      '/a/b',
      '/a/b/c',
      '/a/b-c',
      '/a-b',
      '/a.b',
      '/b\uffff',
      '/b\u{1f600}',
    ]);
  });
});
