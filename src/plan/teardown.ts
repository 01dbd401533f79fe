import { REMOVE_DEADLINE } from '../cgroups/plan.ts';
import type { Config } from '../config/config.ts';
import { hostHooks } from '../hooks/hooks.ts';
import { hookState } from '../hooks/state.ts';
import { type KeptUnit, stopOps } from '../systemd/ops.ts';
import { type ResctrlGroups, removeResctrl } from './intelRdt.ts';
import type { HandsOp } from './ops.ts';
import { unmountOps } from './unmount.ts';

/** SIGKILL. */
const KILL = 9;

/** How long (ms) to go on killing those who keep forking. */
const KILL_DEADLINE = 10_000;

/** Where a container's traces are. */
export interface Remains {
  readonly id: string;
  readonly bundle: string;
  readonly stateDir: string;
  readonly rootfs: string;
  readonly resctrl?: ResctrlGroups | null;
  /** The scope of systemd that it is in. */
  readonly unit?: KeptUnit | null;
  /** Cgroups that are emptied and stay. */
  readonly cgroupsKept?: readonly string[];
  /** The bundle goes with the container. */
  readonly ownBundle?: boolean;
}

/** How long (ms) the monitor waits for a `delete` of the same container, which may have slow hooks. */
const DELETE_DEADLINE = 600_000;

const LOCK = 'lock';

/**
 * The same for the monitor of a foreground container, unless a `delete --force`, which is why the container has ended,
 * does it or has done it: the poststop hooks are called once. Whoever has the lock does it; it is known by its file
 * and not by its path, at which there may be another container of the same id by then.
 */
export function monitorTeardownOps(config: Config, remains: Remains, paths: readonly string[]): HandsOp[] {
  const origin = 'state';
  const path = `${remains.stateDir}/lock`;
  return [
    {
      op: 'open',
      path,
      flags: ['rdwr', 'nofollow'],
      mode: 0,
      into: LOCK,
      origin,
      orElse: { on: ['ENOENT'], do: [] },
    },
    {
      op: 'lock',
      file: LOCK,
      deadline: DELETE_DEADLINE,
      origin,
      orElse: { on: ['EBADF'], do: [] },
    },
    { op: 'unlessGone', file: LOCK, origin },
    ...teardownOps(config, remains, paths),
  ];
}

/**
 * Ends what the container's first process has left behind and removes all of its traces. `paths` are its cgroups.
 */
export function teardownOps(
  config: Config,
  { id, bundle, stateDir, rootfs, resctrl, unit, cgroupsKept = [], ownBundle = false }: Remains,
  paths: readonly string[],
): HandsOp[] {
  const each = [...new Set(paths)];
  const stopped = hookState(config, id, bundle, 'stopped');
  return [
    ...each.map(
      (path): HandsOp => ({
        op: 'cgroupKill',
        path,
        signal: KILL,
        deadline: KILL_DEADLINE,
        origin: 'linux.cgroupsPath',
      }),
    ),
    ...(unit ? stopOps(unit) : []),
    ...each
      .filter((path) => !cgroupsKept.includes(path))
      .map(
        (path): HandsOp => ({
          op: 'cgroupRemove',
          path,
          deadline: REMOVE_DEADLINE,
          origin: 'linux.cgroupsPath',
        }),
      ),
    ...removeResctrl(resctrl),
    ...unmountOps(config, rootfs),
    ...hostHooks(config, 'poststop', stopped),
    ...(ownBundle ? [{ op: 'removeTree', path: bundle, origin: '--image' } as const] : []),
    { op: 'removeTree', path: stateDir, origin: 'state' },
  ];
}
