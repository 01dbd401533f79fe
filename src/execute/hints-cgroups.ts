import type { Hint } from './hints.ts';
import type { Failure } from './messages.ts';

const ENOENT = 2;
const EBUSY = 16;
const ENODEV = 19;
const EINVAL = 22;
const EOPNOTSUPP = 95;

/** A write to a file of a cgroup, by its name: `writeAt` has no more, `write` the whole path. */
const into = (file: RegExp, errno: number) => (failure: Failure) =>
  ['write', 'writeAt'].includes(failure.op) &&
  failure.errno === errno &&
  file.test(failure.subject.replace(/^.*\//, ''));

const hint = (when: Hint['when'], text: string): Hint => ({ when, text: () => text });

/** Limits that the kernel refuses for a reason that its errno does not tell. */
export const cgroupHints: readonly Hint[] = [
  hint(into(/^cpu\.idle$/, ENOENT), 'kernels have had cpu.idle since Linux 5.15'),
  hint(into(/^cpu\.(max\.burst|cfs_burst_us)$/, ENOENT), 'kernels have had bursts since Linux 5.14'),
  hint(
    into(/^memory\.(memsw\..*|swap\.max)$/, ENOENT),
    'this kernel does not count swap: the kernel option swapaccount=1 makes some of them do so',
  ),
  hint(into(/^blkio\.leaf_weight/, ENOENT), 'kernels have had leaf weights until Linux 5.0, with CFQ alone'),
  hint(
    into(/^blkio\.(bfq\.)?weight/, ENOENT),
    'this kernel has no scheduler that knows weights: it needs CONFIG_BFQ_GROUP_IOSCHED',
  ),
  hint(
    into(/^blkio\.bfq\.weight_device$/, EOPNOTSUPP),
    'only a device whose scheduler is bfq has a weight: see /sys/block/*/queue/scheduler',
  ),
  hint(
    into(/^io\.weight$/, EOPNOTSUPP),
    'only a device whose scheduler is bfq, or which io.cost looks after, has a weight: see /sys/block/*/queue/scheduler',
  ),
  hint(
    into(/^io\.weight$/, ENOENT),
    'this kernel has nothing that knows weights: it needs CONFIG_BFQ_GROUP_IOSCHED or CONFIG_BLK_CGROUP_IOCOST',
  ),
  hint(into(/^(blkio|io)\./, ENODEV), 'there is no disk with these numbers; a partition has no limits'),
  hint(into(/^hugetlb\./, ENOENT), 'the sizes that this machine has are in /sys/kernel/mm/hugepages'),
  hint(
    into(/^net_prio\.ifpriomap$/, ENODEV),
    'there is no network interface of this name where railcar is started',
  ),
  hint(
    into(/^memory\.(memsw\.)?limit_in_bytes$/, EBUSY),
    'the container uses more than that, and it cannot be reclaimed',
  ),
  hint(
    into(/^memory\.(memsw\.)?limit_in_bytes$/, EINVAL),
    'the limit of memory and swap together is never below the one of memory',
  ),
];
