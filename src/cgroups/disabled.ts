import { PlanError } from '../plan/error.ts';
import type { CgroupConfig, CgroupPlan } from './plan.ts';

/**
 * `--cgroup-manager=disabled`, as crun and Podman's `--cgroups=disabled` have it: the container stays in its caller's
 * cgroups, and nobody decides over its devices but its capabilities. Throws PlanError for a limit, which nothing would keep.
 */
export function noCgroups({ linux }: CgroupConfig): CgroupPlan {
  const { devices, ...limits } = linux?.resources ?? {};
  for (const [name, value] of Object.entries(limits)) {
    if (!asksNothing(value)) {
      throw new PlanError(
        'config-invalid',
        `linux.resources.${name}`,
        'cannot be kept without a cgroup, which --cgroup-manager=disabled is',
      );
    }
  }
  return { birth: [], make: [], joins: [], paths: {}, kept: [] };
}

function asksNothing(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return (
    value === undefined ||
    value === null ||
    (typeof value === 'object' && Object.values(value).every(asksNothing))
  );
}
