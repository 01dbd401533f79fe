import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, resolve } from 'node:path';
import { installSuite, NotInstalled, type Suite } from './install.ts';
import { attemptsAt, type Excuse, type Judgement, judge, outcomeOf } from './judge.ts';
import { help, type Options, parseOptions } from './options.ts';
import { type Result, type Runtime, runProgram } from './program.ts';
import { type Findings, report, tapOf } from './report.ts';

const here = import.meta.dirname;
const excuses: readonly Excuse[] = JSON.parse(readFileSync(resolve(here, 'excuses.json'), 'utf8'));

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return say(help, 0);
  const suite = installed();
  if (typeof suite === 'string') return skipOrFail(suite);
  const { runtimes, unfit } = await fitRuntimes(suite, findRuntimes(options));
  // enter.ts has made it, and removes it.
  const scratch = tmpdir();
  const tests = suite.tests.filter((test) => options.tests.length === 0 || options.tests.includes(test));
  const results = [
    ...(await runAll(suite, tests, runtimes, scratch)),
    ...earlier(options.also, tests, runtimes),
  ];
  return conclude(options, { suite, unfit }, runtimes, results);
}

function installed(): Suite | string {
  try {
    return installSuite();
  } catch (error) {
    if (error instanceof NotInstalled) return error.message;
    throw error;
  }
}

function skipOrFail(reason: string): number {
  if (process.env.CI === 'true') return say(`1..1\nnot ok 1 runtime-tools: ${reason}\n`, 1);
  return say(`1..1\nok 1 runtime-tools # skip ${reason}\n`, 0);
}

function findRuntimes({ runtime, runc, crun, alone }: Options): Runtime[] {
  const judged = realpathSync(runtime.includes('/') ? runtime : which(runtime));
  const peers = alone ? [] : [runc, crun].map(which).filter((path) => path !== judged);
  const names = peers.map((path) => basename(path));
  const name = basename(judged).replace(/\..*/, '');
  return [{ name, path: judged }, ...peers.map((path, at) => ({ name: names[at] ?? path, path }))];
}

/**
 * Without the peers that cannot run the plainest of the programs: one that refuses every configuration, since it is
 * older than the suite's version of the specification, says nothing about the suite's faults.
 */
async function fitRuntimes(suite: Suite, [judged, ...peers]: readonly Runtime[]) {
  const runtimes = judged === undefined ? [] : [judged];
  const unfit: string[] = [];
  for (const peer of peers) {
    const result = await runProgram(suite, 'default', peer, tmpdir());
    if (outcomeOf(result) === 'ok') runtimes.push(peer);
    else unfit.push(`${versionOf(peer.path)}: ${result.output.trim().split('\n').slice(-2).join(': ')}`);
  }
  return { runtimes, unfit };
}

/** The first line of what a runtime says of itself. */
function versionOf(program: string): string {
  return execFileSync(program, ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '';
}

function which(name: string): string {
  return realpathSync(execFileSync('which', [name], { encoding: 'utf8' }).trim());
}

/** Most of the time the programs sleep, hence several at once; those that sleep longest first. */
async function runAll(suite: Suite, tests: readonly string[], runtimes: readonly Runtime[], scratch: string) {
  const results: Result[] = [];
  const order = runtimes.map(({ name }) => name);
  const rank = (test: string) => (long.test(test) ? 0 : 1);
  const queue = [...tests]
    .sort((a, b) => rank(a) - rank(b))
    .flatMap((test) => runtimes.map((runtime) => ({ test, runtime })));
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      results.push(await runInTime(suite, next.test, next.runtime, scratch));
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return results.sort((a, b) => order.indexOf(a.runtime) - order.indexOf(b.runtime));
}

/** What other runs have found of programs that this one does not run. */
function earlier(files: readonly string[], tests: readonly string[], runtimes: readonly Runtime[]): Result[] {
  const names = runtimes.map(({ name }) => name);
  const results = files.flatMap((file): Result[] => JSON.parse(readFileSync(file, 'utf8')));
  return results.filter(({ test, runtime }) => !tests.includes(test) && names.includes(runtime));
}

/**
 * A program that starts two processes and asserts which one prints first tells of the machine's load: excuses.json says
 * so, and how many attempts each runtime has; it passes with the first that does.
 */
async function runInTime(suite: Suite, test: string, runtime: Runtime, scratch: string): Promise<Result> {
  const attempts = attemptsAt(test, excuses);
  for (let attempt = 1; ; attempt++) {
    const result = await runProgram(suite, test, runtime, scratch);
    if (attempt === attempts || outcomeOf(result) === 'ok') return result;
  }
}

const long = /^(delete|killsig|kill|pidfile|start|linux_cgroups_.*)$/;

function conclude(
  options: Options,
  about: Pick<Findings, 'suite' | 'unfit'>,
  runtimes: readonly Runtime[],
  results: readonly Result[],
): number {
  const judgement: Judgement = judge(results, runtimes[0]?.name ?? '', excuses);
  const versions = runtimes.map(({ name, path }) => [name, versionOf(path)] as const);
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(results, null, 1));
  if (options.report !== undefined) {
    writeFileSync(options.report, report({ ...about, versions, results, judgement, excuses }));
  }
  return say(tapOf({ ...about, versions, results, judgement }), judgement.faults.length > 0 ? 1 : 0);
}

function say(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

process.exitCode = await main();
