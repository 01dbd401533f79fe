import type { Answer, Read } from '../execute/messages.ts';
import { exists, file, isThere, textOf } from '../execute/reads.ts';
import { isAlive } from './process.ts';
import type { ContainerRecord } from './record.ts';

export const statuses = ['creating', 'created', 'running', 'paused', 'stopped'] as const;
export type Status = (typeof statuses)[number];

type StatusAnswers = Readonly<Record<keyof ReturnType<typeof statusReads>, Answer>>;

/** The status is never stored, since nobody would update it: these reads tell it. */
export function statusReads(record: ContainerRecord, stateDir: string) {
  const freezer = freezerFile(record.cgroup_paths);
  const pid = record.phase === 'creating' ? record.launcher.pid : record.init_process_pid;
  return {
    process: file(`/proc/${pid}/stat`),
    fifo: exists(`${stateDir}/exec.fifo`),
    freezer: freezer && file(freezer.path),
  } satisfies Record<string, Read | null>;
}

/**
 * A create that was killed has left a container without a process: stopped. `start` removes the fifo, so while it is
 * there nobody has started the container.
 */
export function statusFrom(record: ContainerRecord, answers: StatusAnswers): Status {
  const stat = textOf(answers.process);
  if (record.phase === 'creating') return isAlive(stat, record.launcher.startTime) ? 'creating' : 'stopped';
  if (!isAlive(stat, record.init_process_start)) return 'stopped';
  const freezer = freezerFile(record.cgroup_paths);
  if (freezer?.frozen.includes(textOf(answers.freezer) ?? '')) return 'paused';
  return isThere(answers.fifo) ? 'created' : 'running';
}

/** Where a container is frozen and thawed, what is written for it, and what is read while it is frozen. */
export interface Freezer {
  readonly path: string;
  readonly freeze: string;
  readonly thaw: string;
  readonly frozen: readonly string[];
  /** What to read to know that it is done. */
  readonly done: { readonly path: string; readonly frozen: string; readonly thawed: string };
}

export function freezerFile(paths: Readonly<Record<string, string>>): Freezer | null {
  if (paths.freezer !== undefined) {
    const path = `${paths.freezer}/freezer.state`;
    const done = { path, frozen: 'FROZEN', thawed: 'THAWED' };
    return { path, freeze: 'FROZEN', thaw: 'THAWED', frozen: ['FROZEN', 'FREEZING'], done };
  }
  const unified = paths[''];
  if (unified === undefined) return null;
  const done = {
    path: `${unified}/cgroup.events`,
    frozen: 'populated 1\nfrozen 1',
    thawed: 'populated 1\nfrozen 0',
  };
  return { path: `${unified}/cgroup.freeze`, freeze: '1', thaw: '0', frozen: ['1'], done };
}
