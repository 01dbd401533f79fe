import { allBits, parseBitList } from '../config/bit-list.ts';
import type { LinuxSpec, Process } from '../config/config.ts';
import type { StubOp } from './ops.ts';

/** What of `linux` every process of the container gets, that of `exec` included. */
export type ContainerWide = Pick<LinuxSpec, 'personality' | 'memoryPolicy' | 'uidMappings' | 'gidMappings'>;

/**
 * Scheduler, I/O priority, personality and memory policy. All of them last through execve. The first two may ask for
 * CAP_SYS_NICE, so they come before capabilities are dropped.
 */
export function schedulingOps(process: Process, origin: string, linux: ContainerWide): StubOp[] {
  return [
    ...schedulerOps(process, `${origin}.scheduler`),
    ...ioPriorityOps(process, `${origin}.ioPriority`),
    ...personalityOps(linux.personality),
    ...memoryPolicyOps(linux.memoryPolicy),
  ];
}

export interface Affinity {
  /** While the caller's own cgroups still hold. */
  readonly initial: readonly StubOp[];
  /** In those of the container. */
  readonly final: readonly StubOp[];
}

/**
 * The processors of a process of `exec`. What was asked for before the cgroups are joined limits the process for good
 * (since Linux 6.2 in a cpuset as well), so it is taken back where nothing else is asked for afterwards.
 */
export function affinityOps({ execCPUAffinity = {} }: Process, origin: string): Affinity {
  const { initial = '', final = '' } = execCPUAffinity;
  const at = `${origin}.execCPUAffinity`;
  const set = (list: string, name: string): StubOp[] => {
    const cpus = parseBitList(list);
    return cpus === null || cpus.length === 0 ? [] : [{ op: 'affinity', cpus, origin: `${at}.${name}` }];
  };
  const first = set(initial, 'initial');
  const last = set(final, 'final');
  const reset: StubOp[] = [{ op: 'affinity', cpus: allBits(), origin: at }];
  return { initial: first, final: last.length > 0 || first.length === 0 ? last : reset };
}

function schedulerOps({ scheduler }: Process, origin: string): StubOp[] {
  if (scheduler === undefined) return [];
  const { policy, flags = [], nice = 0, priority = 0, runtime = 0, deadline = 0, period = 0 } = scheduler;
  return [{ op: 'scheduler', policy, flags, nice, priority, runtime, deadline, period, origin }];
}

function ioPriorityOps({ ioPriority }: Process, origin: string): StubOp[] {
  if (ioPriority === undefined) return [];
  return [{ op: 'ioPriority', class: ioPriority.class, priority: ioPriority.priority ?? 0, origin }];
}

function personalityOps(personality: ContainerWide['personality']): StubOp[] {
  if (personality?.domain === undefined) return [];
  return [{ op: 'personality', domain: personality.domain, origin: 'linux.personality' }];
}

function memoryPolicyOps(policy: ContainerWide['memoryPolicy']): StubOp[] {
  if (policy?.mode === undefined) return [];
  const nodes = parseBitList(policy.nodes ?? '') ?? new Uint8Array();
  return [
    { op: 'memoryPolicy', mode: policy.mode, flags: policy.flags ?? [], nodes, origin: 'linux.memoryPolicy' },
  ];
}
