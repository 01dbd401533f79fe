import { posix } from 'node:path';
import type { Context } from '../cli/context.ts';
import type { ContainerState } from '../cli/verbs.ts';
import { RailcarError } from '../errors.ts';
import type { Read } from '../execute/messages.ts';
import { file, readNamed, textOf } from '../execute/reads.ts';
import { container, recordPath } from '../state/container.ts';
import { type ContainerRecord, parseRecord } from '../state/record.ts';
import { statusFrom, statusReads } from '../state/status.ts';
import { stateOf } from './state.ts';

interface Entry {
  readonly stateDir: string;
  readonly record: ContainerRecord;
}

/** Every container below the state root, by id. A directory without a record is not one yet, or not any more. */
export async function list(context: Context): Promise<ContainerState[]> {
  const entries = await readEntries(context);
  const keys = ['process', 'fifo', 'freezer', 'owner'] as const;
  const reads = entries.flatMap(({ record, stateDir }, index) => {
    const each: Record<(typeof keys)[number], Read | null> = {
      ...statusReads(record, stateDir),
      owner: { kind: 'STAT', path: stateDir },
    };
    return keys.map((key) => [`${index}:${key}`, each[key]] as const);
  });
  const answers = await readNamed<string>(context.hands, {
    ...Object.fromEntries(reads),
    users: file('/etc/passwd'),
  });
  const nothing = { errno: 2, items: [] };
  const users = textOf(answers.users ?? nothing) ?? '';
  return entries.map(({ record, stateDir }, index) => {
    const [process = nothing, fifo = nothing, freezer = nothing, owner = nothing] = keys.map(
      (key) => answers[`${index}:${key}`],
    );
    const status = statusFrom(record, { process, fifo, freezer });
    const found = container(posix.basename(stateDir), stateDir, record, status);
    return stateOf(found, userName(users, textOf(owner)?.split(' ')[1] ?? String(record.owner)));
  });
}

/** A record that cannot be read must not hide the others. */
async function readEntries(context: Context): Promise<Entry[]> {
  const [answer] = await context.hands.read([{ kind: 'EACH', path: context.root, name: 'state.json' }]);
  const items = (answer?.items ?? []).map((item) => Buffer.from(item).toString());
  const entries = items.flatMap((text, index): Entry[] => {
    if (index % 2 === 0) return [];
    const stateDir = posix.join(context.root, posix.basename(items[index - 1] ?? ''));
    try {
      return [{ stateDir, record: parseRecord(text, recordPath(stateDir)) }];
    } catch (error) {
      if (!(error instanceof RailcarError)) throw error;
      context.warn(error.message);
      return [];
    }
  });
  return entries.sort((a, b) => (a.stateDir < b.stateDir ? -1 : 1));
}

/** As runc prints it: a uid that has no name here gets a number sign. */
function userName(passwd: string, uid: string): string {
  const line = passwd.split('\n').find((candidate) => candidate.split(':')[2] === uid);
  return line?.split(':')[0] ?? `#${uid}`;
}
