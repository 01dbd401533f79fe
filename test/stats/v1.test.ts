import { expect, test } from 'vitest';
import { stringifyJson } from '../../src/config/stringify.ts';
import { v1Paths, v1Stats } from '../../src/stats/v1.ts';

const paths = Object.fromEntries(
  ['cpu', 'cpuacct', 'cpuset', 'memory', 'pids', 'blkio', 'hugetlb'].map((name) => [name, `/cg/${name}/c1`]),
);

const files = {
  'cpuacct/cpuacct.usage': '900',
  'cpuacct/cpuacct.stat': 'user 3\nsystem 2',
  'cpuacct/cpuacct.usage_percpu': '400 500 ',
  'cpuacct/cpuacct.usage_all': 'cpu user system\n0 1 2\n1 3 4',
  'cpu/cpu.stat': 'nr_periods 5\nnr_throttled 2\nthrottled_time 90',
  'cpuset/cpuset.cpus': '0-1,4',
  'cpuset/cpuset.mems': '0',
  'cpuset/cpuset.sched_load_balance': '1',
  'cpuset/cpuset.sched_relax_domain_level': '-1',
  'memory/memory.stat': 'rss 4096\ncache 8192',
  'memory/memory.usage_in_bytes': '20480',
  'memory/memory.max_usage_in_bytes': '40960',
  'memory/memory.failcnt': '6',
  'memory/memory.limit_in_bytes': '9223372036854771712',
  'memory/memory.memsw.usage_in_bytes': '20490',
  'memory/memory.memsw.limit_in_bytes': '1000',
  'memory/memory.kmem.usage_in_bytes': '11',
  'memory/memory.kmem.tcp.failcnt': '1',
  'pids/pids.current': '3',
  'pids/pids.max': '44',
  'blkio/blkio.throttle.io_service_bytes_recursive': '8:0 Read 10\n8:0 Write 20\n8:0 Total 30\nTotal 30',
  'blkio/blkio.throttle.io_serviced_recursive': '8:0 Read 1\nTotal 1',
  'blkio/blkio.bfq.io_serviced_recursive': 'Total 0',
  'blkio/blkio.bfq.io_service_bytes_recursive': 'Total 0',
  'hugetlb/hugetlb.2MB.usage_in_bytes': '2097152',
  'hugetlb/hugetlb.2MB.max_usage_in_bytes': '4194304',
  'hugetlb/hugetlb.2MB.failcnt': '0',
};
const contents: Record<string, string> = Object.fromEntries(
  Object.entries(files).map(([name, text]) => [`/cg/${name.replace('/', '/c1/')}`, text]),
);
const stats = (more: Record<string, string> = {}) => v1Stats(paths, { ...contents, ...more }, ['2MB', '1GB']);

test('every file that is used is asked for', () => {
  const asked = v1Paths(paths, ['2MB']);
  expect(Object.keys(contents).filter((path) => !asked.includes(path))).toEqual([]);
});

test('in the form of runc', () => {
  expect(JSON.parse(stringifyJson(stats()))).toEqual({
    cpu: {
      usage: {
        total: 900,
        percpu: [400, 500],
        percpu_kernel: [2, 4],
        percpu_user: [1, 3],
        kernel: 20_000_000,
        user: 30_000_000,
      },
      throttling: { periods: 5, throttledPeriods: 2, throttledTime: 90 },
    },
    cpuset: {
      cpus: [0, 1, 4],
      cpu_exclusive: 0,
      mems: [0],
      mem_hardwall: 0,
      mem_exclusive: 0,
      memory_migrate: 0,
      memory_spread_page: 0,
      memory_spread_slab: 0,
      memory_pressure: 0,
      sched_load_balance: 1,
      sched_relax_domain_level: -1,
    },
    memory: {
      cache: 8192,
      usage: { limit: 9223372036854772000, usage: 20480, max: 40960, failcnt: 6 },
      swap: { limit: 1000, usage: 20490, failcnt: 0 },
      kernel: { limit: 0, usage: 11, failcnt: 0 },
      kernelTCP: { limit: 0, failcnt: 1 },
      raw: { cache: 8192, rss: 4096 },
    },
    pids: { current: 3, limit: 44 },
    blkio: {
      ioServiceBytesRecursive: [
        { major: 8, op: 'Read', value: 10 },
        { major: 8, op: 'Write', value: 20 },
        { major: 8, op: 'Total', value: 30 },
      ],
      ioServicedRecursive: [{ major: 8, op: 'Read', value: 1 }],
    },
    hugetlb: { '2MB': { usage: 2097152, max: 4194304, failcnt: 0 } },
  });
});

test('a disk with the scheduler BFQ tells more, and all from one place', () => {
  const bfq = (name: string) => `/cg/blkio/c1/blkio.bfq.${name}`;
  const { blkio } = stats({
    [bfq('io_serviced_recursive')]: '8:0 Read 2',
    [bfq('io_service_bytes_recursive')]: '8:0 Read 99',
    [bfq('sectors_recursive')]: '8:0 5',
  });
  expect(blkio.ioServiceBytesRecursive).toEqual([{ major: 8, op: 'Read', value: 99 }]);
  expect(blkio.sectorsRecursive).toEqual([{ major: 8, value: 5 }]);
});

test('without a controller its part is empty', () => {
  expect(JSON.parse(stringifyJson(v1Stats({}, {}, ['2MB'])))).toMatchObject({
    cpu: { usage: { kernel: 0, user: 0 }, throttling: {} },
    pids: {},
    blkio: {},
    hugetlb: {},
  });
});
