import { count, type Files, isUnlimited, plus, pressure, some, table, times } from './parse.ts';
import type { BlockIo, BlockIoEntry, Count, HugePages, Memory, MemoryEntry, Stats } from './stats.ts';
import { rawMembers } from './v1.ts';

const files = [
  'cpu.stat',
  'cpu.pressure',
  'memory.stat',
  'memory.current',
  'memory.max',
  'memory.peak',
  'memory.swap.current',
  'memory.swap.max',
  'memory.pressure',
  'pids.current',
  'pids.max',
  'io.stat',
  'io.pressure',
] as const;

/** The files of cgroup v2 that the statistics are made of. */
export function v2Paths(directory: string, pageSizes: readonly string[]): string[] {
  const pages = pageSizes.flatMap((size) => [`hugetlb.${size}.current`, `hugetlb.${size}.events`]);
  return [...files, ...pages].map((name) => `${directory}/${name}`);
}

/** v2's counters in the places that v1's have. */
export function v2Stats(
  directory: string,
  contents: Files,
  pageSizes: readonly string[],
): Omit<Stats, 'intel_rdt' | 'network_interfaces'> {
  const read = (name: string) => contents[`${directory}/${name}`];
  const limit = read('pids.max');
  return {
    cpu: cpu(read),
    cpuset: noCpuset,
    memory: memory(read),
    pids: {
      current: some(count(read('pids.current'))),
      limit: limit === 'max' ? undefined : some(count(limit)),
    },
    blkio: blockIo(read),
    hugetlb: Object.fromEntries(
      pageSizes
        .filter((size) => read(`hugetlb.${size}.current`) !== undefined)
        .map((size): [string, HugePages] => [
          size,
          {
            usage: some(count(read(`hugetlb.${size}.current`))),
            failcnt: table(read(`hugetlb.${size}.events`)).get('max') ?? 0,
          },
        ]),
    ),
  };
}

type Reader = (name: string) => string | undefined;

/** v2 has none of these switches. */
const noCpuset: Stats['cpuset'] = {
  cpu_exclusive: 0,
  mem_hardwall: 0,
  mem_exclusive: 0,
  memory_migrate: 0,
  memory_spread_page: 0,
  memory_spread_slab: 0,
  memory_pressure: 0,
  sched_load_balance: 0,
  sched_relax_domain_level: 0,
};

function cpu(read: Reader): Stats['cpu'] {
  const stat = table(read('cpu.stat'));
  const nanoseconds = (name: string) => times(stat.get(name) ?? 0, 1000);
  return {
    usage: {
      total: some(nanoseconds('usage_usec')),
      kernel: nanoseconds('system_usec'),
      user: nanoseconds('user_usec'),
    },
    throttling: {
      periods: some(stat.get('nr_periods') ?? 0),
      throttledPeriods: some(stat.get('nr_throttled') ?? 0),
      throttledTime: some(nanoseconds('throttled_usec')),
    },
    psi: pressure(read('cpu.pressure')),
  };
}

const nothing: MemoryEntry = { limit: 0, failcnt: 0 };

function memory(read: Reader): Memory {
  const raw = table(read('memory.stat'));
  const usage = count(read('memory.current'));
  const limit = count(read('memory.max'));
  return {
    cache: some(raw.get('file') ?? 0),
    usage: { limit, usage: some(usage), max: some(count(read('memory.peak'))), failcnt: 0 },
    swap: swap(read, usage, limit),
    kernel: nothing,
    kernelTCP: nothing,
    raw: rawMembers(raw),
    psi: pressure(read('memory.pressure')),
  };
}

/** v2 counts swap alone. */
function swap(read: Reader, usage: Count, limit: Count): MemoryEntry {
  const own = count(read('memory.swap.max'));
  return {
    limit: isUnlimited(own) ? own : plus(own, limit),
    usage: some(plus(count(read('memory.swap.current')), usage)),
    failcnt: 0,
  };
}

/** What a key of io.stat is on v1. */
const kinds = {
  rbytes: ['ioServiceBytesRecursive', 'Read'],
  wbytes: ['ioServiceBytesRecursive', 'Write'],
  rios: ['ioServicedRecursive', 'Read'],
  wios: ['ioServicedRecursive', 'Write'],
} as const;

/** Lines `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0`. */
function blockIo(read: Reader): BlockIo {
  const found = { ioServiceBytesRecursive: [] as BlockIoEntry[], ioServicedRecursive: [] as BlockIoEntry[] };
  for (const line of (read('io.stat') ?? '').split('\n')) {
    const [device = '', ...items] = line.split(' ');
    const [major, minor] = device.split(':');
    if (minor === undefined) continue;
    for (const item of items) {
      const [key = '', value] = item.split('=');
      const kind = Object.hasOwn(kinds, key) ? kinds[key as keyof typeof kinds] : undefined;
      if (kind === undefined) continue;
      const [member, op] = kind;
      found[member].push({
        major: some(count(major)),
        minor: some(count(minor)),
        op,
        value: some(count(value)),
      });
    }
  }
  return {
    ioServiceBytesRecursive: present(found.ioServiceBytesRecursive),
    ioServicedRecursive: present(found.ioServicedRecursive),
    psi: pressure(read('io.pressure')),
  };
}

function present<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length > 0 ? items : undefined;
}
