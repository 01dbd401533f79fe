import type { CgroupHost, Hierarchy } from '../cgroups/host.ts';
import { absent, type Check, type Host, impossible, limited, ok } from './check.ts';

/** Those for which config.json has limits that callers use daily. */
const wanted = ['cpu', 'memory', 'pids', 'cpuset', 'blkio', 'freezer', 'devices'];
/** The same on v2, where freezing and devices need none. */
const wantedOfV2 = ['cpu', 'memory', 'pids', 'cpuset', 'io'];

export function cgroupChecks(host: Host, cgroups: CgroupHost): Check[] {
  const { mode, hierarchies } = cgroups;
  if (hierarchies.length === 0) {
    const remedy = 'mount -t cgroup2 cgroup2 /sys/fs/cgroup';
    return [impossible('cgroups', 'none mounted', remedy)];
  }
  return [controllers(host, cgroups), delegation(host, hierarchies, mode), systemd(host)];
}

/** Where the caller is: what his containers' cgroups are made in. */
export function ownDirectory({ mountPoint, root, own }: Hierarchy): string {
  const below = root === '/' ? own : own.startsWith(root) ? own.slice(root.length) : '/';
  return `${mountPoint}${below}`.replace(/\/+$/, '') || '/';
}

export const controllersFile = ({ mountPoint }: Hierarchy): string => `${mountPoint}/cgroup.controllers`;

function unified(hierarchies: readonly Hierarchy[]): Hierarchy | undefined {
  return hierarchies.find(({ version }) => version === 2);
}

function controllers(host: Host, cgroups: CgroupHost): Check {
  const { mode, hierarchies } = cgroups;
  const v2 = unified(hierarchies);
  const there =
    mode === 'v2' && v2
      ? (host.file(controllersFile(v2)) ?? '').split(' ').filter((name) => name !== '')
      : hierarchies.flatMap(({ controllers: names }) => names.filter((name) => !name.includes('=')));
  const lacking = (mode === 'v2' ? wantedOfV2 : wanted).filter((name) => !there.includes(name));
  const found = `${mode}: ${there.join(', ') || 'no controller'}`;
  if (lacking.length === 0) return ok('cgroups', found);
  const remedy = `no limits of ${lacking.join(', ')}; the kernel option cgroup_enable= turns some of them on`;
  return limited('cgroups', found, remedy);
}

function delegation(host: Host, hierarchies: readonly Hierarchy[], mode: CgroupHost['mode']): Check {
  const name = 'cgroup delegation';
  if (host.privileged) return ok(name, 'not needed by root');
  const v2 = unified(hierarchies);
  const directory = mode === 'v2' && v2 ? ownDirectory(v2) : null;
  if (directory === null) {
    return absent(name, 'cgroup v1 is never delegated', 'boot with systemd.unified_cgroup_hierarchy=1');
  }
  if (host.stat(directory)?.uid === host.uid) return ok(name, directory);
  const remedy = 'systemd-run --user --scope -p Delegate=yes, or --systemd-cgroup in a session of systemd';
  return limited(name, `${directory} is not the user's: containers without limits`, remedy);
}

function systemd(host: Host): Check {
  if (host.exists('/run/systemd/system')) return ok('systemd', 'running: --systemd-cgroup can be used');
  return absent('systemd', 'not running: cgroups are made without it', null);
}
