import type { HandsOp } from '../plan/ops.ts';
import type { CgroupHost } from './host.ts';
import type { Resources } from './resources.ts';

/** What of config.json decides about cgroups. */
export interface CgroupConfig {
  readonly linux?:
    | { readonly cgroupsPath?: string | undefined; readonly resources?: Resources | undefined }
    | undefined;
}

/** A hierarchy that the stub joins. */
export interface CgroupJoin {
  /** The cgroup's directory, opened by `make`. */
  readonly slot: string;
  /** v1: `tasks`, by joinCgroup. v2: `cgroup.procs`; better joined at birth, as the slot `cgroup` of clone. */
  readonly file: 'tasks' | 'cgroup.procs';
  /** The memory controller's: joined last, so that what the stub does before is not charged to the container. */
  readonly memory: boolean;
}

export interface CgroupPlan {
  /** Makes the cgroups and sets their limits; each operation that makes something carries its undo. */
  readonly make: readonly HandsOp[];
  readonly joins: readonly CgroupJoin[];
  /** cgroup_paths of the record: by controller, `""` for v2. */
  readonly paths: Readonly<Record<string, string>>;
}

/** How the container's cgroups are made, filled and found again. Throws CgroupError when that cannot be. */
export function cgroupOps(
  config: CgroupConfig,
  host: CgroupHost,
  id: string,
  systemdCgroup: boolean,
): CgroupPlan {
  void config;
  void host;
  void id;
  void systemdCgroup;
  return { make: [], joins: [], paths: {} };
}
