import { posix } from 'node:path';
import type { CgroupHost } from '../cgroups/host.ts';
import type { Config } from '../config/config.ts';
import { isRootless } from './capabilities.ts';
import type { Facts } from './facts.ts';
import { namespaceKind } from './namespaces.ts';
import type { HandsOp } from './ops.ts';

/** Names, a line each, of what the kernel lets the owner of a cgroup have (cgroups(7)). */
const DELEGATE = '/sys/kernel/cgroup/delegate';

/** Those of kernels that do not say (before Linux 4.15), as the specification has it. */
const usual = ['cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'];

/** What must be known of the host before `cgroupOwnerOps`. */
export function cgroupOwnerFiles(config: Config, host: CgroupHost): string[] {
  return cgroupOwner(config, host.mode === 'v2') === undefined ? [] : [DELEGATE];
}

/**
 * Gives the container's cgroup to the user of its process, when that has been born into it and before it runs, so that it can make cgroups of its own below (config-linux.md,
 * "Cgroup ownership"). Never the files that hold its limits. `slot` is the cgroup's directory.
 */
export function cgroupOwnerOps(config: Config, { cgroups, caller }: Facts, slot: string | null): HandsOp[] {
  const uid = cgroupOwner(config, cgroups.mode === 'v2');
  if (slot === null || uid === undefined || uid === caller.uid) return [];
  const files = cgroups.files[DELEGATE]?.split('\n') ?? usual;
  const orElse = { on: ['EPERM'], do: [] } as const;
  return [
    {
      op: 'cgroupOwner',
      dir: slot,
      files,
      uid,
      origin: 'linux.cgroupsPath',
      // Such a caller can give nothing to others; the container goes without.
      ...(isRootless(caller) && { orElse }),
    },
  ];
}

/**
 * The host's id of the user whom the container's cgroup belongs to; undefined: the caller keeps it. Only v2 is safe to be
 * given away, and only to one who sees nothing above it and can write to it at all.
 */
export function cgroupOwner(config: Config, v2: boolean): number | undefined {
  return v2 && isWritable(config) ? ownerOf(config) : undefined;
}

function isWritable(config: Config): boolean {
  return (
    namespaceKind(config, 'cgroup') === 'new' &&
    (config.mounts ?? []).some(
      ({ source, destination, options = [] }) =>
        source === 'cgroup' &&
        posix.normalize(destination).replace(/(.)\/$/, '$1') === '/sys/fs/cgroup' &&
        !options.includes('ro'),
    )
  );
}

/** The host's id of the user who executes the process; nobody if it has none. */
function ownerOf({ process, linux }: Config): number | undefined {
  const uid = process.user?.uid ?? 0;
  const mappings = linux?.uidMappings ?? [];
  if (mappings.length === 0) return uid;
  const mapping = mappings.find(({ containerID, size }) => uid >= containerID && uid < containerID + size);
  return mapping && mapping.hostID + (uid - mapping.containerID);
}
