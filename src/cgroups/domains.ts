import { PlanError } from '../plan/error.ts';
import type { CgroupHost } from './host.ts';
import type { Place } from './paths.ts';

/** Controllers that work on threads; only the others keep processes out of a cgroup that hands them down. */
const threaded = new Set(['cpu', 'cpuset', 'perf_event', 'pids']);

/**
 * v2: refuses a place in which the kernel lets no process be: threads only, or cgroups below it only (cgroups(7)). That
 * can only be so where somebody else has made cgroups already.
 */
export function refuseNoDomain({ hierarchy, levels, path }: Place, { files }: CgroupHost): void {
  if (hierarchy.version !== 2) return;
  for (const level of levels) {
    const type = files[`${level}/cgroup.type`] ?? 'domain';
    if (type !== 'domain') {
      refuse(`cgroup "${level}" is for threads (its cgroup.type is "${type}"): no container can be in it`);
    }
  }
  const first = handedDown(files[`${path}/cgroup.subtree_control`]);
  if (first !== undefined) {
    refuse(
      `cgroup "${path}" hands the controller "${first}" down to cgroups below it, so no process can be in it`,
    );
  }
}

/** Of a cgroup.subtree_control, a controller because of which no process can be in the cgroup. */
export function handedDown(control: string | undefined): string | undefined {
  return control?.split(' ').find((name) => name !== '' && !threaded.has(name));
}

function refuse(message: string): never {
  throw new PlanError('host-unsupported', 'linux.cgroupsPath', message);
}
