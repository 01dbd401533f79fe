import type { CgroupJoin } from '../cgroups/plan.ts';
import type { HandsOp, StubOp } from './ops.ts';

/** How the stub gets into its cgroups. */
export interface JoinPlan {
  /** The v2 cgroup that the process is born into, at no cost at all. */
  readonly birth: string | null;
  /**
   * If that is impossible, the v2 cgroup is joined before any namespace is entered. The kernel waits for some
   * milliseconds then.
   */
  readonly before: readonly StubOp[];
  /** Slots of the others, which are made while it is being born. */
  readonly awaited: readonly string[];
  /** Those, as soon as it lives: one write each, of tasks on v1. */
  readonly early: readonly StubOp[];
  /** The memory controller's, when there is nothing left to do but to become the user's process. */
  readonly late: readonly StubOp[];
}

/**
 * `lateMemory`: nothing before the end depends on being in the memory cgroup already. `foreign`: the v2 cgroup belongs to
 * somebody else than who is born into it, which the kernel allows to the host's root only.
 */
export function joinCgroups(joins: readonly CgroupJoin[], lateMemory: boolean, foreign = false): JoinPlan {
  const unified = joins.find(({ file }) => file === 'cgroup.procs');
  const birth = foreign ? null : (unified?.slot ?? null);
  const before = foreign && unified ? [joinOp(unified)] : [];
  const rest = joins.filter((join) => join !== unified);
  const late = rest.filter(({ memory }) => memory && lateMemory);
  return {
    birth,
    before,
    awaited: rest.map(({ slot }) => slot),
    early: rest.filter((join) => !late.includes(join)).map(joinOp),
    late: late.map(joinOp),
  };
}

/** The hands' part of handing over the cgroups that are made when the stub has been spawned. */
export function passOps({ awaited }: JoinPlan): HandsOp[] {
  return awaited.length === 0 ? [] : [{ op: 'pass', slots: awaited, origin: 'linux.cgroupsPath' }];
}

/** The stub's part. */
export function takeOps({ awaited }: JoinPlan): StubOp[] {
  return awaited.length === 0 ? [] : [{ op: 'take', slots: awaited, origin: 'linux.cgroupsPath' }];
}

function joinOp({ slot, file }: CgroupJoin): StubOp {
  return { op: 'joinCgroup', dir: slot, file, origin: 'linux.cgroupsPath' };
}
