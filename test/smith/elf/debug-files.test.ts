import { expect, test } from 'vitest';
import { buildIdPath, debugFiles } from '../../../src/smith/elf/debug-files.ts';
import { buildIdNote, type ElfParts } from '../elf-files.ts';
import { plant } from '../trees.ts';

const id = '00112233445566778899aabbccddeeff00112233';
const shared = 'ffeeddccbbaa99887766554433221100ffeeddcc';
const debug = (hex: string, more: ElfParts = {}) => ({
  elf: { dynamic: true, debugOnly: true, notes: [buildIdNote(hex)], ...more },
});
const link = (name: string) => ({
  name: '.gnu_debuglink',
  content: Buffer.from(`${name}${'\0'.repeat(8 - (name.length % 4))}`),
});
const alt = (name: string, hex: string) => ({
  name: '.gnu_debugaltlink',
  content: Buffer.concat([Buffer.from(`${name}\0`), Buffer.from(hex, 'hex')]),
});

test('by build-id, by name beside the file and below /usr/lib/debug, and what dwz made', () => {
  const tree = plant({
    '/bin': { link: 'usr/bin' },
    '/usr/bin/x': { elf: { notes: [buildIdNote(id)], sections: [link('x.debug')] } },
    [buildIdPath(id)]: debug(id, { sections: [alt('../../.dwz/x86_64-linux-gnu/p.debug', shared)] }),
    '/usr/bin/.debug/x.debug': debug('abcd'),
    '/usr/lib/debug/usr/bin/x.debug': debug(id, { sections: [alt('/usr/lib/debug/.dwz/p', shared)] }),
    '/usr/lib/debug/.dwz/x86_64-linux-gnu/p.debug': debug(shared),
  });
  expect(debugFiles(tree, ['/bin/x'])).toEqual({
    found: [
      {
        path: '/usr/lib/debug/.build-id/00/112233445566778899aabbccddeeff00112233.debug',
        kind: 'build-id',
        of: '/bin/x',
      },
      { path: '/usr/lib/debug/usr/bin/x.debug', kind: 'debuglink', of: '/bin/x' },
      { path: '/usr/lib/debug/.build-id/00/../../.dwz/x86_64-linux-gnu/p.debug', kind: 'dwz', of: '/bin/x' },
    ],
    without: [],
    parted: [],
  });
});

test('a file of another build is none, and that is said', () => {
  const tree = plant({ '/x': { elf: { notes: [buildIdNote(id)] } }, [buildIdPath(id)]: debug(shared) });
  expect(debugFiles(tree, ['/x'])).toEqual({ found: [], without: [{ path: '/x', buildId: id }], parted: [] });
});

test('what has neither build-id nor link, what is no ELF file, and names that lead elsewhere', () => {
  const tree = plant({
    '/none': { elf: {} },
    '/text': 'text',
    '/usr/lib/debug/evil': debug(id),
    '/usr/bin/x': { elf: { notes: [buildIdNote(id)], sections: [link('../lib/debug/evil')] } },
  });
  const { found, without } = debugFiles(tree, ['/none', '/text', '/missing', '/usr/bin/x']);
  expect(found).toEqual([]);
  expect(without).toEqual([{ path: '/usr/bin/x', buildId: id }]);
});

test('what dwz moved out of a file and is not there is told by its build-id', () => {
  const tree = plant({
    '/x': { elf: { notes: [buildIdNote(id)] } },
    [buildIdPath(id)]: debug(id, { sections: [alt('../../.dwz/p', shared)] }),
  });
  expect(debugFiles(tree, ['/x'])).toMatchObject({ without: [], parted: [shared] });
  tree.add(buildIdPath(shared), tree.get(buildIdPath(id)) as never);
  expect(debugFiles(tree, ['/x'])).toMatchObject({ parted: [shared] });
});
