import type { Context } from '../cli/context.ts';
import type { UpdateVerb } from '../cli/verbs.ts';
import { RailcarError } from '../errors.ts';
import { file, readNamed, textOf } from '../execute/reads.ts';
import { type ResctrlGroups, schemasOf } from '../plan/intelRdt.ts';
import type { HandsOp } from '../plan/ops.ts';
import type { ContainerRecord } from '../state/record.ts';
import { readMembers } from './members.ts';
import { resctrlOf } from './resctrl.ts';

interface ResctrlChange {
  readonly ops: readonly HandsOp[];
  /** The container's groups from now on, if they change. */
  readonly groups: ResctrlGroups | undefined;
}

const nothing: ResctrlChange = { ops: [], groups: undefined };

/** `--l3-cache-schema` and `--mem-bw-schema`: of the container's class, which is made if it has none. */
export async function resctrlChange(
  context: Context,
  record: ContainerRecord,
  { l3CacheSchema, memBwSchema }: UpdateVerb,
): Promise<ResctrlChange> {
  if (l3CacheSchema === null && memBwSchema === null) return nothing;
  const origin = l3CacheSchema === null ? '--mem-bw-schema' : '--l3-cache-schema';
  const lines = schemasOf({
    ...(l3CacheSchema !== null && { l3CacheSchema }),
    ...(memBwSchema !== null && { memBwSchema }),
  });
  const [own] = record.resctrl?.joined ?? [];
  const group = own ?? (await newClass(context, record, l3CacheSchema !== null));
  const write: HandsOp = { op: 'write', path: `${group}/schemata`, text: `${lines.join('\n')}\n`, origin };
  if (own !== undefined) return { ops: [write], groups: undefined };
  const pids = await readMembers(context.hands, record.cgroup_paths);
  return {
    ops: [
      { op: 'mkdir', path: group, mode: 0o755, undo: [{ op: 'rmdir', path: group, origin }], origin },
      write,
      ...pids.map((pid): HandsOp => {
        // One that has exited meanwhile needs no class.
        const orElse = { on: ['ESRCH'], do: [] } as const;
        return { op: 'write', path: `${group}/tasks`, text: String(pid), origin, orElse };
      }),
    ],
    groups: { joined: [group], made: [group] },
  };
}

/** In the words of runc. */
async function newClass({ hands }: Context, record: ContainerRecord, cache: boolean): Promise<string> {
  const { mountinfo } = await readNamed(hands, { mountinfo: file('/proc/self/mountinfo') });
  const host = await resctrlOf({}, record.id, textOf(mountinfo) ?? '', hands);
  if (host !== null) return `${host.mountPoint}/${record.id}`;
  const message = cache
    ? 'Intel RDT/CAT: l3 cache schema is not enabled'
    : 'Intel RDT/MBA: memory bandwidth schema is not enabled';
  throw new RailcarError('host-unsupported', message, {
    hint: 'this host has no resctrl file system mounted (mount -t resctrl resctrl /sys/fs/resctrl)',
  });
}
