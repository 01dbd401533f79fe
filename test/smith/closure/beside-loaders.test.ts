import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LinkMap } from '../../../src/smith/closure/link-map.ts';
import { isDamaged, Objects } from '../../../src/smith/closure/objects.ts';
import { LoaderSystems } from '../../../src/smith/closure/system.ts';
import { memoryContent } from '../../../src/smith/tree/content.ts';
import { treeOfDirectory } from '../../../src/smith/tree/disk.ts';
import { file } from '../../../src/smith/tree/node.ts';
import { Tree } from '../../../src/smith/tree/tree.ts';
import { elfFile } from '../elf-files.ts';

/** Programs and libraries made at random, loaded by the real loaders (which only say what they would load) and by smith. */

interface Library {
  readonly directory: string;
  readonly name: string;
  readonly soname: string | null;
  readonly needed: readonly string[];
  readonly path: readonly string[];
  readonly kind: 'none' | 'rpath' | 'runpath';
  /** Of another class: no loader may take it. */
  readonly decoy: boolean;
  readonly noDefaults: boolean;
}

interface Scenario {
  readonly libraries: readonly Library[];
  readonly program: Library;
  readonly environment: readonly string[];
}

const names = ['liba.so', 'libb.so', 'libc-like.so', 'libd.so', 'libe.so'];
const directories = ['d0', 'd1', 'd2', 'd3'];
const elements = [
  ...directories.map((each) => `/${each}`),
  '$ORIGIN',
  '$ORIGIN/../d1',
  '/d2/',
  '/none',
  '/$LIB/x',
];
const needed = fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 });

const library = fc.record({
  directory: fc.constantFrom(...directories),
  name: fc.constantFrom(...names),
  soname: fc.option(fc.constantFrom(...names), { freq: 2 }),
  needed,
  path: fc.array(fc.constantFrom(...elements), { minLength: 1, maxLength: 3 }),
  kind: fc.constantFrom('none', 'none', 'rpath', 'runpath'),
  decoy: fc.nat(7).map((each) => each === 0),
  noDefaults: fc.nat(7).map((each) => each === 0),
}) as fc.Arbitrary<Library>;

const scenario: fc.Arbitrary<Scenario> = fc.record({
  libraries: fc.uniqueArray(library, {
    minLength: 4,
    maxLength: 12,
    selector: ({ directory, name }) => `${directory}/${name}`,
  }),
  program: library.map((each) => ({
    ...each,
    directory: 'bin',
    name: 'program',
    soname: null,
    decoy: false,
    kind: each.kind === 'none' ? 'rpath' : each.kind,
  })),
  environment: fc.uniqueArray(fc.constantFrom('/d0', '/d3'), { maxLength: 1 }),
});

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'smith-loader-')));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  writeFileSync(join(folder, 'x.s'), '.globl _start\n_start: nop\n.section .note.GNU-stack\n');
  execFileSync('gcc', ['-c', '-o', join(folder, 'x.o'), join(folder, 'x.s')]);
  mkdirSync(join(folder, 'stubs'));
  for (const name of names) {
    execFileSync('ld', ['-shared', '-soname', name, '-o', join(folder, 'stubs', name), join(folder, 'x.o')]);
  }
});

/** Links what the scenario says below `root`. */
function build(root: string, { libraries, program }: Scenario, interpreter: string): string {
  for (const each of [...libraries, program]) {
    const output = join(root, each.directory, each.name);
    mkdirSync(dirname(output), { recursive: true });
    if (each.decoy) {
      writeFileSync(output, elfFile({ bits: 32, machine: 3, dynamic: true }));
      continue;
    }
    const path = each.path.map((element) => (element.startsWith('/') ? root + element : element)).join(':');
    const options = [
      ...(each === program ? ['-dynamic-linker', interpreter, '-pie'] : ['-shared']),
      ...(each.soname === null ? [] : ['-soname', each.soname]),
      ...(each.kind === 'none'
        ? []
        : ['-rpath', path, each.kind === 'rpath' ? '--disable-new-dtags' : '--enable-new-dtags']),
      ...(each.noDefaults ? ['-z', 'nodefaultlib'] : []),
    ];
    const wanted = each.needed.map((name) => join(folder, 'stubs', name));
    execFileSync('ld', ['--no-as-needed', ...options, '-o', output, join(folder, 'x.o'), ...wanted]);
  }
  return join(root, 'bin/program');
}

/** What a loader lists: paths without links, and `?name` for what it cannot find. */
function listed(interpreter: string, program: string, libraryPath: string): string[] {
  // glibc's `--list` stops at the first that is missing; with the variable it does not, and still runs nothing.
  const musl = interpreter.includes('musl');
  const env = { LD_LIBRARY_PATH: libraryPath, LD_TRACE_LOADED_OBJECTS: '1' };
  const [command, options] = musl ? [interpreter, ['--list', program]] : [program, []];
  const { stdout, stderr } = spawnSync(command, options, { env, encoding: 'utf8' });
  const found = [...stdout.matchAll(/=> (\/\S+) \(0x/g)].map(([, path = '']) => realpathSync(path));
  const missing = [
    ...stdout.matchAll(/^\s*(\S+) => not found/gm),
    ...stderr.matchAll(/Error loading shared library ([^:]+): .*needed by/g),
  ].map(([, name]) => `?${name}`);
  return [...new Set([...found, ...missing])].filter((path) => path !== realpathSync(interpreter)).sort();
}

/** The same by smith, in a tree that has the folder and the loader at their places. */
function modelled(root: string, interpreter: string, program: string, libraryPath: string): string[] {
  const tree = new Tree();
  tree.add(root, treeOfDirectory(root).root);
  tree.add(interpreter, file(memoryContent(readFileSync(interpreter)), 0o755));
  const objects = new Objects(tree);
  const probe = objects.probe(program);
  if (probe === null || probe.elf === null || isDamaged(probe.elf)) throw new Error('no program');
  const missing = new Set<string>();
  const subject = { path: program, node: probe.node, elf: probe.elf };
  const map = new LinkMap(
    subject,
    objects,
    new LoaderSystems(objects).of(probe.elf),
    { libraryPath, workingDirectory: '/' },
    { leftOut: () => false, loaded: () => {}, missing: ({ names: [name] }) => missing.add(`?${name}`) },
  );
  map.follow();
  const found = map.objects
    .map(({ path }) => path)
    .filter((path) => path !== program && path !== interpreter);
  return [...new Set([...found, ...missing])].sort();
}

/** Each takes a tenth of a second on a machine that has nothing else to do. */
const COUNT = 30;

const loaders = [
  { kind: 'glibc', interpreter: '/lib64/ld-linux-x86-64.so.2', seed: 1 },
  { kind: 'musl', interpreter: '/lib/ld-musl-x86_64.so.1', seed: 2 },
].filter(({ kind, interpreter }) => {
  if (existsSync(interpreter)) return true;
  process.stderr.write(`skipped: no ${interpreter}, so smith's model of ${kind} is not compared with it\n`);
  return false;
});

describe.each(loaders)('$kind', ({ kind, interpreter, seed }) => {
  const some = fc.sample(scenario, { numRuns: COUNT, seed });

  test.each(some.map((each, index) => [index, each] as const))('program %i', (index, plan) => {
    const root = join(folder, `${kind}${index}`);
    mkdirSync(root);
    // musl takes the first file of the name, whatever it is, and fails; it knows no NODEFLIB.
    const libraries =
      kind === 'musl' ? plan.libraries.map((each) => ({ ...each, decoy: false })) : plan.libraries;
    const program = build(root, { ...plan, libraries }, interpreter);
    const libraryPath = plan.environment.map((each) => root + each).join(':');
    expect(modelled(root, interpreter, program, libraryPath)).toEqual(
      listed(interpreter, program, libraryPath),
    );
  });
});

// If the loaders found nothing, the tests above would compare nothing.
test.each(loaders)('the canary: $kind finds libraries in most of these programs', ({ kind, interpreter }) => {
  const found = Array.from({ length: COUNT }, (_, index) => {
    const root = join(folder, `${kind}${index}`);
    return listed(interpreter, join(root, 'bin/program'), '').filter((path) => path.startsWith('/')).length;
  });
  expect(found.filter((count) => count > 0).length).toBeGreaterThan(COUNT / 4);
  expect(Math.max(...found)).toBeGreaterThan(2);
});
