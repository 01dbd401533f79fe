import { RailcarError } from '../errors.ts';
import { errnoText } from '../execute/errno.ts';
import type { Hands } from '../execute/hands.ts';
import type { Answer, Read } from '../execute/messages.ts';
import { file, link, readGroups, textOf } from '../execute/reads.ts';
import type { Trace } from '../execute/trace.ts';
import { PROCESS } from './links.ts';
import { lockRead } from './lock.ts';
import { type ContainerRecord, parseRecord } from './record.ts';
import { linkedStatusReads, type Status, statusFrom, statusReads } from './status.ts';
import { missingContainer } from './transitions.ts';

/** A container as its record and the host's processes show it. */
export interface Container {
  readonly id: string;
  readonly stateDir: string;
  readonly record: ContainerRecord;
  readonly status: Status;
  /** 0 when stopped: another process may have its pid by now. */
  readonly pid: number;
}

type Reads<K extends string> = Readonly<Record<K, Read | null>>;

/** Additional reads of a command go with those that finding a container takes anyway. */
export interface MoreReads<A extends string, B extends string> {
  readonly first?: Reads<A>;
  /**
   * Nobody else changes the container from here to the command's end, if the lock can be had within so many ms; if not,
   * the container is found all the same.
   */
  readonly lockWithin?: number;
  /** Of the container's first process, by its directory in /proc. */
  readonly ofProcess?: (directory: string) => Reads<B>;
}

export interface Found<A extends string, B extends string> {
  readonly container: Container;
  /** Whether the lock that was asked for has been had. */
  readonly isLocked: boolean;
  /** Answers to the additional reads. */
  readonly first: Readonly<Record<A, Answer>>;
  readonly ofProcess: Readonly<Record<B, Answer>>;
}

/**
 * One exchange with the launcher, thanks to the links beside the record; two for a container that is not complete.
 * Throws RailcarError if there is no such container, or its record cannot be read.
 */
export async function findContainer<A extends string = never, B extends string = never>(
  { hands, root, trace }: { readonly hands: Hands; readonly root: string; readonly trace: Trace },
  id: string,
  { first = {} as Reads<A>, lockWithin, ofProcess = () => ({}) as Reads<B> }: MoreReads<A, B> = {},
): Promise<Found<A, B>> {
  const stateDir = `${root}/${id}`;
  const directory = `${stateDir}/${PROCESS}`;
  const found = await readGroups(hands, {
    lock: { lock: lockWithin === undefined ? null : lockRead(stateDir, lockWithin) },
    // The record first: what is read after a complete one is at least as new.
    own: { record: file(recordPath(stateDir)), directory: link(directory) },
    status: linkedStatusReads(stateDir),
    ofProcess: ofProcess(directory),
    first,
  });
  const record = trace.span('parse', () => recordOf(found.own.record, recordPath(stateDir)), 'state.json');
  const linked = record.phase === 'created' && textOf(found.own.directory) === procDirectory(record);
  const late = linked
    ? found
    : await readGroups(hands, {
        status: statusReads(record, stateDir),
        ofProcess: ofProcess(procDirectory(record)),
      });
  return {
    container: container(id, stateDir, record, statusFrom(record, late.status)),
    isLocked: lockWithin !== undefined && found.lock.lock.errno === 0,
    first: found.first,
    ofProcess: late.ofProcess,
  };
}

function procDirectory({ init_process_pid }: ContainerRecord): string {
  return `/proc/${init_process_pid}`;
}

export function container(id: string, stateDir: string, record: ContainerRecord, status: Status): Container {
  const pid = status === 'stopped' ? 0 : record.init_process_pid;
  return { id, stateDir, record, status, pid };
}

export function recordPath(stateDir: string): string {
  return `${stateDir}/state.json`;
}

const ENOENT = 2;
const ENOTDIR = 20;

function recordOf(answer: Answer, path: string): ContainerRecord {
  if (answer.errno === ENOENT || answer.errno === ENOTDIR) {
    throw missingContainer();
  }
  const bytes = answer.items[0];
  if (answer.errno !== 0 || bytes === undefined) {
    throw new RailcarError('state-unreadable', `cannot read "${path}": ${errnoText(answer.errno)}`);
  }
  return parseRecord(Buffer.from(bytes).toString(), path);
}
