import type { CgroupJoin } from '../cgroups/plan.ts';
import type { StubOp } from './ops.ts';

/** How the stub gets into its cgroups. */
export interface JoinPlan {
  /** The v2 cgroup that the process is born into, at no cost at all. */
  readonly birth: string | null;
  /** The others, as soon as it lives: one write each, of tasks on v1. */
  readonly early: readonly StubOp[];
  /** The memory controller's, when there is nothing left to do but to become the user's process. */
  readonly late: readonly StubOp[];
}

/** `lateMemory`: nothing before the end depends on being in the memory cgroup already. */
export function joinCgroups(joins: readonly CgroupJoin[], lateMemory: boolean): JoinPlan {
  const birth = joins.find(({ file }) => file === 'cgroup.procs')?.slot ?? null;
  const rest = joins.filter(({ slot }) => slot !== birth);
  const late = rest.filter(({ memory }) => memory && lateMemory);
  return {
    birth,
    early: rest.filter((join) => !late.includes(join)).map(joinOp),
    late: late.map(joinOp),
  };
}

function joinOp({ slot, file }: CgroupJoin): StubOp {
  return { op: 'joinCgroup', dir: slot, file, origin: 'linux.cgroupsPath' };
}
