import { expect, test } from 'vitest';
import { stringifyJson } from '../../src/config/stringify.ts';
import { v2Paths, v2Stats } from '../../src/stats/v2.ts';

const files = {
  'cpu.stat':
    'usage_usec 7000\nuser_usec 4000\nsystem_usec 3000\nnr_periods 5\nnr_throttled 2\nthrottled_usec 90\nnr_bursts 0',
  'cpu.pressure':
    'some avg10=1.50 avg60=0.25 avg300=0.00 total=1234\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7',
  'memory.stat': 'anon 4096\nfile 8192',
  'memory.current': '20480',
  'memory.max': 'max',
  'memory.peak': '40960',
  'memory.swap.current': '4096',
  'memory.swap.max': '1048576',
  'pids.current': '3',
  'pids.max': 'max',
  'io.stat': '254:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n7:0',
  'hugetlb.2MB.current': '2097152',
  'hugetlb.2MB.events': 'max 4',
};
const contents = Object.fromEntries(Object.entries(files).map(([name, text]) => [`/cg/c1/${name}`, text]));

test('every file that is used is asked for', () => {
  const paths = v2Paths('/cg/c1', ['2MB']);
  expect(Object.keys(contents).filter((path) => !paths.includes(path))).toEqual([]);
});

test('counters in the units and places of v1', () => {
  expect(JSON.parse(stringifyJson(v2Stats('/cg/c1', contents, ['2MB', '1GB'])))).toEqual({
    cpu: {
      usage: { total: 7_000_000, kernel: 3_000_000, user: 4_000_000 },
      throttling: { periods: 5, throttledPeriods: 2, throttledTime: 90_000 },
      psi: {
        some: { avg10: 1.5, avg60: 0.25, avg300: 0, total: 1234 },
        full: { avg10: 0, avg60: 0, avg300: 0, total: 7 },
      },
    },
    cpuset: {
      cpu_exclusive: 0,
      mem_hardwall: 0,
      mem_exclusive: 0,
      memory_migrate: 0,
      memory_spread_page: 0,
      memory_spread_slab: 0,
      memory_pressure: 0,
      sched_load_balance: 0,
      sched_relax_domain_level: 0,
    },
    memory: {
      cache: 8192,
      usage: { limit: 18446744073709552000, usage: 20480, max: 40960, failcnt: 0 },
      swap: { limit: 1048575, usage: 24576, failcnt: 0 },
      kernel: { limit: 0, failcnt: 0 },
      kernelTCP: { limit: 0, failcnt: 0 },
      raw: { anon: 4096, file: 8192 },
    },
    pids: { current: 3 },
    blkio: {
      ioServiceBytesRecursive: [
        { major: 254, op: 'Read', value: 10 },
        { major: 254, op: 'Write', value: 20 },
      ],
      ioServicedRecursive: [
        { major: 254, op: 'Read', value: 1 },
        { major: 254, op: 'Write', value: 2 },
      ],
    },
    hugetlb: { '2MB': { usage: 2097152, failcnt: 4 } },
  });
});

test('no limit is the largest number, exactly', () => {
  const { memory } = v2Stats('/cg/c1', contents, []);
  expect(stringifyJson(memory.usage)).toContain('"limit":18446744073709551615');
});
