import { type DeviceException, deviceList } from '../cgroups/device-list.ts';
import { alwaysAllowed } from '../cgroups/devices.ts';
import { generalIoWeight, swapOnly, weightFromShares } from '../cgroups/v2.ts';
import type { BlockIoResources, CpuResources, MemoryResources, Resources } from '../config/config.ts';
import { type Property, property } from './message.ts';
import { INFINITY, mask, perSecond, unifiedProperties } from './unified.ts';

type Amount = number | bigint;

/** Properties that not every systemd knows: it refuses them, and the files of the cgroup are written anyway. */
export const newer: ReadonlySet<string> = new Set([
  // 244
  'AllowedCPUs',
  'AllowedMemoryNodes',
  // 242
  'CPUQuotaPeriodUSec',
]);

/**
 * What systemd is to know of `linux.resources`, so that it does not undo what is then written into the files whenever it
 * looks after its units (systemd.resource-control(5)). What it has no property for is in the files alone.
 */
export function resourceProperties(resources: Resources, version: 1 | 2): Property[] {
  const unified = version === 2 ? unifiedProperties(resources.unified) : [];
  const usual = [
    ...cpuProperties(resources.cpu ?? {}, version),
    ...memoryProperties(resources.memory ?? {}, version),
    ...pidsProperties(resources.pids?.limit),
    ...ioProperties(resources.blockIO ?? {}, version),
  ];
  // As in the files, `unified` wins.
  return [...usual.filter(([name]) => !unified.some(([other]) => other === name)), ...unified];
}

function cpuProperties(
  { shares, quota, period, cpus, mems, idle }: CpuResources,
  version: 1 | 2,
): Property[] {
  const weight = version === 1 ? shares : Number(idle) === 1 ? 0 : weightFromShares(shares);
  return [
    ...(weight ? [property(version === 1 ? 'CPUShares' : 'CPUWeight', 't', BigInt(weight))] : []),
    ...(quota ? [property('CPUQuotaPerSecUSec', 't', quota < 0 ? INFINITY : perSecond(quota, period))] : []),
    ...(quota && period ? [property('CPUQuotaPeriodUSec', 't', BigInt(period))] : []),
    // v1 has them in a hierarchy that systemd does not look after.
    ...(version === 2 && cpus ? mask('AllowedCPUs', cpus) : []),
    ...(version === 2 && mems ? mask('AllowedMemoryNodes', mems) : []),
  ];
}

function memoryProperties({ limit, reservation, swap }: MemoryResources, version: 1 | 2): Property[] {
  if (version === 1) return limit ? [property('MemoryLimit', 't', amount(limit))] : [];
  const onlySwap = swapOnly(limit, swap);
  return [
    ...(limit ? [property('MemoryMax', 't', amount(limit))] : []),
    ...(reservation ? [property('MemoryLow', 't', amount(reservation))] : []),
    ...(onlySwap === undefined
      ? []
      : [property('MemorySwapMax', 't', onlySwap === 'max' ? INFINITY : BigInt(onlySwap))]),
  ];
}

function pidsProperties(limit: Amount | undefined): Property[] {
  return limit === undefined ? [] : [property('TasksMax', 't', amount(limit))];
}

function ioProperties({ weight }: BlockIoResources, version: 1 | 2): Property[] {
  if (!weight) return [];
  return version === 1
    ? [property('BlockIOWeight', 't', BigInt(weight))]
    : [property('IOWeight', 't', BigInt(generalIoWeight(weight)))];
}

function amount(value: Amount): bigint {
  return value < 0 ? INFINITY : BigInt(value);
}

/**
 * v1: systemd writes the rules for devices again whenever it is reloaded, so it has to have the container's. v2 has filters
 * instead, and systemd's is beside railcar's. Rules that begin with "everything" it has no words for.
 */
export function deviceProperties({ devices }: Resources, version: 1 | 2): Property[] {
  if (version === 2 || devices === undefined) return [];
  const list = deviceList(devices, alwaysAllowed);
  if (list.allow) return [];
  return [
    property('DevicePolicy', 's', 'strict'),
    property('DeviceAllow', 'a(ss)', list.exceptions.map(allowed)),
  ];
}

function allowed({ type, major, minor, access }: DeviceException): [string, string] {
  const kind = type === 'b' ? 'block' : 'char';
  if (major !== null && minor !== null) return [`/dev/${kind}/${major}:${minor}`, access];
  return [`${kind}-${major ?? '*'}`, access];
}
