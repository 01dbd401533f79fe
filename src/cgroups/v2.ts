import type { BlockIoResources, CpuResources, MemoryResources, Resources } from '../config/config.ts';
import { PlanError } from '../plan/error.ts';
import { orWithout, type Setting, setting, settingOrZero } from './setting.ts';
import { rdmaSettings } from './v1.ts';

/** What a live cgroup has now. */
export interface CurrentUsage {
  /** Content of memory.current: bytes. */
  readonly memory?: string | undefined;
}

/** `linux.resources` as writes to the files of cgroup v2, devices excepted. `unified` comes last and wins. */
export function v2Settings(resources: Resources, current: CurrentUsage = {}): Setting[] {
  if (resources.network?.classID || resources.network?.priorities?.length) {
    throw new PlanError(
      'host-unsupported',
      'linux.resources.network',
      'cgroup v2 has neither net_cls nor net_prio',
    );
  }
  return [
    ...cpuSettings(resources.cpu ?? {}),
    ...setting('cpuset', 'cpuset.cpus', 'cpu.cpus', resources.cpu?.cpus),
    ...setting('cpuset', 'cpuset.mems', 'cpu.mems', resources.cpu?.mems),
    ...memorySettings(resources.memory ?? {}, current),
    ...pidsSettings(resources.pids?.limit),
    ...ioSettings(resources.blockIO ?? {}),
    ...hugetlbSettings(resources.hugepageLimits),
    ...rdmaSettings(resources.rdma),
    ...unifiedSettings(resources.unified),
  ];
}

function cpuSettings({ shares, quota, period, burst, idle }: CpuResources): Setting[] {
  const limit = quota
    ? setting('cpu', 'cpu.max', 'cpu.quota', bandwidth(quota, period))
    : setting('cpu', 'cpu.max', 'cpu.period', period ? bandwidth(quota, period) : undefined);
  // The kernel refuses weights in an idle group, and a group that stops being idle gets the default weight.
  return [
    ...settingOrZero('cpu', 'cpu.idle', 'cpu.idle', idle).map(orWithout),
    ...setting('cpu', 'cpu.weight', 'cpu.shares', Number(idle) === 1 ? 0 : weightFromShares(shares)),
    // A burst is never above the quota: a smaller one goes first, a larger one has to wait for its quota.
    ...settingOrZero('cpu', 'cpu.max.burst', 'cpu.burst', burst).map((write) =>
      limit.length > 0 && write.text !== '0'
        ? { ...write, orElse: { on: ['EINVAL'] as const, settings: [...limit, write] } }
        : orWithout(write),
    ),
    ...limit,
  ];
}

function bandwidth(quota: number | bigint | undefined, period: number | bigint | undefined): string {
  return `${quota !== undefined && quota > 0 ? quota : 'max'} ${period || 100000}`;
}

/**
 * v1's shares go from 2 to 262144 with 1024 as default, v2's weight from 1 to 10000 with 100. The curve goes through
 * all three points; runc, crun and systemd's newer versions use the same one.
 */
export function weightFromShares(shares: number | bigint | undefined): number {
  if (!shares) return 0;
  if (shares <= 2) return 1;
  if (shares >= 262144) return 10000;
  const log = Math.log2(Number(shares));
  return Math.ceil(10 ** ((log * log + 125 * log) / 612 - 7 / 34));
}

function memorySettings(memory: MemoryResources, current: CurrentUsage): Setting[] {
  const { limit, swap, reservation } = memory;
  if (memory.checkBeforeUpdate) refuseBelowUsage(memory, current);
  return [
    ...settingOrZero('memory', 'memory.swap.max', 'memory.swap', swapOnly(limit, swap)).map(orNoSwap),
    ...setting('memory', 'memory.max', 'memory.limit', maxOrNumber(limit)),
    ...setting('memory', 'memory.low', 'memory.reservation', maxOrNumber(reservation)),
  ];
}

/**
 * v2 takes every limit, and kills until it holds. The check is no promise: the container may use more a moment later.
 */
function refuseBelowUsage({ limit, swap }: MemoryResources, current: CurrentUsage): void {
  if (current.memory === undefined) return;
  for (const [key, value] of Object.entries({ swap, limit })) {
    if (value !== undefined && value > 0 && BigInt(value) <= BigInt(current.memory)) {
      refuse(
        `memory.${key}`,
        `${value} is not more than the ${current.memory} bytes in use (checkBeforeUpdate)`,
      );
    }
  }
}

/** Without swap accounting there is nothing to be forbidden or left unlimited. */
function orNoSwap(write: Setting): Setting {
  const idle = write.text === 'max' || write.text === '0';
  return idle ? { ...write, orElse: { on: ['ENOENT'], settings: [] } } : write;
}

/** config.json counts memory and swap together, v2 swap alone, where 0 forbids it. Beside unlimited memory it is swap alone. */
export function swapOnly(
  limit: number | bigint | undefined,
  swap: number | bigint | undefined,
): string | undefined {
  if (!swap) return Number(limit) === -1 ? 'max' : undefined;
  if (swap < 0) return 'max';
  if (!limit) refuse('memory.swap', 'cannot be set without a memory limit');
  if (limit < 0) return String(swap);
  if (swap < limit) {
    refuse('memory.swap', `${swap} is less than the memory limit ${limit}`);
  }
  return String(BigInt(swap) - BigInt(limit));
}

function maxOrNumber(value: number | bigint | undefined): number | bigint | string | undefined {
  return value !== undefined && value < 0 ? 'max' : value;
}

function pidsSettings(limit: number | bigint | undefined): Setting[] {
  if (limit === undefined) return [];
  return settingOrZero('pids', 'pids.max', 'pids.limit', limit >= 0 ? limit : 'max');
}

const throttles = [
  ['throttleReadBpsDevice', 'rbps'],
  ['throttleWriteBpsDevice', 'wbps'],
  ['throttleReadIOPSDevice', 'riops'],
  ['throttleWriteIOPSDevice', 'wiops'],
] as const;

function ioSettings(io: BlockIoResources): Setting[] {
  refuseLeafWeight('blockIO', io.leafWeight);
  for (const [index, { leafWeight }] of (io.weightDevice ?? []).entries()) {
    refuseLeafWeight(`blockIO.weightDevice[${index}]`, leafWeight);
  }
  return [
    ...ioWeight('', 'blockIO.weight', io.weight),
    ...(io.weightDevice ?? []).flatMap((device, index) =>
      ioWeight(`${device.major}:${device.minor} `, `blockIO.weightDevice[${index}]`, device.weight),
    ),
    ...throttles.flatMap(([key, word]) =>
      (io[key] ?? []).map(({ major, minor, rate }, index) => ({
        controller: 'io',
        file: 'io.max',
        origin: `blockIO.${key}[${index}]`,
        text: `${major}:${minor} ${word}=${rate || 'max'}`,
      })),
    ),
  ];
}

function refuseLeafWeight(origin: string, weight: number | undefined): void {
  if (!weight) return;
  const message = 'cgroup v2 has none, and v1 had them until Linux 5.0, with CFQ alone';
  throw new PlanError('host-unsupported', `linux.resources.${origin}.leafWeight`, message);
}

/** v1's weight, 10 to 1000, in v2's range from 1 to 10000. */
export function generalIoWeight(weight: number): number {
  return 1 + Math.floor(((Math.max(weight, 10) - 10) * 9999) / 990);
}

/** BFQ takes the weight as it is (1 to 1000); the general file has the range 1 to 10000 for v1's 10 to 1000. */
function ioWeight(device: string, origin: string, weight: number | undefined): Setting[] {
  if (!weight) return [];
  const weights = { controller: 'io', origin };
  const instead = {
    ...weights,
    file: 'io.weight',
    text: `${device || 'default '}${generalIoWeight(weight)}`,
  };
  return [
    {
      ...weights,
      file: 'io.bfq.weight',
      text: `${device}${weight}`,
      orElse: { on: ['ENOENT', 'EOPNOTSUPP'], settings: [instead] },
    },
  ];
}

function hugetlbSettings(limits: Resources['hugepageLimits'] = []): Setting[] {
  return limits.flatMap(({ pageSize, limit }, index) => {
    const origin = `hugepageLimits[${index}]`;
    return [
      ...settingOrZero('hugetlb', `hugetlb.${pageSize}.max`, origin, limit),
      ...settingOrZero('hugetlb', `hugetlb.${pageSize}.rsvd.max`, origin, limit).map((write) => ({
        ...write,
        orElse: { on: ['ENOENT'] as const, settings: [] },
      })),
    ];
  });
}

/** Files of the cgroup itself by which railcar decides who is in it and whether they run. */
const reserved = new Set(['freeze', 'kill', 'procs', 'subtree_control', 'threads', 'type']);

/** Files by name. A file of several keys takes one line a write. */
function unifiedSettings(unified: Resources['unified'] = {}): Setting[] {
  return Object.entries(unified).flatMap(([file, value]) => {
    const origin = `unified["${file}"]`;
    const [, controller, name = ''] = /^([a-z_]+)\.([^/]+)$/.exec(file) ?? [];
    if (controller === undefined) refuse(origin, 'must be the name of a cgroup file, such as "memory.high"');
    if (controller === 'cgroup' && reserved.has(name)) refuse(origin, 'is not for config.json to write');
    return value
      .split('\n')
      .filter((line) => line !== '')
      .map((text) => ({ controller, file, text, origin }));
  });
}

function refuse(origin: string, message: string): never {
  throw new PlanError('config-invalid', `linux.resources.${origin}`, message);
}
