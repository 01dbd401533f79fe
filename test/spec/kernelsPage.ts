import { type KernelUse, kernelUses, versionNumber } from '../../src/doctor/kernelUses.ts';

interface Needed {
  readonly name: string;
  readonly since: string;
  readonly use: string;
}

/** What the oldest supported kernel has as well, and nothing works without. */
export const baseline: readonly Needed[] = [
  { name: 'seccomp: SECCOMP_RET_USER_NOTIF', since: '5.0', use: 'profiles with a listener' },
  {
    name: 'open_tree, move_mount, fsopen, fsconfig, fsmount, fspick',
    since: '5.2',
    use: 'mounts are made aside and attached to a descriptor, never to a path',
  },
  { name: 'pidfd_send_signal, pidfd_open', since: '5.3', use: 'signals that reach no other process' },
  { name: 'clone3', since: '5.3', use: 'namespaces; CLONE_INTO_CGROUP (5.7): born into its cgroup on v2' },
  { name: 'openat2', since: '5.6', use: 'paths of the container never lead outside' },
  { name: 'time namespaces', since: '5.6', use: '`linux.namespaces` of type time, `linux.timeOffsets`' },
  { name: 'bpf: BPF_F_REPLACE', since: '5.6', use: '`update` with other rules for devices on cgroup v2' },
  { name: 'faccessat2', since: '5.8', use: 'whether a program can be executed' },
  { name: 'close_range', since: '5.9', use: 'descriptors of the caller are closed' },
];

/** Those of bullseye, bookworm and trixie, one that no release has, and sid’s of November 2026. */
const kernels = ['5.10', '6.1', '6.12', '6.18', '7.2'] as const;

export function kernelsPage(): string {
  return `${[
    ...intro,
    '',
    '## What all of them have',
    '',
    ...table(['what', 'since', 'what it is for'], baseline.map(neededRow)),
    '',
    '## What younger ones have',
    '',
    ...table(
      ['what', 'since', ...kernels, 'what it is for', 'without it'],
      kernelUses.map((use) => useRow(use)),
    ),
    '',
    ...outro,
  ].join('\n')}\n`;
}

const intro = [
  '# Kernels',
  '',
  'railcar needs Linux 5.10 or newer. `npm run spec` writes this page of `src/doctor/kernelUses.ts`; on each kernel that the',
  'live tests run on, `test/live/kernels.bats` asks for every row, and fails where the kernel and the table disagree. `railcar',
  'doctor` says what the kernel at hand lacks.',
  '',
  'Versions are upstream’s. A distribution may have taken something over into an older kernel, where it is used as well:',
  'nothing is decided by a version, everything by trying. 5.10, 6.1 and 6.12 are those of Debian bullseye, bookworm and trixie,',
  '7.2 is sid’s, which goes on. `test/live/tools/older-kernel.py COMMAND` has younger calls and flags fail on any machine, so that',
  'the ways around them are tested without a guest too.',
];

const outro = [
  'Where something is refused the container is not made, nothing of it is left, and the message has the version:',
  '',
  '    config.json:16:5: mounts[1]: cannot bind "/srv/data" on "/data": function not implemented (ENOSYS): recursive mount attributes need Linux 5.12',
  '',
  '## What younger ones have no more',
  '',
  ...table(
    ['what', 'until', 'then'],
    [
      ['`blkio.leaf_weight`', '5.0', 'refused'],
      [
        '`memory.kmem.limit_in_bytes`',
        '5.16',
        'taken and not done, with a warning; the specification calls it NOT RECOMMENDED',
      ],
      [
        'controllers memory and cpuset of cgroup v1',
        'Debian’s 6.12 is built without',
        'a limit of theirs is refused there; v2 has both',
      ],
    ],
  ),
];

function neededRow({ name, since, use }: Needed): string[] {
  return [`\`${name}\``, since, use];
}

function useRow({ name, since, use, without }: KernelUse): string[] {
  const there = kernels.map((kernel) => (versionNumber(kernel) >= versionNumber(since) ? 'yes' : '–'));
  return [`\`${name}\``, since, ...there, use, without];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
