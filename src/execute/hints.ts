import { cgroupHints } from './hints-cgroups.ts';
import { lsmHints } from './hints-lsm.ts';
import { mountHints } from './hints-mounts.ts';
import { rootlessHints } from './hints-rootless.ts';
import type { Failure } from './messages.ts';

/** What the user can do about a failure whose usual reason is known. */
export function hintFor(failure: Failure): string | undefined {
  return hints.find(({ when }) => when(failure))?.text(failure);
}

export interface Hint {
  readonly when: (failure: Failure) => boolean;
  readonly text: (failure: Failure) => string;
}

const EPERM = 1;
const ENOENT = 2;
const ENOEXEC = 8;
const EBADF = 9;
const EACCES = 13;
const EBUSY = 16;
const EEXIST = 17;
const ENODEV = 19;
const ENOSPC = 28;
const ENOSYS = 38;
const KILLED = 9;
const SECCOMP = 31;

const is = (names: readonly string[], errno: number) => (failure: Failure) =>
  names.includes(failure.op) && failure.errno === errno;

/** Of v2: what a cgroup hands down. */
const SUBTREE_CONTROL = '/cgroup.subtree_control';

/** The first that fits is given. */
const hints: readonly Hint[] = [
  {
    // A detail names the kernel that has it, which may be newer than the oldest that railcar runs on.
    when: ({ errno, step, detail }) => errno === ENOSYS && step !== '' && detail === '',
    text: ({ step }) => `this kernel has no ${step}; railcar needs Linux 5.10 or later`,
  },
  ...lsmHints,
  ...rootlessHints,
  ...mountHints,
  ...cgroupHints,
  {
    when: ({ op, origin, errno }) => op === 'writeSelf' && origin.endsWith('oomScoreAdj') && errno === EACCES,
    text: () =>
      'only CAP_SYS_RESOURCE of the host may lower it below what it was; without oomScoreAdj the caller’s value stays',
  },
  {
    when: is(['clone', 'unshare', 'userns'], ENOSPC),
    text: () => 'a limit in /proc/sys/user/max_*_namespaces is reached',
  },
  {
    when: is(['clone', 'unshare', 'userns'], EPERM),
    text: () => 'new namespaces need CAP_SYS_ADMIN, or a user namespace of their own',
  },
  {
    when: is(['scheduler'], EPERM),
    text: () =>
      'real-time scheduling needs CAP_SYS_NICE and, in a cgroup of v1, linux.resources.cpu.realtimeRuntime',
  },
  {
    when: ({ op, errno, subject }) => op === 'write' && errno === EBUSY && subject.endsWith(SUBTREE_CONTROL),
    text: () =>
      'a cgroup of v2 with processes in it cannot have limits below it; choose another linux.cgroupsPath',
  },
  {
    when: ({ op, errno, subject }) => op === 'write' && errno === ENOENT && subject.endsWith(SUBTREE_CONTROL),
    text: () => 'the cgroups above do not hand this controller down to here',
  },
  {
    when: is(['deviceFilter'], EPERM),
    text: () => 'filtering devices needs CAP_BPF and CAP_SYS_ADMIN on the host',
  },
  {
    when: is(['moveDevice'], EEXIST),
    text: () => 'the network namespace has a device of that name already',
  },
  {
    when: is(['moveDevice'], ENODEV),
    text: () => 'linux.netDevices names devices of the network namespace that railcar is started in',
  },
  {
    when: is(['moveDevice'], EPERM),
    text: () => 'moving network devices needs CAP_NET_ADMIN in both network namespaces',
  },
  {
    when: is(['spawn'], EBADF),
    text: () => 'the caller has not opened all descriptors that --preserve-fds or LISTEN_FDS promises',
  },
  {
    when: is(['resolve', 'exec'], ENOEXEC),
    text: () => 'a binary must be made for this machine, and a script needs a first line such as #!/bin/sh',
  },
  {
    when: is(['exec'], ENOENT),
    text: () =>
      "the program is there, but the loader or interpreter that it names is not in the container's files",
  },
  {
    when: ({ errno, status }) => errno === 0 && (status & 0x7f) === KILLED,
    text: () => 'a memory limit that is too small for the start kills in this way; so does kill -9',
  },
  {
    when: ({ errno, status }) => errno === 0 && (status & 0x7f) === SECCOMP,
    text: () => 'the seccomp profile forbids a system call that starting the program needs',
  },
];
