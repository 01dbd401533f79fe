import { type CgroupHost, parseCgroupHost } from '../../src/cgroups/host.ts';
import type { CreateOptions, Facts } from '../../src/plan/facts.ts';

/** The host of all golden plans: hybrid cgroups, a caller who is root and in a memory cgroup of his own. */
export const facts: Facts = {
  id: 'golden',
  bundle: '/bundle',
  stateDir: '/run/railcar/golden',
  caller: {
    uid: 0,
    gid: 0,
    capabilities: 2n ** 41n - 1n,
    initialUserNamespace: true,
    umask: 0o022,
    pid: 1000,
    startTime: 5000,
    now: '2026-01-02T03:04:05.006Z',
    window: { rows: 0, columns: 0 },
  },
  cgroups: cgroups(),
  unit: null,
  resctrl: { mountPoint: '/sys/fs/resctrl', schemata: null },
  modules: { apparmor: true, selinux: true },
  seccomp: null,
};

/** Other hosts that a case may ask for. */
export const hosts = {
  systemd: {
    ...parseCgroupHost('60 31 0:60 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n', '0::/\n'),
    files: {
      '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory hugetlb pids rdma misc',
      '/run/systemd/system': '',
    },
  },
  v2: {
    ...parseCgroupHost('60 31 0:60 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n', '0::/\n'),
    files: { '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory hugetlb pids rdma misc' },
  },
} as const;

export const options: CreateOptions = {
  verb: 'run',
  detach: false,
  keep: false,
  noPivot: false,
  noNewKeyring: false,
  preserveFds: 0,
  listenFds: 0,
  consoleSocket: null,
  pidfdSocket: null,
  pidFile: null,
  systemdCgroup: false,
};

function cgroups(): CgroupHost {
  const hierarchies = [
    'name=systemd',
    'pids',
    'blkio',
    'freezer',
    'devices',
    'memory',
    'cpuset',
    'cpu,cpuacct',
    'hugetlb',
    'net_cls,net_prio',
  ];
  const mounts = hierarchies.map(
    (names, index) =>
      `${40 + index} 31 0:${40 + index} / /sys/fs/cgroup/${names.replace('name=', '')} rw - cgroup cgroup rw,${names}`,
  );
  const own = hierarchies.map(
    (names, index) => `${hierarchies.length - index}:${names}:${names === 'memory' ? '/caller' : '/'}`,
  );
  const host = parseCgroupHost(
    [...mounts, '60 31 0:60 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw', ''].join('\n'),
    [...own, '0::/', ''].join('\n'),
  );
  return {
    ...host,
    files: {
      '/sys/fs/cgroup/cpuset/cpuset.cpus': '0-3',
      '/sys/fs/cgroup/cpuset/cpuset.mems': '0',
      '/sys/fs/cgroup/unified/cgroup.controllers': '',
    },
  };
}
