import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Suite } from './install.ts';
import { isolated, leave, own } from './isolation.ts';
import { type Assertion, endsInTime, exitsWith0, readTap } from './tap.ts';

export interface Runtime {
  readonly name: string;
  readonly path: string;
  /** Global options for each command. */
  readonly options: readonly string[];
  /** The version of the specification that each config.json is said to be of, if the runtime refuses the suite's. */
  readonly speaks?: string;
}

export interface Result {
  readonly test: string;
  readonly runtime: string;
  readonly assertions: readonly Assertion[];
  readonly output: string;
  readonly seconds: number;
}

/** How programs are run. */
export interface Conditions {
  readonly suite: Suite;
  /** A folder that enter.ts has made, and removes. */
  readonly scratch: string;
  /** The longest program, `delete`, takes 20 s: it waits for what must not happen. */
  readonly limitSeconds: number;
  /** The runtimes ask systemd for their cgroups, which then are where systemd has them. */
  readonly systemdCgroup: boolean;
}

/** Runs one program of the suite. Whatever the runtime leaves behind is removed. */
export async function runProgram(
  { suite, scratch, limitSeconds, systemdCgroup }: Conditions,
  test: string,
  runtime: Runtime,
): Promise<Result> {
  const folder = join(scratch, runtime.name, test);
  const cgroup = systemdCgroup ? undefined : join(own(process.ppid), `${runtime.name}-${test}`);
  const root = join(folder, 'root');
  const bundles = join(folder, 'bundles');
  const command = join(folder, runtime.name);
  for (const each of [root, bundles]) mkdirSync(each, { recursive: true });
  // The suite has no word for a runtime's state directory.
  writeFileSync(command, wrapper(runtime, root), { mode: 0o755 });
  const started = Date.now();
  try {
    const program = join(suite.folder, test);
    const more = { RUNTIME: command, TMPDIR: bundles };
    const ended = await run(isolated(cgroup, program), suite.folder, limitSeconds, more);
    const seconds = (Date.now() - started) / 1000;
    const output = ended.stdout + ended.stderr;
    return { test, runtime: runtime.name, assertions: judge(ended), output, seconds };
  } finally {
    for (const id of readdirSync(root).filter((name) => !name.startsWith('.'))) {
      await run([command, 'delete', '--force', id], root, limitSeconds);
    }
    if (cgroup !== undefined) leave(cgroup);
    rmSync(folder, { recursive: true, force: true });
  }
}

function wrapper({ path, options, speaks }: Runtime, root: string): string {
  const words = [path, '--root', root, ...options].map(quote).join(' ');
  return `#!/bin/sh\n${speaks === undefined ? '' : saying(speaks)}exec ${words} "$@"\n`;
}

/** The suite names the bundle right after --bundle. */
function saying(version: string): string {
  return `for word; do
  [ "\${before-}" != --bundle ] || sed -i 's/"ociVersion": *"[^"]*"/"ociVersion": "${version}"/' "$word/config.json"
  before=$word
done
`;
}

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | 'time limit' | NodeJS.Signals;
}

function judge({ stdout, stderr, status }: Ended): Assertion[] {
  const assertions = readTap(stdout);
  if (status === 0) return assertions;
  const name = status === 'time limit' ? endsInTime : exitsWith0;
  return [...assertions, { name, outcome: 'not ok', detail: `${status}: ${stderr.trim()}` }];
}

function run(
  [program = '', ...words]: readonly string[],
  cwd: string,
  limitSeconds: number,
  more: object = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...more };
    const child = spawn(program, words, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let late = false;
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    const timer = setTimeout(() => {
      late = true;
      // With the runtime that it waits for; containers are in sessions of their own and deleted by their ids.
      process.kill(-Number(child.pid), 'SIGKILL');
    }, limitSeconds * 1000);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ stdout, stderr, status: late ? 'time limit' : (signal ?? code ?? 0) });
    });
    // A container that lives on may hold the pipes open.
    child.on('exit', () =>
      setTimeout(() => [child.stdout, child.stderr].map((pipe) => pipe.destroy()), 500).unref(),
    );
  });
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
