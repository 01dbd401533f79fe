import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readElf } from '../../../src/smith/elf/elf.ts';
import { sameArchitecture } from '../../../src/smith/elf/machine.ts';
import { memoryContent } from '../../../src/smith/tree/content.ts';
import { buildIdNote, dlopenNote, type ElfParts, elfFile } from '../elf-files.ts';

function read(parts: ElfParts) {
  const elf = readElf(memoryContent(elfFile(parts)));
  if (elf === null) throw new Error('no ELF file');
  return elf;
}

describe.each([
  { bits: 64, littleEndian: true, machine: 62 },
  { bits: 64, littleEndian: false, machine: 22 },
  { bits: 32, littleEndian: true, machine: 40 },
  { bits: 32, littleEndian: false, machine: 20 },
] as const)('$bits bits, little-endian $littleEndian', (layout) => {
  const parts: ElfParts = {
    ...layout,
    flags: 0x5000400,
    interpreter: '/lib/ld.so.1',
    needed: ['libz.so.1', 'libc.so.6'],
    soname: 'libx.so.2',
    rpath: '$ORIGIN/../lib:/opt/lib',
    flags1: 0x08000800,
    filters: ['libfilter.so'],
    auxiliaries: ['libaux1.so', 'libaux2.so'],
    audit: 'liba.so:libb.so',
    depaudit: 'libc.so',
    notes: [buildIdNote('00112233445566778899aabbccddeeff00112233')],
  };

  test.each([false, true])('everything is read, without a table of sections: %s', (noSections) => {
    expect(read({ ...parts, noSections })).toMatchObject({
      ...layout,
      flags: 0x5000400,
      type: 'shared',
      pie: true,
      interpreter: '/lib/ld.so.1',
      buildId: '00112233445566778899aabbccddeeff00112233',
      debugOnly: false,
      oddities: [],
      dynamic: {
        needed: ['libz.so.1', 'libc.so.6'],
        soname: 'libx.so.2',
        rpath: '$ORIGIN/../lib:/opt/lib',
        runpath: null,
        noDefaultLibraries: true,
        filters: ['libfilter.so'],
        auxiliaries: ['libaux1.so', 'libaux2.so'],
        audit: ['liba.so', 'libb.so', 'libc.so'],
      },
    });
  });

  test('RUNPATH makes RPATH forgotten', () => {
    expect(read({ ...parts, runpath: '/run' }).dynamic).toMatchObject({ rpath: null, runpath: '/run' });
  });

  test('links to debugging information', () => {
    const crc = Buffer.alloc(4);
    if (layout.littleEndian) crc.writeUInt32LE(0x12345678);
    else crc.writeUInt32BE(0x12345678);
    const shared = Buffer.concat([Buffer.from('../x.dwz\0'), Buffer.from('abcd', 'hex')]);
    const sections = [
      { name: '.gnu_debuglink', content: Buffer.concat([Buffer.from('x.debug\0'), crc]) },
      { name: '.gnu_debugaltlink', content: shared },
    ];
    const elf = read({ ...layout, sections });
    expect(elf.debugLink).toEqual({ name: 'x.debug', crc: 0x12345678 });
    expect(elf.debugAltLink).toEqual({ name: '../x.dwz', buildId: 'abcd' });
  });
});

describe('kinds of files', () => {
  test('what does not begin as ELF does is none', () => {
    for (const text of ['', '\x7f', '\x7fEL', '#!/bin/sh\n', 'ELF']) {
      expect(readElf(memoryContent(text))).toBeNull();
    }
  });

  test('static, static-pie, a library without interpreter, an object file', () => {
    expect(read({ type: 2 })).toMatchObject({ type: 'executable', pie: false, dynamic: null });
    expect(read({ flags1: 0x08000000 })).toMatchObject({ type: 'shared', pie: true, interpreter: null });
    expect(read({ soname: 'libx.so' })).toMatchObject({ type: 'shared', pie: false });
    expect(read({ type: 1 })).toMatchObject({ type: 'relocatable', dynamic: null });
  });

  test('a library that can also be run is no PIE', () => {
    expect(read({ soname: 'libc.so.6', interpreter: '/lib64/ld.so' }).pie).toBe(false);
  });

  test('debugging information only: the headers speak of what is not there', () => {
    const elf = read({ needed: ['libc.so.6'], debugOnly: true, notes: [buildIdNote('aabb')] });
    expect(elf).toMatchObject({ debugOnly: true, dynamic: null, buildId: 'aabb' });
  });

  test('ARM with hard floats and with soft ones do not go together', () => {
    const arm = (flags: number) => read({ bits: 32, machine: 40, flags });
    expect(sameArchitecture(arm(0x5000400), arm(0x5000200))).toBe(false);
    expect(sameArchitecture(arm(0x5000400), arm(0x5000000))).toBe(true);
    expect(sameArchitecture(arm(0x5000400), arm(0x5000400))).toBe(true);
  });
});

describe('notes about dlopen', () => {
  test('one note or several, with and without priority', () => {
    const first = [{ soname: ['libp.so.0'], feature: 'p11', description: 'tokens', priority: 'suggested' }];
    const second = [
      { soname: ['liba.so.2', 'liba.so.1'] },
      { soname: ['libb.so'], priority: 'required', more: 1 },
    ];
    expect(read({ notes: [dlopenNote(first), dlopenNote(second)] }).dlopen).toEqual([
      { soname: ['libp.so.0'], feature: 'p11', description: 'tokens', priority: 'suggested' },
      { soname: ['liba.so.2', 'liba.so.1'], feature: null, description: null, priority: 'recommended' },
      { soname: ['libb.so'], feature: null, description: null, priority: 'required' },
    ]);
  });

  test.each([
    ['no JSON', '{'],
    ['another shape', { soname: 1 }],
    ['no name', [{ soname: [] }]],
  ])('%s: an oddity, the rest counts', (_, json) => {
    const elf = read({ needed: ['libc.so.6'], notes: [dlopenNote(json)] });
    expect(elf.dynamic?.needed).toEqual(['libc.so.6']);
    expect(elf.oddities).toEqual([expect.stringContaining('note about dlopen')]);
  });
});

describe('beside readelf', () => {
  const folder = mkdtempSync(join(tmpdir(), 'smith-elf-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([{ bits: 64 }, { bits: 32, machine: 20, littleEndian: false }] as const)(
    'what the tests write is ELF: %o',
    (layout) => {
      const path = join(folder, `x${layout.bits}`);
      const notes = [buildIdNote('abcd')];
      writeFileSync(
        path,
        elfFile({ ...layout, interpreter: '/i', needed: ['liba.so'], runpath: '/r', notes }),
      );
      const options = ['--wide', '--dynamic', '--notes', '--program-headers', path];
      const output = execFileSync('readelf', options).toString();
      expect(output).toMatch(/Shared library: \[liba\.so\]/);
      expect(output).toMatch(/Library runpath: \[\/r\]/);
      expect(output).toMatch(/Requesting program interpreter: \/i\]/);
      expect(output).toMatch(/Build ID: abcd/);
    },
  );

  test('a real program, and its debugging information', () => {
    const source = join(folder, 'x.c');
    const program = join(folder, 'x');
    writeFileSync(source, 'int main(void) { return 0; }\n');
    const options = ['-g', '-Wl,--build-id=0x0123456789abcdef', '-Wl,-rpath,$ORIGIN/lib'];
    execFileSync('gcc', [...options, '-o', program, source]);
    execFileSync('objcopy', ['--only-keep-debug', program, `${program}.debug`]);
    execFileSync('objcopy', ['--strip-debug', `--add-gnu-debuglink=${program}.debug`, program]);
    const elf = readElf(memoryContent(readFileSync(program)));
    expect(elf).toMatchObject({ buildId: '0123456789abcdef', oddities: [], debugOnly: false });
    expect(elf?.debugLink?.name).toBe('x.debug');
    expect(elf?.interpreter).toMatch(/^\/lib/);
    expect(elf?.dynamic?.needed).toContain('libc.so.6');
    const debug = readElf(memoryContent(readFileSync(`${program}.debug`)));
    expect(debug).toMatchObject({ buildId: '0123456789abcdef', debugOnly: true, dynamic: null });
    expect(debug?.interpreter).toBeNull();
  });
});
