import { count, type Files, numbers, some, table, times } from './parse.ts';
import type { BlockIo, BlockIoEntry, Count, HugePages, Memory, MemoryEntry, Stats } from './stats.ts';

type Paths = Readonly<Record<string, string>>;

/** USER_HZ: the kernel shows its own ticks in these, whatever they are. */
const TICKS = 100;
const NANOSECONDS = 1_000_000_000;

const memoryKinds = ['memory', 'memory.memsw', 'memory.kmem', 'memory.kmem.tcp'] as const;
const memoryFiles = ['usage_in_bytes', 'max_usage_in_bytes', 'failcnt', 'limit_in_bytes'] as const;
const cpusetFiles = [
  'cpus',
  'cpu_exclusive',
  'mems',
  'mem_hardwall',
  'mem_exclusive',
  'memory_migrate',
  'memory_spread_page',
  'memory_spread_slab',
  'memory_pressure',
  'sched_load_balance',
  'sched_relax_domain_level',
] as const;

/** The member of BlockIo, and how its file ends. */
const blockIoFiles = [
  ['ioServiceBytesRecursive', 'io_service_bytes_recursive'],
  ['ioServicedRecursive', 'io_serviced_recursive'],
  ['ioQueueRecursive', 'io_queued_recursive'],
  ['ioServiceTimeRecursive', 'io_service_time_recursive'],
  ['ioWaitTimeRecursive', 'io_wait_time_recursive'],
  ['ioMergedRecursive', 'io_merged_recursive'],
  ['ioTimeRecursive', 'time_recursive'],
  ['sectorsRecursive', 'sectors_recursive'],
] as const;

/** Whose files tell: those of BFQ where a disk uses it, of CFQ in kernels before 5.0, else of the throttling. */
const blockIoSources = ['blkio.bfq.', 'blkio.', 'blkio.throttle.'] as const;

/** The files of cgroup v1 that the statistics are made of; `pageSizes`: of huge pages, `2MB`. */
export function v1Paths(paths: Paths, pageSizes: readonly string[]): string[] {
  const files = (controller: string, names: readonly string[]) => {
    const directory = paths[controller];
    return directory === undefined ? [] : names.map((name) => `${directory}/${name}`);
  };
  return [
    ...files('cpuacct', ['cpuacct.usage', 'cpuacct.stat', 'cpuacct.usage_percpu', 'cpuacct.usage_all']),
    ...files('cpu', ['cpu.stat']),
    ...files(
      'cpuset',
      cpusetFiles.map((name) => `cpuset.${name}`),
    ),
    ...files('memory', [
      'memory.stat',
      ...memoryKinds.flatMap((kind) => memoryFiles.map((name) => `${kind}.${name}`)),
    ]),
    ...files('pids', ['pids.current', 'pids.max']),
    ...files('blkio', [
      ...blockIoFiles.flatMap(([, name]) => [`blkio.bfq.${name}`, `blkio.${name}`]),
      'blkio.throttle.io_service_bytes_recursive',
      'blkio.throttle.io_serviced_recursive',
    ]),
    ...files(
      'hugetlb',
      pageSizes.flatMap((size) => hugePageFiles.map((name) => `hugetlb.${size}.${name}`)),
    ),
  ];
}

const hugePageFiles = ['usage_in_bytes', 'max_usage_in_bytes', 'failcnt'] as const;

export function v1Stats(
  paths: Paths,
  files: Files,
  pageSizes: readonly string[],
): Omit<Stats, 'intel_rdt' | 'network_interfaces'> {
  const read = (controller: string, name: string) => files[`${paths[controller]}/${name}`];
  const limit = read('pids', 'pids.max');
  return {
    cpu: cpu(read),
    cpuset: cpuset(read),
    memory: memory(read),
    pids: {
      current: some(count(read('pids', 'pids.current'))),
      limit: limit === 'max' ? undefined : some(count(limit)),
    },
    blkio: blockIo(read),
    hugetlb: Object.fromEntries(
      pageSizes
        .filter((size) => read('hugetlb', `hugetlb.${size}.usage_in_bytes`) !== undefined)
        .map((size): [string, HugePages] => [
          size,
          {
            usage: some(count(read('hugetlb', `hugetlb.${size}.usage_in_bytes`))),
            max: some(count(read('hugetlb', `hugetlb.${size}.max_usage_in_bytes`))),
            failcnt: count(read('hugetlb', `hugetlb.${size}.failcnt`)),
          },
        ]),
    ),
  };
}

type Reader = (controller: string, name: string) => string | undefined;

function cpu(read: Reader): Stats['cpu'] {
  const modes = table(read('cpuacct', 'cpuacct.stat'));
  const nanoseconds = (mode: string) => times(modes.get(mode) ?? 0, NANOSECONDS / TICKS);
  const [, ...rows] = (read('cpuacct', 'cpuacct.usage_all') ?? '').split('\n').map((line) => line.split(' '));
  const throttled = table(read('cpu', 'cpu.stat'));
  return {
    usage: {
      total: some(count(read('cpuacct', 'cpuacct.usage'))),
      percpu: list((read('cpuacct', 'cpuacct.usage_percpu') ?? '').trim().split(/\s+/)),
      percpu_kernel: list(rows.map(([, , system = '']) => system)),
      percpu_user: list(rows.map(([, user = '']) => user)),
      kernel: nanoseconds('system'),
      user: nanoseconds('user'),
    },
    throttling: {
      periods: some(throttled.get('nr_periods') ?? 0),
      throttledPeriods: some(throttled.get('nr_throttled') ?? 0),
      throttledTime: some(throttled.get('throttled_time') ?? 0),
    },
  };
}

function list(words: readonly string[]): Count[] | undefined {
  const present = words.filter((word) => word !== '');
  return present.length > 0 ? present.map(count) : undefined;
}

function cpuset(read: Reader): Stats['cpuset'] {
  const flag = (name: (typeof cpusetFiles)[number]) => count(read('cpuset', `cpuset.${name}`));
  return {
    cpus: numbers(read('cpuset', 'cpuset.cpus')),
    cpu_exclusive: flag('cpu_exclusive'),
    mems: numbers(read('cpuset', 'cpuset.mems')),
    mem_hardwall: flag('mem_hardwall'),
    mem_exclusive: flag('mem_exclusive'),
    memory_migrate: flag('memory_migrate'),
    memory_spread_page: flag('memory_spread_page'),
    memory_spread_slab: flag('memory_spread_slab'),
    memory_pressure: flag('memory_pressure'),
    sched_load_balance: flag('sched_load_balance'),
    sched_relax_domain_level: flag('sched_relax_domain_level'),
  };
}

function memory(read: Reader): Memory {
  const raw = table(read('memory', 'memory.stat'));
  const entry = (kind: (typeof memoryKinds)[number]): MemoryEntry => {
    const value = (name: (typeof memoryFiles)[number]) => count(read('memory', `${kind}.${name}`));
    return {
      limit: value('limit_in_bytes'),
      usage: some(value('usage_in_bytes')),
      max: some(value('max_usage_in_bytes')),
      failcnt: value('failcnt'),
    };
  };
  return {
    cache: some(raw.get('cache') ?? 0),
    usage: entry('memory'),
    swap: entry('memory.memsw'),
    kernel: entry('memory.kmem'),
    kernelTCP: entry('memory.kmem.tcp'),
    raw: rawMembers(raw),
  };
}

/** In the order of names, as Go writes its maps. */
export function rawMembers(raw: ReadonlyMap<string, Count>): Memory['raw'] {
  return raw.size === 0 ? undefined : Object.fromEntries([...raw].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The first source that has something to say of requests tells all. */
function blockIo(read: Reader): BlockIo {
  const entries = (source: string, name: string) => parseEntries(read('blkio', source + name));
  const source =
    blockIoSources.find((prefix) => entries(prefix, 'io_serviced_recursive') !== undefined) ??
    'blkio.throttle.';
  return Object.fromEntries(blockIoFiles.map(([member, name]) => [member, entries(source, name)]));
}

/** Lines `8:0 Read 1234`, `8:0 1234`, and a total that is left out. */
function parseEntries(text: string | undefined): BlockIoEntry[] | undefined {
  const entries = (text ?? '').split('\n').flatMap((line): BlockIoEntry[] => {
    const [device = '', ...rest] = line.split(' ');
    const [major, minor] = device.split(':');
    if (minor === undefined) return [];
    const [op, value] = rest.length === 2 ? rest : [undefined, rest[0]];
    return [{ major: some(count(major)), minor: some(count(minor)), op, value: some(count(value)) }];
  });
  return entries.length > 0 ? entries : undefined;
}
