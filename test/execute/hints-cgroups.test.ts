import { expect, test } from 'vitest';
import { hintFor } from '../../src/execute/hints.ts';

const failures: readonly [op: string, file: string, errno: number, hint: RegExp][] = [
  ['writeAt', 'cpu.idle', 2, /since Linux 5\.15/],
  ['writeAt', 'cpu.max.burst', 2, /since Linux 5\.14/],
  ['writeAt', 'cpu.cfs_burst_us', 2, /since Linux 5\.14/],
  ['writeAt', 'memory.memsw.limit_in_bytes', 2, /swapaccount=1/],
  ['writeAt', 'memory.swap.max', 2, /swapaccount=1/],
  ['writeAt', 'blkio.leaf_weight', 2, /until Linux 5\.0/],
  ['writeAt', 'blkio.leaf_weight_device', 2, /until Linux 5\.0/],
  ['writeAt', 'blkio.bfq.weight', 2, /CONFIG_BFQ_GROUP_IOSCHED/],
  ['writeAt', 'blkio.bfq.weight_device', 95, /whose scheduler is bfq/],
  ['writeAt', 'io.weight', 95, /whose scheduler is bfq, or which io.cost looks after/],
  ['writeAt', 'io.weight', 2, /CONFIG_BLK_CGROUP_IOCOST/],
  ['writeAt', 'blkio.throttle.read_bps_device', 19, /no disk with these numbers/],
  ['writeAt', 'hugetlb.3MB.limit_in_bytes', 2, /sizes that this machine has/],
  ['writeAt', 'net_prio.ifpriomap', 19, /no network interface of this name/],
  ['write', '/sys/fs/cgroup/memory/c/memory.limit_in_bytes', 16, /uses more than that/],
  ['writeAt', 'memory.memsw.limit_in_bytes', 22, /never below the one of memory/],
];

const nothing = { program: 0, index: 0, origin: '', step: 'write', detail: '', status: 0 };

test.each(failures)('%s, %s, %i: %s', (op, subject, errno, hint) => {
  expect(hintFor({ ...nothing, op, subject, errno })).toMatch(hint);
});

test('nothing else is guessed at', () => {
  expect(hintFor({ ...nothing, op: 'writeAt', subject: 'memory.limit_in_bytes', errno: 28 })).toBeUndefined();
  expect(hintFor({ ...nothing, op: 'writeFile', subject: 'hugetlb.2MB.limit', errno: 2 })).toBeUndefined();
});
