import type { IdMapping, Spec } from './config.ts';
import type { Findings } from './findings.ts';
import { childPath } from './path.ts';

/** Ids that the container's own user namespace does not have: the kernel then refuses what names them. */
export function adviseOnIds({ process, linux = {} }: Spec, findings: Findings): void {
  const { namespaces = [], uidMappings = [], gidMappings = [] } = linux;
  const isOwn = namespaces.some(({ type, path }) => type === 'user' && !path);
  const user = process?.user;
  if (!isOwn || user === undefined) return;
  adviseOn('process.user.uid', user.uid, uidMappings, 'uidMappings', findings);
  adviseOn('process.user.gid', user.gid, gidMappings, 'gidMappings', findings);
  for (const [index, gid] of (user.additionalGids ?? []).entries()) {
    adviseOn(childPath('process.user.additionalGids', index), gid, gidMappings, 'gidMappings', findings);
  }
}

function adviseOn(
  path: string,
  id: number | undefined,
  mappings: readonly IdMapping[],
  name: string,
  findings: Findings,
): void {
  // Of none at all the check has spoken.
  if (id === undefined || mappings.length === 0) return;
  const has = mappings.some(({ containerID, size }) => id >= containerID && id < containerID + size);
  if (!has) findings.warn(path, `${id} has no mapping in linux.${name}: nothing can be started with it`);
}
