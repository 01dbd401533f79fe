import { RailcarError } from '../errors.ts';
import type { HandsOp } from '../plan/ops.ts';
import { type Freezer, freezerFile } from '../state/freezer.ts';

/** How long (ms) processes may take to stop: one that waits for a disk or a network file system does. */
const FREEZE_DEADLINE = 10_000;

type Paths = Readonly<Record<string, string>>;

/** If they do not stop in time, all go on as before. */
export function freezeOps(paths: Paths): HandsOp[] {
  const freezer = requireFreezer(paths);
  return [
    { ...writeOp(freezer, freezer.freeze), undo: [writeOp(freezer, freezer.thaw)] },
    awaitOp(freezer.done.path, freezer.done.frozen),
  ];
}

export function thawOps(paths: Paths): HandsOp[] {
  const freezer = requireFreezer(paths);
  return [writeOp(freezer, freezer.thaw), awaitOp(freezer.done.path, freezer.done.thawed)];
}

/** Thaws without waiting: on v1 not even SIGKILL reaches a frozen process. */
export function thawForKill(paths: Paths): HandsOp[] {
  const freezer = freezerFile(paths);
  if (freezer === null) return [];
  return [{ ...writeOp(freezer, freezer.thaw), orElse: { on: ['ENOENT'], do: [] } }];
}

function requireFreezer(paths: Paths): Freezer {
  const freezer = freezerFile(paths);
  if (freezer !== null) return freezer;
  throw new RailcarError('host-unsupported', 'the container has no cgroup that could be frozen', {
    hint: 'this host has no cgroup controller "freezer", or gives none to this caller (docs/rootless.md)',
  });
}

function writeOp({ path }: Freezer, text: string): HandsOp {
  return { op: 'write', path, text, origin: 'cgroup_paths' };
}

function awaitOp(path: string, text: string): HandsOp {
  return { op: 'awaitContent', path, text, deadline: FREEZE_DEADLINE, origin: 'cgroup_paths' };
}
