import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RailcarError } from '../../errors.ts';
import { roomyFolder } from '../image/workspace.ts';
import { writeTree } from '../image/write-tree.ts';
import type { Tree } from '../tree/tree.ts';
import { listenForHook } from './hook.ts';
import { keepsLinkTimes, LinkTimes } from './links.ts';
import type { Traced } from './propose.ts';
import { Recorder } from './recorder.ts';
import { exitStatus, Stopping, type StoppingSignal } from './stopping.ts';

export interface TraceRequest {
  /** Where railcar is. */
  readonly railcar: string;
  /** Written to disk, to be the root file system. */
  readonly tree: Tree;
  /** config.json for a bundle with the root in `rootfs`. */
  readonly config: object;
  /** The container has a terminal of its own, since smith has one. */
  readonly terminal: boolean;
  /** Seconds after which the program is asked to end; null: never. */
  readonly seconds: number | null;
  readonly warn: (line: string) => void;
}

export interface TraceResult extends Traced {
  readonly status: number;
  /** Why it ended, if not by itself. */
  readonly stopped: 'limit' | StoppingSignal | null;
}

/** How long (s) a program may take to end that was asked to. */
const GRACE = 5;

/**
 * Runs a program in a container of its own, and says what it opened. Whatever happens, nothing of the container is left.
 *
 * @throws {RailcarError} `operation-failed`
 */
export async function runTraced(request: TraceRequest): Promise<TraceResult> {
  using stopping = new Stopping();
  const folder = mkdtempSync(join(roomyFolder(), 'railcar-trace-'));
  try {
    return await runIn(folder, request, stopping);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runIn(folder: string, request: TraceRequest, stopping: Stopping): Promise<TraceResult> {
  const { railcar, tree, config, terminal, warn } = request;
  const rootfs = join(folder, 'rootfs');
  mkdirSync(rootfs);
  if (!keepsLinkTimes(folder))
    warn(`links are not noticed: the file system of "${folder}" does not keep times of access`);
  writeTree(tree, rootfs, { owners: true });
  const links = new LinkTimes(tree, rootfs);
  const socket = join(folder, 'hook');
  const hooks = { createRuntime: [{ path: railcar, args: [railcar, 'smith', 'trace-hook', socket] }] };
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, hooks }));

  let recorder: Recorder | null = null;
  const container = new Container(railcar, folder, terminal);
  const server = await listenForHook(socket, async (pid) => {
    recorder = new Recorder(railcar, `/proc/${pid}/root${rootfs}`, rootfs, () => container.begun());
    await recorder.ready();
  });
  try {
    // What came while files were written is seen now.
    await delay(0);
    refuseStopped(stopping);
    const ending = await container.run(stopping, request.seconds);
    if (recorder === null) throw notStarted(ending.status);
    const observation = await (recorder as Recorder).finish();
    if (observation.executed.size === 0) throw notStarted(ending.status);
    return { ...ending, observation, links: links.followed() };
  } finally {
    server.close();
    await (recorder as Recorder | null)?.finish().catch(() => {});
  }
}

function refuseStopped({ signal }: Stopping): void {
  if (signal !== null) {
    throw new RailcarError('operation-failed', `interrupted by ${signal}`, {
      exitStatus: exitStatus(null, signal),
    });
  }
}

/** Why, railcar itself has said. */
function notStarted(status: number): RailcarError {
  return new RailcarError('operation-failed', 'cannot trace the program: it could not be started', {
    exitStatus: status || 1,
  });
}

class Container {
  readonly #railcar: string;
  readonly #folder: string;
  readonly #terminal: boolean;
  readonly #id = `smith-trace-${process.pid}`;
  /** The program runs: its time counts from now on. */
  begun: () => void = () => {};

  constructor(railcar: string, folder: string, terminal: boolean) {
    this.#railcar = railcar;
    this.#folder = folder;
    this.#terminal = terminal;
  }

  get #state(): string {
    return join(this.#folder, 'state');
  }

  async run(stopping: Stopping, seconds: number | null): Promise<Pick<TraceResult, 'status' | 'stopped'>> {
    // Standard output is for the paths. Without a terminal of its own it is in no foreground: what is typed reaches smith alone.
    const child = spawn(this.#railcar, ['--root', this.#state, 'run', '--bundle', this.#folder, this.#id], {
      stdio: ['inherit', this.#terminal ? 'inherit' : 2, 'inherit'],
      detached: !this.#terminal,
    });
    let stopped: TraceResult['stopped'] = null;
    let deadline: NodeJS.Timeout | undefined;
    const stop = (why: 'limit' | StoppingSignal) => {
      const impatient = stopped !== null && stopped !== 'limit';
      stopped ??= why;
      if (impatient) this.#kill();
      else child.kill(why === 'limit' ? 'SIGTERM' : why);
      deadline ??= setTimeout(() => why === 'limit' && this.#kill(), GRACE * 1000);
    };
    stopping.handle = stop;
    let limit: NodeJS.Timeout | undefined;
    this.begun = () => {
      if (seconds !== null) limit ??= setTimeout(() => stop('limit'), seconds * 1000);
    };
    try {
      const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
      return { status: exitStatus(code, signal), stopped };
    } finally {
      this.begun = () => {};
      clearTimeout(limit);
      clearTimeout(deadline);
      stopping.handle = () => {};
      await this.#delete();
    }
  }

  #kill(): void {
    spawn(this.#railcar, ['--root', this.#state, 'kill', this.#id, 'KILL'], { stdio: 'ignore' });
  }

  /** What a run that was killed itself has left. */
  async #delete(): Promise<void> {
    if (!existsSync(join(this.#state, this.#id))) return;
    const child = spawn(this.#railcar, ['--root', this.#state, 'delete', '--force', this.#id], {
      stdio: 'ignore',
    });
    await once(child, 'close');
  }
}
