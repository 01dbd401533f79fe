import type { Request } from '../execute/messages.ts';
import type { Facts } from '../plan/facts.ts';
import { parseProcessStat } from '../state/process.ts';

/** Inode of the user namespace in which the kernel itself lives (PROC_USER_INIT_INO). */
const INITIAL_USER_NAMESPACE = 0xeffffffdn;

/** `selfStat`: /proc/self/stat as the launcher reads it. */
export function callerOf({ numbers }: Request, selfStat: string | undefined): Facts['caller'] {
  return {
    uid: Number(numbers.euid),
    gid: Number(numbers.egid),
    capabilities: numbers.capabilities,
    initialUserNamespace: numbers.userNamespace === INITIAL_USER_NAMESPACE,
    umask: Number(numbers.umask),
    pid: Number(numbers.pid),
    startTime: (selfStat === undefined ? undefined : parseProcessStat(selfStat))?.startTime ?? 0,
    now: new Date(Number(numbers.now)).toISOString(),
    window: { rows: Number(numbers.rows), columns: Number(numbers.columns) },
  };
}
