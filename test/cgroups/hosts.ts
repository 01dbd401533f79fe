import { type CgroupHost, parseCgroupHost } from '../../src/cgroups/host.ts';

const mount = (id: number, root: string, point: string, type: string, options: string) =>
  `${id} 31 0:${id} ${root} ${point} rw,relatime - ${type} ${type} rw,${options}`;

const v1Mounts = [
  '31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755',
  mount(32, '/', '/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'cpu,cpuacct'),
  mount(33, '/', '/sys/fs/cgroup/cpuset', 'cgroup', 'cpuset'),
  mount(34, '/', '/sys/fs/cgroup/memory', 'cgroup', 'memory'),
  mount(35, '/', '/sys/fs/cgroup/devices', 'cgroup', 'devices'),
  mount(36, '/', '/sys/fs/cgroup/freezer', 'cgroup', 'freezer'),
  mount(37, '/', '/sys/fs/cgroup/pids', 'cgroup', 'pids'),
  mount(38, '/', '/sys/fs/cgroup/blkio', 'cgroup', 'blkio'),
  mount(39, '/', '/sys/fs/cgroup/systemd', 'cgroup', 'xattr,name=systemd'),
  mount(40, '/', '/sys/fs/cgroup/elogind', 'cgroup', 'name=elogind'),
];

const v1Own = [
  '9:name=elogind:/',
  '8:name=systemd:/user.slice',
  '7:blkio:/',
  '6:pids:/',
  '5:freezer:/',
  '4:devices:/',
  '3:memory:/own/deep',
  '2:cpuset:/',
  '1:cpu,cpuacct:/',
];

const unified = mount(41, '/', '/sys/fs/cgroup/unified', 'cgroup2', 'nsdelegate');

export const v1: CgroupHost = parseCgroupHost(v1Mounts.join('\n'), v1Own.join('\n'));
export const hybrid: CgroupHost = parseCgroupHost(
  [...v1Mounts, unified].join('\n'),
  [...v1Own, '0::/'].join('\n'),
);
export const v2: CgroupHost = {
  ...parseCgroupHost(mount(30, '/', '/sys/fs/cgroup', 'cgroup2', 'nsdelegate'), '0::/user.slice/session\n'),
  files: {
    '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory hugetlb pids rdma',
    '/sys/fs/cgroup/cgroup.subtree_control': 'cpuset cpu io memory hugetlb pids rdma',
  },
};

/** Without one controller. */
export function lacking(host: CgroupHost, controller: string): CgroupHost {
  return {
    ...host,
    hierarchies: host.hierarchies.filter(({ controllers }) => !controllers.includes(controller)),
  };
}
