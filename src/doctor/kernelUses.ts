/** What railcar uses of kernels that are younger than the oldest supported one. */
export interface KernelUse {
  /** As the probe of test/live/tools/kernel-probe.py calls it. */
  readonly name: string;
  /** The first kernel that has it: `5.12`. */
  readonly since: string;
  readonly use: string;
  /** What happens where it is missing. */
  readonly without: string;
  /**
   * same: another way leads to the same. less: something is not done that nobody has to rely on. refused: what asks for it
   * fails, with the version in the message.
   */
  readonly outcome: 'same' | 'less' | 'refused';
  /** What `doctor` calls it: what a user may miss. */
  readonly missed?: string;
}

/** Version numbers are those of upstream's kernels; distributions take some of it over into older ones. */
export const kernelUses: readonly KernelUse[] = [
  {
    name: 'close_range(CLOSE_RANGE_CLOEXEC)',
    since: '5.11',
    use: 'no descriptor of the caller reaches the container',
    without: 'the descriptors are found in /proc/self/fd',
    outcome: 'same',
  },
  {
    name: 'bpf without RLIMIT_MEMLOCK',
    since: '5.11',
    use: 'the filter for devices on cgroup v2',
    without: 'the limit is raised while the filter is loaded',
    outcome: 'same',
  },
  {
    name: 'overlay in a user namespace',
    since: '5.11',
    use: '`mounts` of type overlay without root',
    without: 'refused by the kernel (EPERM); engines take fuse-overlayfs',
    outcome: 'refused',
  },
  {
    name: 'mount_setattr',
    since: '5.12',
    use: 'a mount gets its attributes and propagation before anybody sees it',
    without: 'mount(2) changes them right after it is attached, before the container’s process exists',
    outcome: 'same',
  },
  {
    name: 'mount_setattr(AT_RECURSIVE)',
    since: '5.12',
    use: 'options for all mounts below: `rro` and its like',
    without: 'refused; of readonlyPaths the mount itself is made read-only, those below it stay as they are',
    outcome: 'refused',
    missed: 'attributes of whole mount trees',
  },
  {
    name: 'mount_setattr(MOUNT_ATTR_IDMAP)',
    since: '5.12',
    use: 'idmapped mounts, of ext4 and FAT first',
    without: 'refused',
    outcome: 'refused',
    missed: 'idmapped mounts',
  },
  {
    name: 'MPOL_F_NUMA_BALANCING',
    since: '5.12',
    use: '`linux.memoryPolicy.flags`',
    without: 'refused',
    outcome: 'refused',
  },
  {
    name: 'landlock',
    since: '5.13',
    use: 'the annotation org.railcar.landlock',
    without: 'refused',
    outcome: 'refused',
    missed: 'Landlock',
  },
  {
    name: 'MOUNT_ATTR_NOSYMFOLLOW',
    since: '5.14',
    use: 'the option `nosymfollow`',
    without: 'mount(2) sets it after the mount is attached (5.10, 5.11); refused on 5.12 and 5.13',
    outcome: 'same',
  },
  {
    name: 'cgroup.kill',
    since: '5.14',
    use: 'all processes of a container on cgroup v2 are killed at once',
    without: 'the cgroup is frozen, each process is sent SIGKILL, and it is thawed',
    outcome: 'same',
    missed: 'cgroup.kill',
  },
  {
    name: 'cpu.max.burst, cpu.cfs_burst_us',
    since: '5.14',
    use: '`linux.resources.cpu.burst`',
    without: 'refused, but 0 is taken',
    outcome: 'refused',
  },
  {
    name: 'cpu.idle',
    since: '5.15',
    use: '`linux.resources.cpu.idle`',
    without: 'refused, but 0 is taken',
    outcome: 'refused',
  },
  {
    name: 'MPOL_PREFERRED_MANY',
    since: '5.15',
    use: '`linux.memoryPolicy.mode`',
    without: 'refused',
    outcome: 'refused',
  },
  {
    name: 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV',
    since: '5.19',
    use: '`linux.seccomp.flags`, with a listener',
    without: 'refused',
    outcome: 'refused',
  },
  {
    name: 'memory.peak',
    since: '5.19',
    use: '`events`: the most memory that was used, on cgroup v2',
    without: 'the number is left out',
    outcome: 'less',
  },
  {
    name: 'landlock truncate',
    since: '6.2',
    use: 'the annotation org.railcar.landlock: files cannot be cut off',
    without: 'not restricted; `abi` in the annotation refuses instead',
    outcome: 'less',
  },
  {
    name: 'memfd_create(MFD_EXEC)',
    since: '6.3',
    use: 'the stub is executed from memory whatever vm.memfd_noexec says, short of 2',
    without: 'there is no such sysctl, and memory files can be executed',
    outcome: 'same',
  },
  {
    name: 'F_SEAL_EXEC',
    since: '6.3',
    use: 'the mode of that memory file is sealed as well',
    without: 'each stub has a copy of its own, so that nobody else’s can be changed',
    outcome: 'same',
    missed: 'a sealed copy of the stub that nobody can make executable or not',
  },
  {
    name: 'idmapped tmpfs',
    since: '6.3',
    use: 'idmapped mounts of a tmpfs',
    without: 'refused, with the type of the file system',
    outcome: 'refused',
  },
  {
    name: 'landlock ports',
    since: '6.7',
    use: 'the annotation org.railcar.landlock: ports of TCP',
    without: 'refused',
    outcome: 'refused',
  },
  {
    name: 'MPOL_WEIGHTED_INTERLEAVE',
    since: '6.9',
    use: '`linux.memoryPolicy.mode`',
    without: 'refused',
    outcome: 'refused',
  },
  {
    name: 'landlock ioctl',
    since: '6.10',
    use: 'the annotation org.railcar.landlock: ioctl(2) on devices',
    without: 'not restricted; `abi` in the annotation refuses instead',
    outcome: 'less',
  },
  {
    name: 'landlock scopes',
    since: '6.12',
    use: 'the annotation org.railcar.landlock: signals and abstract sockets',
    without: 'refused',
    outcome: 'refused',
  },
];

/** 5.10 comes after 5.9: the minor number is a number of its own. */
export function versionNumber(release: string): number {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  return Number(major) * 1000 + Number(minor);
}
