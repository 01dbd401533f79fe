/**
 * Makes the mistake that docs/spec.md says would be noticed: in a copy of the repository a property of config.json is
 * forgotten, or left out of what railcar writes, as if nobody had written the code for it, and the tests that are named
 * for it have to be red.
 *
 *     test/spec/prove [PROPERTY...]     all of them without arguments; a line each, and exit status 1 if one stays green
 *     PROOF=write test/spec/prove …     and proof.txt says what was found of these
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Line, Test } from './line.ts';
import { nameOf } from './lines.ts';
import { type Proof, proofLine, readProof, writeProof } from './proof.ts';

const repository = resolve(import.meta.dirname, '../..');
const vitest = join(repository, 'node_modules/vitest/vitest.mjs');

/** Where what config.json says comes in; by JSON, and in tests that plan without a file. */
const doors: readonly (readonly [file: string, before: string, after: string])[] = [
  ['src/config/json.ts', "  if (text.includes('null')) dropNulls(value);", '  forget(value);'],
  ['src/plan/create.ts', '  refuseUnsupported(config);', '  config = forgotten(config);'],
  ['src/plan/exec.ts', '  const ', '  process = forgotten({ process }).process;'],
  [
    'src/seccomp/compile.ts',
    '  if (profile === undefined) return null;',
    '  if (profile) profile = forgotten({ linux: { seccomp: profile } }).linux.seccomp;',
  ],
];

/** Functions that write a document, and what leaves a property out of it. */
const writers: readonly (readonly [file: string, name: string, leaveOut: string])[] = [
  ['src/hooks/state.ts', 'hookState', "withoutText('state', whole)"],
  ['src/lifecycle/state.ts', 'stateOf', "without('state', whole)"],
  ['src/plan/listener.ts', 'processState', "withoutText('process', whole)"],
  ['src/features/features.ts', 'features', "without('features', whole)"],
];

const copy = mkdtempSync(join(tmpdir(), 'railcar-prove-'));
try {
  prepare();
  proveAll(process.argv.slice(2));
} finally {
  if (!process.env.PROVE_KEEP) rmSync(copy, { recursive: true });
}

function proveAll(wanted: readonly string[]): void {
  const all = known();
  const names = all.map(nameOf);
  const strange = wanted.filter((name) => !names.includes(name));
  if (strange.length > 0) throw new Error(`no property is called ${strange.join(', ')}`);
  for (const document of new Set(all.map(({ document }) => document))) {
    control(all.filter((line) => line.document === document));
  }
  const proofs = all.filter((line) => wanted.length === 0 || wanted.includes(nameOf(line))).map(proved);
  const green = proofs.filter(({ red }) => !red);
  process.stdout.write(
    `${proofs.length} properties, ${proofs.length - green.length} red, ${green.length} green\n`,
  );
  if (process.env.PROOF === 'write') writeProof(names, [...readProof(), ...proofs]);
  process.exitCode = green.length > 0 ? 1 : 0;
}

function prepare(): void {
  for (const name of ['src', 'test', 'docs', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
    cpSync(join(repository, name), join(copy, name), { recursive: true });
  }
  for (const name of ['node_modules', 'build', 'native'])
    symlinkSync(join(repository, name), join(copy, name));
  for (const [file, before, after] of doors) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(before)) throw new Error(`${file} has no ${before}`);
    const start =
      file === 'src/plan/exec.ts'
        ? text.indexOf(before, text.indexOf('function buildExec'))
        : text.indexOf(before);
    const patched = `${text.slice(0, start)}${after}\n${text.slice(start)}`;
    writeFileSync(path, `import { forget, forgotten } from '../../test/spec/forget.ts';\n${patched}`);
  }
  for (const [file, name, leaveOut] of writers) wrap(join(copy, file), name, leaveOut);
}

function wrap(path: string, name: string, leaveOut: string): void {
  const text = readFileSync(path, 'utf8');
  const before = new RegExp(`^(export )?function ${name}\\(`, 'm');
  if (!before.test(text)) throw new Error(`${path} has no function ${name}`);
  const wrapped = text.replace(
    before,
    (_, exported = '') => `${exported}const ${name}: typeof whole_${name} = (...args) => {
  const whole = whole_${name}(...args);
  return ${leaveOut};
};
function whole_${name}(`,
  );
  writeFileSync(path, `import { without, withoutText } from '../../test/spec/forget.ts';\n${wrapped}`);
}

/** As vitest sees them, since the sources are not meant to be run by node alone. */
function known(): Line[] {
  const file = join(copy, 'lines.json');
  const script = `import { writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { lines } from './lines.ts';
test('lines', { timeout: 120_000 }, () => writeFileSync(${JSON.stringify(file)}, JSON.stringify(lines())));
`;
  writeFileSync(join(copy, 'test/spec/lines.test.ts'), script);
  run('', ['test/spec/lines.test.ts']);
  return JSON.parse(readFileSync(file, 'utf8')) as Line[];
}

/** The tests are not red because of this program: nothing is forgotten of what a document does not have. */
function control([line, ...more]: readonly Line[]): void {
  if (line === undefined) return;
  const { failed } = tested(
    nameOf({ ...line, property: 'nothing' }),
    [line, ...more].flatMap(({ tests }) => tests),
  );
  if (failed.length > 0) throw new Error(`with nothing forgotten of ${line.document}: ${failed.join(', ')}`);
}

/** Red if every named test is. */
function proved(line: Line): Proof {
  const { tests } = line;
  const { red } = tested(nameOf(line), tests);
  const proof = { name: nameOf(line), red, tests };
  process.stdout.write(proofLine(proof));
  return proof;
}

/** Which of the tests failed while something was forgotten, and whether all did. */
function tested(
  name: string,
  tests: readonly Test[],
): { readonly red: boolean; readonly failed: readonly string[] } {
  const files = [...new Set(tests.map(([file]) => file))];
  const titles = [...new Set(tests.map(([, title]) => patternOf(title)))];
  const failed = run(name, [...files, '-t', titles.join('|')]);
  const red = titles.map((title) => failed.some((full) => new RegExp(title).test(full)));
  return { red: red.length > 0 && red.every(Boolean), failed };
}

/** A test, or all of a group, but no test whose name begins with that of another. */
function patternOf(title: string): string {
  const escaped = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return String.raw`(^| )${escaped}(?![-.\w])`;
}

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** The names of the tests that failed. */
function run(property: string, args: readonly string[]): string[] {
  const output = join(copy, 'report.json');
  try {
    execFileSync(
      process.execPath,
      [vitest, 'run', '--root', copy, '--reporter=json', `--outputFile=${output}`, ...args],
      { cwd: copy, env: { ...process.env, FORGET: property }, stdio: ['ignore', 'ignore', 'ignore'] },
    );
    return [];
  } catch {
    const report = JSON.parse(readFileSync(output, 'utf8')) as Report;
    return report.testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    );
  }
}
