import { posix } from 'node:path';
import type { Context } from '../cli/context.ts';
import type { ContainerState } from '../cli/verbs.ts';
import { RailcarError } from '../errors.ts';
import type { Hands } from '../execute/hands.ts';
import type { Answer, Read } from '../execute/messages.ts';
import { file, missing, readGroups, textOf, there } from '../execute/reads.ts';
import { type Container, container, recordPath } from '../state/container.ts';
import { FREEZER, PROCESS } from '../state/links.ts';
import { type ContainerRecord, parseRecord, parseRecordHead } from '../state/record.ts';
import { FIFO, type StatusAnswers, statusFrom, statusReads } from '../state/status.ts';
import { stateOf } from './state.ts';

interface Entry {
  readonly stateDir: string;
  readonly record: ContainerRecord;
  /** Undefined: not complete, so that its status has to be read by itself. */
  readonly answers: StatusAnswers | undefined;
}

interface Containers {
  readonly containers: readonly { readonly found: Container; readonly owner: number }[];
  /** Names by uid. */
  readonly users: ReadonlyMap<string, string>;
}

/** What `list` prints of every container below the state root, by id. */
export async function list(context: Context, what: 'everything' | 'lines'): Promise<ContainerState[]> {
  const { containers, users } = await containersBelow(context, what);
  return containers.map(({ found, owner }) => stateOf(found, users.get(String(owner)) ?? `#${owner}`));
}

/**
 * Every container below the state root, by id. A directory without a record is not one yet, or not any more. All is read
 * at once, thanks to the links beside the records. Of `lines` neither version nor annotations are told: for them the
 * configurations would have to be parsed.
 */
export async function containersBelow(context: Context, what: 'everything' | 'lines'): Promise<Containers> {
  const { root, hands } = context;
  const each = (name: string): Read => ({ kind: 'EACH', path: root, name });
  const having = (name: string): Read => ({ kind: 'HAVING', path: root, name });
  const { own, status } = await readGroups(hands, {
    // The records first: what is read after a complete one is at least as new.
    own: { records: each('state.json'), linked: having(PROCESS), users: file('/etc/passwd') },
    status: { process: each(`${PROCESS}/stat`), fifo: having(FIFO), freezer: each(FREEZER) },
  });
  const parse = what === 'everything' ? parseRecord : parseRecordHead;
  const linked = namesOf(own.linked);
  const fifos = namesOf(status.fifo);
  const processes = contentsOf(status.process);
  const freezers = contentsOf(status.freezer);
  const entries = [...contentsOf(own.records)].flatMap(([name, record]): Entry[] => {
    const stateDir = posix.join(root, name);
    const parsed = parsedRecord(context, parse, record, recordPath(stateDir));
    if (parsed === undefined) return [];
    const complete = parsed.phase === 'created' && linked.has(name);
    const answers = {
      process: processes.get(name) ?? missing,
      fifo: fifos.has(name) ? there : missing,
      freezer: freezers.get(name) ?? missing,
    };
    return [{ stateDir, record: parsed, answers: complete ? answers : undefined }];
  });
  const users = userNames(textOf(own.users) ?? '');
  const containers = (await withStatus(hands, entries)).map(({ stateDir, record, answers }) => {
    const found = container(posix.basename(stateDir), stateDir, record, statusFrom(record, answers));
    return { found, owner: record.owner };
  });
  return { containers: containers.sort((a, b) => (a.found.id < b.found.id ? -1 : 1)), users };
}

/** A record that cannot be read must not hide the others. */
function parsedRecord(
  context: Context,
  parse: typeof parseRecord,
  answer: Answer,
  path: string,
): ContainerRecord | undefined {
  try {
    return parse(textOf(answer) ?? '', path);
  } catch (error) {
    if (!(error instanceof RailcarError)) throw error;
    context.warn(error.message);
    return undefined;
  }
}

async function withStatus(
  hands: Hands,
  entries: readonly Entry[],
): Promise<(Entry & { readonly answers: StatusAnswers })[]> {
  const late = entries.filter(({ answers }) => answers === undefined);
  const groups = late.map(({ stateDir, record }) => [stateDir, statusReads(record, stateDir)] as const);
  const found = groups.length === 0 ? {} : await readGroups(hands, Object.fromEntries(groups));
  const nothing = { process: missing, fifo: missing, freezer: missing };
  return entries.map((entry) => ({ ...entry, answers: entry.answers ?? found[entry.stateDir] ?? nothing }));
}

/** Of HAVING. */
function namesOf({ items }: Answer): Set<string> {
  return new Set(items.map((item) => Buffer.from(item).toString()));
}

/** Of EACH: names and contents in turn. */
function contentsOf({ items }: Answer): Map<string, Answer> {
  const contents = new Map<string, Answer>();
  for (let at = 0; at + 1 < items.length; at += 2) {
    const [name, content] = [items[at], items[at + 1]];
    if (name && content) contents.set(Buffer.from(name).toString(), { errno: 0, items: [content] });
  }
  return contents;
}

/** By uid. One that has no name here gets a number sign, as runc prints it. */
function userNames(passwd: string): Map<string, string> {
  const lines = passwd.split('\n').map((line) => line.split(':'));
  return new Map(lines.flatMap(([name, , uid]) => (name && uid ? [[uid, name] as const] : [])).reverse());
}
