import { describe, expect, test } from 'vitest';
import type { CurrentLimits } from '../../src/cgroups/v1.ts';
import { v1Settings } from '../../src/cgroups/v1.ts';
import type { Resources } from '../../src/config/config.ts';

const lines = (resources: Resources, current?: CurrentLimits) =>
  v1Settings(resources, current).map(({ file, text }) => `${file} ${text}`);

test('nothing asked, nothing written; 0 is what callers send for "not set"', () => {
  expect(lines({})).toEqual([]);
  expect(
    lines({ memory: { limit: 0, swap: 0 }, cpu: { shares: 0, quota: 0 }, blockIO: { weight: 0 } }),
  ).toEqual([]);
});

describe('memory', () => {
  const limit = 'memory.limit_in_bytes';
  const memsw = 'memory.memsw.limit_in_bytes';

  test.each([
    ['new cgroup', { limit: 100, swap: 200 }, undefined, [`${limit} 100`, `${memsw} 200`]],
    ['both raised', { limit: 300, swap: 400 }, '100', [`${memsw} 400`, `${limit} 300`]],
    ['both lowered', { limit: 50, swap: 60 }, '100', [`${limit} 50`, `${memsw} 60`]],
    ['swap lifted', { limit: 300, swap: -1 }, '100', [`${memsw} -1`, `${limit} 300`]],
    ['memory lifted, swap unsaid', { limit: -1 }, '100', [`${memsw} -1`, `${limit} -1`]],
    ['only memory', { limit: 70 }, '100', [`${limit} 70`]],
  ] as const)('%s', (_, memory, current, expected) => {
    expect(lines({ memory }, { memory: current })).toEqual(expected);
  });

  test('lifting memory cannot fail for want of swap accounting', () => {
    expect(v1Settings({ memory: { limit: -1 } })[1]?.orElse).toEqual({ on: ['ENOENT'], settings: [] });
  });

  test('the others', () => {
    const memory = { reservation: 5, kernelTCP: 6, kernel: 7, swappiness: 0, disableOOMKiller: true };
    expect(lines({ memory })).toEqual([
      'memory.soft_limit_in_bytes 5',
      'memory.kmem.tcp.limit_in_bytes 6',
      'memory.swappiness 0',
      'memory.oom_control 1',
    ]);
    expect(lines({ memory: { disableOOMKiller: false } })).toEqual([]);
    expect(() => lines({ memory: { swappiness: 101 } })).toThrow(/0 to 100/);
  });

  test('numbers are written in full', () => {
    expect(lines({ memory: { limit: 2n ** 63n - 1n } })).toEqual([`${limit} 9223372036854775807`]);
    expect(lines({ memory: { limit: 2 ** 63 - 4096 } })).toEqual([`${limit} 9223372036854771712`]);
  });
});

test('cpu: period before quota, and the other way round if the kernel wants it so', () => {
  const settings = v1Settings({ cpu: { shares: 512, quota: -1, period: 50000, burst: 0, idle: 1 } });
  expect(settings.map(({ file, text }) => `${file} ${text}`)).toEqual([
    'cpu.shares 512',
    'cpu.cfs_period_us 50000',
    'cpu.cfs_quota_us -1',
    'cpu.cfs_burst_us 0',
    'cpu.idle 1',
  ]);
  const branch = settings[1]?.orElse;
  expect(branch?.on).toEqual(['EINVAL']);
  expect(branch?.settings.map(({ file }) => file)).toEqual(['cpu.cfs_quota_us', 'cpu.cfs_period_us']);
  expect(lines({ cpu: { realtimeRuntime: 1, realtimePeriod: 2, cpus: '0', mems: '0-1' } })).toEqual([
    'cpu.rt_period_us 2',
    'cpu.rt_runtime_us 1',
    'cpuset.cpus 0',
    'cpuset.mems 0-1',
  ]);
});

test.each([
  [5, '5'],
  [-1, 'max'],
])('pids.limit %d', (limit, text) => {
  expect(lines({ pids: { limit } })).toEqual([`pids.max ${text}`]);
});

test('blkio: weights by either scheduler, throttles by device', () => {
  const settings = v1Settings({
    blockIO: {
      weight: 100,
      leafWeight: 10,
      weightDevice: [{ major: 8, minor: 0, weight: 200, leafWeight: 20 }],
      throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1024 }],
      throttleWriteIOPSDevice: [{ major: 8, minor: 16, rate: 0 }],
    },
  });
  expect(settings.map(({ file, text }) => `${file} ${text}`)).toEqual([
    'blkio.weight 100',
    'blkio.leaf_weight 10',
    'blkio.weight_device 8:0 200',
    'blkio.leaf_weight_device 8:0 20',
    'blkio.throttle.read_bps_device 8:0 1024',
    'blkio.throttle.write_iops_device 8:16 0',
  ]);
  const others = settings.flatMap(({ orElse }) => orElse?.settings ?? []);
  expect(others.map(({ file }) => file)).toEqual(['blkio.bfq.weight', 'blkio.bfq.weight_device']);
});

test('hugetlb, network and rdma', () => {
  expect(
    lines({
      hugepageLimits: [{ pageSize: '2MB', limit: 0 }],
      network: { classID: 1048577, priorities: [{ name: 'eth0', priority: 500 }] },
      rdma: { mlx5_1: { hcaHandles: 3, hcaObjects: 4 } },
    }),
  ).toEqual([
    'hugetlb.2MB.limit_in_bytes 0',
    'hugetlb.2MB.rsvd.limit_in_bytes 0',
    'net_cls.classid 1048577',
    'net_prio.ifpriomap eth0 500',
    'rdma.max mlx5_1 hca_handle=3 hca_object=4',
  ]);
});

test('no process at all is a limit of pids', () => {
  expect(lines({ pids: { limit: 0 } })).toEqual(['pids.max 0']);
  expect(lines({ pids: { limit: -1 } })).toEqual(['pids.max max']);
});

test('unified is for v2 alone', () => {
  expect(() => lines({ unified: { 'memory.high': '1' } })).toThrow(/cgroup v1/);
  expect(lines({ unified: {} })).toEqual([]);
});
