import { RailcarError } from '../../errors.ts';
import type { Request } from '../../execute/messages.ts';
import { type CriuOptions, cgroupModes, networkLocks } from '../../plan/criuOptions.ts';
import { absolute } from '../paths.ts';
import type { Values } from '../values.ts';

/** The options that `checkpoint` and `restore` share. */
export function criuOptions(request: Request, values: Values): CriuOptions {
  const workPath = values.text('work-path') || null;
  return {
    imagePath: absolute(request, values.text('image-path') || 'checkpoint'),
    workPath: workPath && absolute(request, workPath),
    tcpEstablished: values.flag('tcp-established'),
    extUnixSk: values.flag('ext-unix-sk'),
    shellJob: values.flag('shell-job'),
    fileLocks: values.flag('file-locks'),
    lazyPages: values.flag('lazy-pages'),
    autoDedup: values.flag('auto-dedup'),
    manageCgroupsMode: chosen(values.text('manage-cgroups-mode'), cgroupModes) ?? 'soft',
    emptyNetwork: emptyNetwork(values.texts('empty-ns')),
    networkLock: chosen(values.text('network-lock'), networkLocks),
  };
}

/** Its choices are those of the table of options. */
function chosen<T extends object>(text: string | null, table: T): (keyof T & string) | null {
  return text !== null && Object.hasOwn(table, text) ? (text as keyof T & string) : null;
}

function emptyNetwork(kinds: readonly string[]): boolean {
  const unknown = kinds.find((kind) => kind !== 'network');
  if (unknown !== undefined)
    throw new RailcarError('usage', `namespace ${JSON.stringify(unknown)} is not supported`);
  return kinds.length > 0;
}
