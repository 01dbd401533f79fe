import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Ending, Lane } from './commands.ts';
import { makeBundle, removeBundle, type World } from './world.ts';

/** What somebody does with one container, from nothing to nothing. `id` is nobody else's. */
export type Life = (world: World, lane: Lane, id: string) => Promise<void>;

/** In turn. */
export const lives: readonly Life[] = [
  whole,
  short,
  refused,
  whole,
  forced,
  impolite,
  whole,
  short,
  paused,
  killed,
];

async function whole(world: World, lane: Lane, id: string): Promise<void> {
  const bundle = makeBundle(world, id, ['sleep', '600']);
  await lane.expect([0], 'create', '--bundle', bundle, id);
  says(lane, await lane.expect([0], 'state', id), '"status": "created"');
  await lane.expect([1], 'create', '--bundle', bundle, id);
  await lane.expect([0], 'start', id);
  await lane.expect([1], 'start', id);
  says(lane, await lane.expect([0], 'state', id), '"status": "running"');
  await lane.expect([0], 'exec', id, 'true');
  await lane.expect([7], 'exec', id, 'sh', '-c', 'exit 7');
  // The launcher alone, which has lost its Node layer after it had failed, knows only that it did.
  await lane.expect([255, 1], 'exec', id, 'no-such-program');
  says(lane, await lane.expect([0], 'list'), id);
  await lane.expect([0], 'ps', id);
  await lane.expect([1], 'delete', id);
  await lane.expect([0], 'kill', id, 'KILL');
  await stopped(lane, id);
  await lane.expect([0], 'delete', id);
  await lane.expect([1], 'state', id);
  removeBundle(world, id);
}

async function stopped(lane: Lane, id: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const ending = await lane.expect([0], 'state', id);
    if (ending.output.includes('"status": "stopped"')) return;
    await wait(5);
  }
  lane.fail(['state', id], { code: 0, output: 'it never stops' });
}

async function short(world: World, lane: Lane, id: string): Promise<void> {
  const bundle = makeBundle(world, id, ['true']);
  await lane.expect([0], 'run', '--bundle', bundle, id);
  await lane.expect([0], 'run', '--bundle', bundle, `${id}-again`);
  await lane.expect([0], '--version');
  removeBundle(world, id);
}

async function refused(world: World, lane: Lane, id: string): Promise<void> {
  const bundle = makeBundle(world, id, ['no-such-program']);
  await lane.expect([1], 'run', '--bundle', bundle, id);
  await lane.expect([1], 'create', '--bundle', '/no/such/bundle', id);
  makeBundle(world, id, ['true'], { mounts: [{ destination: '/proc', type: 7 }] });
  await lane.expect([1], 'create', '--bundle', bundle, id);
  makeBundle(world, id, ['true'], { mounts: [{ destination: '/m', type: 'no-such-type', source: 'x' }] });
  await lane.expect([1], 'create', '--bundle', bundle, id);
  await lane.expect([1], 'state', id);
  await lane.expect([1], 'delete', id);
  await lane.expect([1], 'kill', id, 'NOSUCH');
  await lane.expect([1], 'list', '--no-such-option');
  await lane.expect([1, 3], 'no-such-command');
  removeBundle(world, id);
}

async function forced(world: World, lane: Lane, id: string): Promise<void> {
  const bundle = makeBundle(world, id, ['sleep', '600']);
  await lane.expect([0], 'run', '--detach', '--bundle', bundle, id);
  await lane.expect([0], 'update', '--pids-limit', '50', id);
  await lane.expect([0], 'delete', '--force', id);
  await lane.expect([0], 'delete', '--force', id);
  removeBundle(world, id);
}

async function paused(world: World, lane: Lane, id: string): Promise<void> {
  const bundle = makeBundle(world, id, ['sleep', '600']);
  await lane.expect([0], 'run', '--detach', '--bundle', bundle, id);
  await lane.expect([0], 'pause', id);
  says(lane, await lane.expect([0], 'state', id), '"status": "paused"');
  await lane.expect([0], 'resume', id);
  await lane.expect([0], 'delete', '--force', id);
  removeBundle(world, id);
}

/** The launcher is killed at some point or other of a create; what it left is removed whole. */
async function killed(world: World, lane: Lane, id: string): Promise<void> {
  const bundle = makeBundle(world, id, ['sleep', '600']);
  await lane.run(['create', '--bundle', bundle, id], Number(id.replaceAll(/\D/g, '')) % 8);
  await lane.expect([0], 'delete', '--force', id);
  removeBundle(world, id);
}

/** Connections that are no commands: nothing said, nonsense, half a message, a huge one. */
async function impolite(_world: World, lane: Lane): Promise<void> {
  const half = Buffer.from([100, 0, 0, 0, 1, 2, 0, 0]);
  const huge = Buffer.from([255, 255, 255, 255, 1, 2, 0, 0]);
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(100_000, 0xa5), half, huge]) await say(bytes);
  await lane.expect([0], '--version');
}

function say(bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect('/run/railcar-standby/socket');
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.resume();
    socket.write(bytes, () => setTimeout(() => socket.destroy(), 5));
  });
}

function says(lane: Lane, ending: Ending, words: string): void {
  if (!ending.output.includes(words)) lane.fail([`what has to say ${words}`], ending);
}
