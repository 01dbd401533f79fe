import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { startStandby } from './standby.ts';
import type { World } from './world.ts';

export interface Contestant {
  readonly name: string;
  /** The program with its global options. */
  readonly command: readonly string[];
  /** The folder of its state, which nobody else uses. */
  readonly root: string;
  readonly version: string;
}

export interface Field {
  readonly railcar: string;
  readonly contestants: readonly Contestant[];
  /** An empty script in railcar's engine: what a cold start cannot be faster than. */
  readonly floor: readonly string[];
  /** The pid of the process that answers "standby". */
  readonly standby?: number;
  /** Who is missing, and why. */
  readonly absent: readonly string[];
}

const repository = resolve(import.meta.dirname, '..');

export async function findContestants(
  world: World,
  programs: Readonly<Record<string, string | undefined>>,
): Promise<Field> {
  const absent: string[] = [];
  const railcar = realpathSync(programs.railcar ?? join(repository, 'build/railcar'));
  const contestants: Contestant[] = [];
  const enter = (name: string, program: string, options: readonly string[] = []) => {
    const root = join(world.state, name);
    mkdirSync(root, { mode: 0o711 });
    const command = [program, ...options, '--root', root];
    contestants.push({ name, command, root, version: versionOf(program) });
  };
  const standby = hasStandby(railcar) ? await startStandby(world, railcar) : undefined;
  if (standby !== undefined) {
    enter('cold', railcar, ['--standby=off']);
    enter('standby', railcar, ['--standby=require']);
  } else {
    enter('cold', railcar);
    absent.push(`standby: ${railcar} has no command "standby"`);
  }
  for (const name of ['runc', 'crun']) {
    const program = programs[name] ?? find(name);
    if (program === undefined) absent.push(`${name}: not installed`);
    else enter(name, program);
  }
  const floor = [engineOf(railcar), emptyScript(world)];
  return { railcar, contestants, floor, absent, ...(standby === undefined ? {} : { standby }) };
}

function hasStandby(railcar: string): boolean {
  return /^ *railcar standby\b/m.test(execFileSync(railcar, ['--help'], { encoding: 'utf8' }));
}

function versionOf(program: string): string {
  return execFileSync(program, ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '';
}

function find(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(':').concat('/usr/sbin', '/usr/bin');
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Beside the launcher in the build, in PREFIX/lib/railcar when installed. */
function engineOf(railcar: string): string {
  const places = ['lib/engine', '../lib/railcar/engine'].map((place) => resolve(dirname(railcar), place));
  const engine = places.find((place) => existsSync(place));
  if (engine === undefined) throw new Error(`no engine at ${places.join(' or ')}`);
  return engine;
}

function emptyScript(world: World): string {
  const script = join(world.scratch, 'empty.cjs');
  writeFileSync(script, '');
  return script;
}
