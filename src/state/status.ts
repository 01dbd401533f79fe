import type { Answer, Read } from '../execute/messages.ts';
import { exists, file, isThere, textOf } from '../execute/reads.ts';
import { freezerFile } from './freezer.ts';
import { FREEZER, PROCESS } from './links.ts';
import { isAlive } from './process.ts';
import type { ContainerRecord } from './record.ts';

export const statuses = ['creating', 'created', 'running', 'paused', 'stopped'] as const;
export type Status = (typeof statuses)[number];

export type StatusAnswers = Readonly<Record<keyof ReturnType<typeof statusReads>, Answer>>;

/** In a state directory: there from `create` to `start`. */
export const FIFO = 'exec.fifo';

/** The status is never stored, since nobody would update it: these reads tell it. */
export function statusReads(record: ContainerRecord, stateDir: string) {
  const freezer = freezerFile(record.cgroup_paths);
  const pid = record.phase === 'creating' ? record.launcher.pid : record.init_process_pid;
  return {
    process: file(`/proc/${pid}/stat`),
    fifo: exists(`${stateDir}/${FIFO}`),
    freezer: freezer && file(freezer.path),
  } satisfies Record<string, Read | null>;
}

/** The same by the links of a complete container's state directory. */
export function linkedStatusReads(stateDir: string) {
  return {
    process: file(`${stateDir}/${PROCESS}/stat`),
    fifo: exists(`${stateDir}/${FIFO}`),
    freezer: file(`${stateDir}/${FREEZER}`),
  } satisfies Record<keyof StatusAnswers, Read>;
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
