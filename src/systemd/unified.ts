import { parseBitList } from '../config/bit-list.ts';
import { type Property, property } from './message.ts';

/** systemd's word for "no limit". */
export const INFINITY = 0xffffffffffffffffn;

/**
 * What systemd is to know of `linux.resources.unified`: else it would write its own values into these files again whenever
 * a property of the unit changes. Files that it has no property for, and values that it could not hold, are in the files alone;
 * what the kernel does not take, the kernel refuses.
 */
export function unifiedProperties(unified: Readonly<Record<string, string>> = {}): Property[] {
  return Object.entries(unified).flatMap(([file, text]) => properties[file]?.(text.trim()) ?? []);
}

const properties: Readonly<Record<string, (text: string) => Property[]>> = {
  'cpu.max': bandwidth,
  'cpu.weight': (text) => ofAmount('CPUWeight', text),
  'cpuset.cpus': (text) => mask('AllowedCPUs', text),
  'cpuset.mems': (text) => mask('AllowedMemoryNodes', text),
  'io.weight': (text) => ofAmount('IOWeight', text.replace(/^default\s+/, '')),
  'memory.high': (text) => ofAmount('MemoryHigh', text),
  'memory.low': (text) => ofAmount('MemoryLow', text),
  'memory.max': (text) => ofAmount('MemoryMax', text),
  'memory.min': (text) => ofAmount('MemoryMin', text),
  'memory.swap.max': (text) => ofAmount('MemorySwapMax', text),
  'pids.max': (text) => ofAmount('TasksMax', text),
};

function ofAmount(name: string, text: string): Property[] {
  const value = amount(text);
  return value === null ? [] : [property(name, 't', value)];
}

/** As the kernel reads one: `max`, or a number, of bytes with a unit or without (memparse). */
function amount(text: string): bigint | null {
  if (text === 'max') return INFINITY;
  const [, digits, unit = ''] = /^(\d+)([KMGT]?)$/i.exec(text) ?? [];
  return digits === undefined
    ? null
    : BigInt(digits) << BigInt(' KMGT'.indexOf(unit.toUpperCase() || ' ') * 10);
}

/** `QUOTA [PERIOD]` in microseconds. */
function bandwidth(text: string): Property[] {
  const [, quota = '', period] = /^(max|\d+)(?:\s+(\d+))?$/.exec(text) ?? [];
  if (quota === '' || Number(period) === 0) return [];
  return [
    property('CPUQuotaPerSecUSec', 't', quota === 'max' ? INFINITY : perSecond(quota, period)),
    ...(period ? [property('CPUQuotaPeriodUSec', 't', BigInt(period))] : []),
  ];
}

/** Microseconds. systemd keeps hundredths of a processor; less than asked for would throttle too early. */
export function perSecond(
  quota: string | number | bigint,
  period: string | number | bigint | undefined,
): bigint {
  const exact = (BigInt(quota) * 1_000_000n) / BigInt(period || 100_000);
  return ((exact + 9_999n) / 10_000n) * 10_000n;
}

/** What is no list the kernel will refuse. */
export function mask(name: string, list: string): Property[] {
  const bits = parseBitList(list);
  return bits === null ? [] : [property(name, 'ay', bits)];
}
