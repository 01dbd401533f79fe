import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, resolve } from 'node:path';
import { installSuite, NotInstalled, type Suite } from './install.ts';
import { attemptsAt, type Excuse, excusesAt, judge, outcomeOf } from './judge.ts';
import { help, type Options, parseOptions } from './options.ts';
import { type Place, type Run, thisMachine } from './place.ts';
import { type Conditions, type Result, type Runtime, runProgram } from './program.ts';
import { report } from './report.ts';
import { tapOf } from './verdict.ts';

const here = import.meta.dirname;
const excuses: readonly Excuse[] = JSON.parse(readFileSync(resolve(here, 'excuses.json'), 'utf8'));

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return say(help, 0);
  const suite = installed();
  if (typeof suite === 'string') return skipOrFail(suite);
  const conditions = { ...options, suite, scratch: tmpdir() };
  const { runtimes, notes } = await fitRuntimes(conditions, findRuntimes(options));
  const tests = chosen(suite, options);
  const place: Place = {
    ...thisMachine(options.commit),
    name: options.place,
    systemdCgroup: options.systemdCgroup,
    suite: suite.version,
    versions: runtimes.map(({ name, path }) => [name, versionOf(path)]),
    notes,
  };
  const results = [
    ...(await runAll(conditions, options.jobs, tests, runtimes)),
    ...earlier(options.also, tests, runtimes),
  ];
  return conclude(options, { place, results });
}

function chosen({ tests }: Suite, { tests: named, part: [which, of] }: Options): string[] {
  return [...tests]
    .sort()
    .filter((test) => named.length === 0 || named.includes(test))
    .filter((_, at) => at % of === which - 1);
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

function findRuntimes({ runtime, runc, crun, alone, systemdCgroup }: Options): Runtime[] {
  const judged = realpathSync(runtime.includes('/') ? runtime : which(runtime));
  const peers = alone ? [] : [runc, crun].map(which).filter((path) => path !== judged);
  const names = peers.map((path) => basename(path));
  const name = basename(judged).replace(/\..*/, '');
  const options = systemdCgroup ? ['--systemd-cgroup'] : [];
  return [
    { name, path: judged, options },
    ...peers.map((path, at) => ({ name: names[at] ?? path, path, options })),
  ];
}

/** One that every runtime takes. */
const old = '1.0.2';

/**
 * A peer that is older than the suite's version of the specification may refuse every configuration: then it is told that each
 * is of an older one. One that cannot run the plainest of the programs even so says nothing about the suite's faults.
 */
async function fitRuntimes(conditions: Conditions, [judged, ...peers]: readonly Runtime[]) {
  const runtimes = judged === undefined ? [] : [judged];
  const notes: string[] = [];
  for (const peer of peers) {
    const attempts = [];
    for (const each of [peer, { ...peer, speaks: old }]) {
      const result = await runProgram(conditions, 'default', each);
      attempts.push({ each, result });
      if (outcomeOf(result) === 'ok') break;
    }
    const { each, result } = attempts.at(-1) ?? fail('there is no attempt');
    const refusal = `"${attempts[0]?.result.output.trim().split('\n').slice(-2).join(': ')}"`;
    if (outcomeOf(result) !== 'ok')
      notes.push(
        `${versionOf(peer.path)} is not compared, since it cannot run the program \`default\`: ${refusal}`,
      );
    else runtimes.push(each);
    if (outcomeOf(result) === 'ok' && each !== peer)
      notes.push(
        `${versionOf(peer.path)} is told that each config.json is of version ${old} of the specification: it refuses the suite's own, ${refusal}`,
      );
  }
  return { runtimes, notes };
}

/** The first line of what a runtime says of itself. */
function versionOf(program: string): string {
  return execFileSync(program, ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '';
}

function which(name: string): string {
  return realpathSync(execFileSync('which', [name], { encoding: 'utf8' }).trim());
}

/** Most of the time the programs sleep, hence several at once; those that sleep longest first. */
async function runAll(
  conditions: Conditions,
  jobs: number,
  tests: readonly string[],
  runtimes: readonly Runtime[],
) {
  const results: Result[] = [];
  const order = runtimes.map(({ name }) => name);
  const rank = (test: string) => (long.test(test) ? 0 : 1);
  const queue = [...tests]
    .sort((a, b) => rank(a) - rank(b))
    .flatMap((test) => runtimes.map((runtime) => ({ test, runtime })));
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      results.push(await runInTime(conditions, next.test, next.runtime));
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return results.sort((a, b) => order.indexOf(a.runtime) - order.indexOf(b.runtime));
}

/** What other runs have found of programs that this one does not run. */
function earlier(files: readonly string[], tests: readonly string[], runtimes: readonly Runtime[]): Result[] {
  const names = runtimes.map(({ name }) => name);
  const results = files.flatMap((file) => (JSON.parse(readFileSync(file, 'utf8')) as Run).results);
  return results.filter(({ test, runtime }) => !tests.includes(test) && names.includes(runtime));
}

/**
 * A program that starts two processes and asserts which one prints first tells of the machine's load: excuses.json says
 * so, and how many attempts each runtime has; it passes with the first that does.
 */
async function runInTime(conditions: Conditions, test: string, runtime: Runtime): Promise<Result> {
  const attempts = attemptsAt(test, excuses);
  for (let attempt = 1; ; attempt++) {
    const result = await runProgram(conditions, test, runtime);
    if (attempt === attempts || outcomeOf(result) === 'ok') return result;
  }
}

const long = /^(delete|killsig|kill|pidfile|start|linux_cgroups_.*)$/;

function conclude(options: Options, run: Run): number {
  const listed = excusesAt(run.place.cgroup, excuses);
  const judgement = judge(run.results, run.place.versions[0]?.[0] ?? '', listed);
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(run, null, 1));
  if (options.report !== undefined) writeFileSync(options.report, report([run], excuses));
  return say(tapOf(run, judgement), judgement.faults.length > 0 ? 1 : 0);
}

function fail(reason: string): never {
  throw new Error(reason);
}

function say(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

process.exitCode = await main();
