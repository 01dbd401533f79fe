import type { BlockIoResources, CpuResources, MemoryResources, Resources } from '../config/config.ts';
import { PlanError } from '../plan/error.ts';
import { orWithout, type Setting, setting, settingOrZero } from './setting.ts';

/** Values that a live cgroup has now; they decide in which order two limits that check each other are written. */
export interface CurrentLimits {
  /** Content of memory.limit_in_bytes. */
  readonly memory?: string | undefined;
}

/** `linux.resources` as writes to the files of cgroup v1, devices excepted. */
export function v1Settings(resources: Resources, current: CurrentLimits = {}): Setting[] {
  if (Object.keys(resources.unified ?? {}).length > 0) {
    throw new PlanError('config-invalid', 'linux.resources.unified', 'cannot be used on cgroup v1');
  }
  return [
    ...cpuSettings(resources.cpu ?? {}),
    ...setting('cpuset', 'cpuset.cpus', 'cpu.cpus', resources.cpu?.cpus),
    ...setting('cpuset', 'cpuset.mems', 'cpu.mems', resources.cpu?.mems),
    ...memorySettings(resources.memory ?? {}, current),
    ...pidsSettings(resources.pids?.limit),
    ...blockIoSettings(resources.blockIO ?? {}),
    ...hugetlbSettings(resources.hugepageLimits),
    ...networkSettings(resources.network ?? {}),
    ...rdmaSettings(resources.rdma),
  ];
}

function cpuSettings(cpu: CpuResources): Setting[] {
  const quota = setting('cpu', 'cpu.cfs_quota_us', 'cpu.quota', cpu.quota);
  const period = setting('cpu', 'cpu.cfs_period_us', 'cpu.period', cpu.period);
  return [
    ...setting('cpu', 'cpu.shares', 'cpu.shares', cpu.shares),
    ...setting('cpu', 'cpu.rt_period_us', 'cpu.realtimePeriod', cpu.realtimePeriod),
    ...setting('cpu', 'cpu.rt_runtime_us', 'cpu.realtimeRuntime', cpu.realtimeRuntime),
    // A shorter period is refused while the old quota divided by it exceeds the parent's share: then quota first.
    ...period.map((write) =>
      quota.length > 0
        ? { ...write, orElse: { on: ['EINVAL'] as const, settings: [...quota, write] } }
        : write,
    ),
    ...quota,
    ...settingOrZero('cpu', 'cpu.cfs_burst_us', 'cpu.burst', cpu.burst).map(orWithout),
    ...settingOrZero('cpu', 'cpu.idle', 'cpu.idle', cpu.idle).map(orWithout),
  ];
}

function memorySettings(memory: MemoryResources, current: CurrentLimits): Setting[] {
  const limit = setting('memory', 'memory.limit_in_bytes', 'memory.limit', memory.limit);
  return [
    ...ordered(limit, swapSettings(memory), current),
    ...setting('memory', 'memory.soft_limit_in_bytes', 'memory.reservation', memory.reservation),
    ...setting('memory', 'memory.kmem.tcp.limit_in_bytes', 'memory.kernelTCP', memory.kernelTCP),
    ...swappinessSettings(memory.swappiness),
    ...(memory.disableOOMKiller
      ? setting('memory', 'memory.oom_control', 'memory.disableOOMKiller', '1')
      : []),
  ];
}

/**
 * The kernel keeps limit <= limit of memory and swap at every moment. The limit goes first, unless the new swap limit
 * is above the limit that is now in force (or there is none to be): then swap has to make room first.
 */
function ordered(limit: Setting[], swap: Setting[], current: CurrentLimits): Setting[] {
  const wanted = swap[0]?.text;
  const swapFirst =
    current.memory !== undefined &&
    wanted !== undefined &&
    (BigInt(wanted) < 0n || BigInt(wanted) > BigInt(current.memory));
  return swapFirst ? [...swap, ...limit] : [...limit, ...swap];
}

/** No limit on memory also lifts the one on memory and swap, which would go on limiting memory otherwise. */
function swapSettings({ limit, swap }: MemoryResources): Setting[] {
  const file = 'memory.memsw.limit_in_bytes';
  if (Number(limit) === -1 && !swap) {
    const lifted = setting('memory', file, 'memory.limit', -1);
    return lifted.map((write) => ({ ...write, orElse: { on: ['ENOENT'] as const, settings: [] } }));
  }
  return setting('memory', file, 'memory.swap', swap);
}

function swappinessSettings(swappiness: number | bigint | undefined): Setting[] {
  if (swappiness === undefined) return [];
  if (swappiness > 100) {
    throw new PlanError(
      'config-invalid',
      'linux.resources.memory.swappiness',
      `${swappiness} is not in the range 0 to 100`,
    );
  }
  return settingOrZero('memory', 'memory.swappiness', 'memory.swappiness', swappiness);
}

function pidsSettings(limit: number | bigint | undefined): Setting[] {
  if (limit === undefined) return [];
  return settingOrZero('pids', 'pids.max', 'pids.limit', limit >= 0 ? limit : 'max');
}

const throttles = [
  ['throttleReadBpsDevice', 'blkio.throttle.read_bps_device'],
  ['throttleWriteBpsDevice', 'blkio.throttle.write_bps_device'],
  ['throttleReadIOPSDevice', 'blkio.throttle.read_iops_device'],
  ['throttleWriteIOPSDevice', 'blkio.throttle.write_iops_device'],
] as const;

function blockIoSettings(io: BlockIoResources): Setting[] {
  return [
    ...setting('blkio', 'blkio.weight', 'blockIO.weight', io.weight).map(orBfq),
    ...setting('blkio', 'blkio.leaf_weight', 'blockIO.leafWeight', io.leafWeight),
    ...(io.weightDevice ?? []).flatMap((device, index) => [
      ...perDevice('blkio.weight_device', `blockIO.weightDevice[${index}]`, device, device.weight).map(orBfq),
      ...perDevice(
        'blkio.leaf_weight_device',
        `blockIO.weightDevice[${index}].leafWeight`,
        device,
        device.leafWeight,
      ),
    ]),
    ...throttles.flatMap(([key, file]) =>
      (io[key] ?? []).flatMap((device, index) =>
        // 0 removes a limit, so it is written.
        perDevice(file, `blockIO.${key}[${index}]`, device, device.rate ?? 0),
      ),
    ),
  ];
}

/** The files of the CFQ scheduler, which kernels had until 5.0, or those of BFQ. */
function orBfq(write: Setting): Setting {
  const bfq = { ...write, file: write.file.replace('blkio.', 'blkio.bfq.') };
  return { ...write, orElse: { on: ['ENOENT'], settings: [bfq] } };
}

function perDevice(
  file: string,
  origin: string,
  device: { readonly major: number; readonly minor: number },
  value: number | bigint | undefined,
): Setting[] {
  if (value === undefined) return [];
  return [{ controller: 'blkio', file, origin, text: `${device.major}:${device.minor} ${value}` }];
}

function hugetlbSettings(limits: Resources['hugepageLimits'] = []): Setting[] {
  return limits.flatMap(({ pageSize, limit }, index) => {
    const origin = `hugepageLimits[${index}]`;
    return [
      ...settingOrZero('hugetlb', `hugetlb.${pageSize}.limit_in_bytes`, origin, limit),
      // Reservations are counted since Linux 5.7 only.
      ...settingOrZero('hugetlb', `hugetlb.${pageSize}.rsvd.limit_in_bytes`, origin, limit).map((write) => ({
        ...write,
        orElse: { on: ['ENOENT'] as const, settings: [] },
      })),
    ];
  });
}

function networkSettings({ classID, priorities = [] }: NonNullable<Resources['network']>): Setting[] {
  return [
    ...setting('net_cls', 'net_cls.classid', 'network.classID', classID),
    ...priorities.flatMap(({ name, priority }, index) =>
      setting('net_prio', 'net_prio.ifpriomap', `network.priorities[${index}]`, `${name} ${priority}`),
    ),
  ];
}

/** The same file and syntax on v1 and v2. */
export function rdmaSettings(rdma: Resources['rdma'] = {}): Setting[] {
  return Object.entries(rdma).map(([device, { hcaHandles, hcaObjects }]) => ({
    controller: 'rdma',
    file: 'rdma.max',
    origin: `rdma.${device}`,
    text: [
      device,
      ...(hcaHandles === undefined ? [] : [`hca_handle=${hcaHandles}`]),
      ...(hcaObjects === undefined ? [] : [`hca_object=${hcaObjects}`]),
    ].join(' '),
  }));
}
