import { REMOVE_DEADLINE } from '../cgroups/plan.ts';
import type { Config } from '../config/config.ts';
import { hostHooks } from '../hooks/hooks.ts';
import { hookState } from '../hooks/state.ts';
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
  /** Cgroups that are emptied and stay. */
  readonly cgroupsKept?: readonly string[];
}

/**
 * Ends what the container's first process has left behind and removes all of its traces. Used by the monitor of a
 * foreground container and by `delete`; `paths` are its cgroups.
 */
export function teardownOps(
  config: Config,
  { id, bundle, stateDir, rootfs, resctrl, cgroupsKept = [] }: Remains,
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
    { op: 'removeTree', path: stateDir, origin: 'state' },
  ];
}
