import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { Lane, Tally } from './commands.ts';
import { leftovers, mounts } from './host.ts';
import { lives } from './lives.ts';
import { childrenOf, type Sample, sample } from './watch.ts';
import type { World } from './world.ts';

/** So many do something at once. */
const LANES = 4;
/** Commands between two looks at the standby. */
const STEP = 500;

export interface Phase {
  readonly name: string;
  readonly commands: number;
  readonly standby: 'require' | 'auto';
  /** Kill Node every so many milliseconds. */
  readonly killEvery?: number;
}

export interface Point {
  readonly commands: number;
  readonly worker: Sample | null;
  readonly supervisor: Sample;
}

export interface Outcome {
  readonly phase: Phase;
  readonly tally: Tally;
  readonly points: readonly Point[];
  readonly kills: number;
  readonly failures: readonly string[];
}

/** Commands through a standby of its own, which ends with them. */
export async function perform(world: World, phase: Phase): Promise<Outcome> {
  const tally = new Tally();
  const before = mounts();
  const standby = await startStandby(world);
  const points: Point[] = [];
  const killer = new Killer(standby.pid, phase.killEvery);
  const steps = Math.max(1, Math.ceil(phase.commands / STEP));
  let life = 0;
  for (let step = 1; step <= steps; step++) {
    const until = Math.round((phase.commands * step) / steps);
    await inLanes(async (name) => {
      const lane = new Lane(world, tally, phase.standby, name);
      while (tally.commands < until) {
        const number = life++;
        await lives[number % lives.length]?.(world, lane, `${world.prefix}${phase.name}${number}`);
      }
    });
    points.push(await look(standby.pid, tally.commands));
  }
  killer.stop();
  await stop(standby.process);
  await settle(world);
  const failures = [...tally.failures, ...leftovers(world)];
  if (mounts() !== before) failures.push(`mounts before:\n${before}\nafter:\n${mounts()}`);
  return { phase, tally, points, kills: killer.kills, failures };
}

async function startStandby({ runtime }: World): Promise<{ process: ChildProcess; pid: number }> {
  const child = spawn(runtime, ['standby'], { stdio: ['ignore', 'ignore', 'ignore'] });
  if (child.pid === undefined) throw new Error(`cannot start ${runtime} standby`);
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt++) {
    if (await answers(runtime)) return { process: child, pid: child.pid };
    await wait(50);
  }
  throw new Error(`${runtime} standby does not answer`);
}

function answers(runtime: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(runtime, ['--standby=require', '--version'], { stdio: 'ignore' });
    child.on('exit', (code) => resolve(code === 0));
  });
}

async function inLanes(work: (name: string) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: LANES }, (_, index) => work(String(index))));
}

/** When nothing is in flight; what has been answered is let go of a moment later. */
async function look(pid: number, commands: number): Promise<Point> {
  await wait(100);
  const [worker] = childrenOf(pid);
  return {
    commands,
    worker: quietly(() => (worker === undefined ? null : sample(worker))),
    supervisor: sample(pid),
  };
}

/** It may have been killed meanwhile. */
function quietly<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}

class Killer {
  kills = 0;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(supervisor: number, every: number | undefined) {
    if (every === undefined) return;
    this.#timer = setInterval(() => {
      for (const pid of childrenOf(supervisor)) {
        const killed = quietly(() => process.kill(pid, 'SIGKILL'));
        if (killed) this.kills += 1;
      }
    }, every);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error(`the standby has ended with ${child.exitCode}`);
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** A process that was killed takes a moment. */
async function settle(world: World): Promise<void> {
  for (let attempt = 0; attempt < 100 && leftovers(world).length > 0; attempt++) await wait(20);
}
