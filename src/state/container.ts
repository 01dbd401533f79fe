import { RailcarError } from '../errors.ts';
import { errnoText } from '../execute/errno.ts';
import type { Hands } from '../execute/hands.ts';
import type { Answer, Read } from '../execute/messages.ts';
import { file, readNamed } from '../execute/reads.ts';
import { type ContainerRecord, parseRecord } from './record.ts';
import { type Status, statusFrom, statusReads } from './status.ts';

/** A container as its record and the host's processes show it. */
export interface Container {
  readonly id: string;
  readonly stateDir: string;
  readonly record: ContainerRecord;
  readonly status: Status;
  /** 0 when stopped: another process may have its pid by now. */
  readonly pid: number;
}

export interface Found<A extends string, B extends string> {
  readonly container: Container;
  /** Answers to the additional reads. */
  readonly first: Readonly<Record<A, Answer>>;
  readonly second: Readonly<Record<B, Answer>>;
}

/** Additional reads of a command go with the two that finding a container takes anyway. */
export interface MoreReads<A extends string, B extends string> {
  readonly first?: Readonly<Record<A, Read | null>>;
  readonly second?: (
    record: ContainerRecord,
    first: Readonly<Record<A, Answer>>,
  ) => Readonly<Record<B, Read | null>>;
}

/** Throws RailcarError if there is no such container, or its record cannot be read. */
export async function findContainer<A extends string = never, B extends string = never>(
  { hands, root }: { readonly hands: Hands; readonly root: string },
  id: string,
  more: MoreReads<A, B> = {},
): Promise<Found<A, B>> {
  const stateDir = `${root}/${id}`;
  const first = await readNamed<A | '.record'>(hands, {
    ...((more.first ?? {}) as Record<A, Read | null>),
    '.record': file(recordPath(stateDir)),
  } as Record<A | '.record', Read | null>);
  const record = recordOf(first['.record'], recordPath(stateDir));
  const second = await readNamed(hands, {
    ...statusReads(record, stateDir),
    ...((more.second?.(record, first) ?? {}) as Record<B, Read | null>),
  });
  return { container: container(id, stateDir, record, statusFrom(record, second)), first, second };
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
    throw new RailcarError('container-missing', 'container does not exist');
  }
  const bytes = answer.items[0];
  if (answer.errno !== 0 || bytes === undefined) {
    throw new RailcarError('state-unreadable', `cannot read "${path}": ${errnoText(answer.errno)}`);
  }
  return parseRecord(Buffer.from(bytes).toString(), path);
}
