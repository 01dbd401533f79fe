import type { Errno, HandsOp } from '../plan/ops.ts';
import type { CgroupHost } from './host.ts';
import type { Place } from './paths.ts';
import type { Setting } from './setting.ts';

/** Why a level cannot hand a controller down: it holds processes, the controller is threaded, or it is not ours. */
const refusals: readonly Errno[] = ['EBUSY', 'EOPNOTSUPP', 'ENOENT', 'EPERM', 'EACCES', 'EINVAL'];

/** The controllers that this host's v2 hierarchy has at all. */
export function unifiedControllers(host: CgroupHost): string[] {
  const unified = host.hierarchies.find(({ version }) => version === 2);
  const names = host.files[`${unified?.mountPoint}/cgroup.controllers`] ?? '';
  return names.split(' ').filter((name) => name !== '');
}

/**
 * v2: a cgroup has the controllers that its parent hands down. From the top, each level above the container's hands
 * down all there are. If one write for all is refused, they are tried one by one, and only those matter that a limit
 * needs.
 */
export function subtreeOps(
  { hierarchy, levels }: Place,
  host: CgroupHost,
  settings: readonly Setting[],
): HandsOp[] {
  if (hierarchy.version !== 2 || host.mode !== 'v2') return [];
  const available = unifiedControllers(host);
  return levels.slice(0, -1).flatMap((level): HandsOp[] => {
    const path = `${level}/cgroup.subtree_control`;
    const enabled = (host.files[path] ?? '').split(' ');
    const missing = available.filter((name) => !enabled.includes(name));
    if (missing.length === 0) return [];
    const oneByOne = missing.map((name) => enableOne(path, name, settings));
    return [enable(path, missing, 'linux.cgroupsPath', oneByOne)];
  });
}

function enableOne(path: string, name: string, settings: readonly Setting[]): HandsOp {
  const reason = settings.find(({ controller }) => controller === name);
  return reason
    ? enable(path, [name], `linux.resources.${reason.origin}`)
    : enable(path, [name], 'linux.cgroupsPath', []);
}

function enable(
  path: string,
  names: readonly string[],
  origin: string,
  otherwise?: readonly HandsOp[],
): HandsOp {
  const text = names.map((name) => `+${name}`).join(' ');
  return { op: 'write', origin, path, text, ...(otherwise && { orElse: { on: refusals, do: otherwise } }) };
}
