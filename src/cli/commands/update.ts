import type { Resources } from '../../config/config.ts';
import { RailcarError } from '../../errors.ts';
import type { Finish } from '../../execute/messages.ts';
import { update as updateContainer } from '../../lifecycle/update.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import { absolute } from '../paths.ts';
import type { Values } from '../values.ts';

export async function update(
  context: Context,
  values: Values,
  [id = '']: readonly string[],
): Promise<Finish | null> {
  const file = values.text('resources') || null;
  for (const name of ignored) {
    if (values.text(name))
      context.warn(`Setting --${name} is ignored: the kernel does not have this limit any more`);
  }
  const schemas = {
    l3CacheSchema: values.text('l3-cache-schema') || null,
    memBwSchema: values.text('mem-bw-schema') || null,
  };
  const resources = file === null ? resourcesOf(values) : {};
  const nothing = file === null && Object.keys(resources).length === 0;
  if (
    nothing &&
    [...Object.values(schemas), ...ignored.map((name) => values.text(name))].every((text) => !text)
  ) {
    throw new RailcarError('usage', 'update: no limit is given', {
      hint: 'use --resources or one of the others',
    });
  }
  return updateContainer(context, {
    id: checkId(id),
    resourcesFile: file === null || file === '-' ? file : absolute(context.request, file),
    resources,
    ...schemas,
  });
}

/** Accepted because callers may still have them. */
const ignored = ['kernel-memory', 'kernel-memory-tcp'] as const;

/** Only what was given appears in the result, since the rest keeps its value. */
export function resourcesOf(values: Values): Resources {
  const resources: Resources = {};
  const memory = present({
    limit: bytes(values, 'memory'),
    reservation: bytes(values, 'memory-reservation'),
    swap: bytes(values, 'memory-swap'),
  });
  const cpu = present({
    shares: integer(values, 'cpu-share'),
    quota: integer(values, 'cpu-quota'),
    period: integer(values, 'cpu-period'),
    burst: integer(values, 'cpu-burst'),
    realtimeRuntime: integer(values, 'cpu-rt-runtime'),
    realtimePeriod: integer(values, 'cpu-rt-period'),
    cpus: values.text('cpuset-cpus') || undefined,
    mems: values.text('cpuset-mems') || undefined,
    idle: integer(values, 'cpu-idle'),
  });
  const pids = present({ limit: integer(values, 'pids-limit') });
  const blockIO = present({ weight: integer(values, 'blkio-weight') });
  if (memory) resources.memory = memory;
  if (cpu) resources.cpu = cpu;
  if (pids) resources.pids = pids;
  if (blockIO) resources.blockIO = blockIO;
  return resources;
}

function present<T extends Readonly<Record<string, unknown>>>(members: T): T | null {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return given.length === 0 ? null : (Object.fromEntries(given) as T);
}

function integer(values: Values, name: string): number | undefined {
  const value = values.text(name) === '' ? null : values.integer(name);
  if (value === null) return undefined;
  if (value >= -1n && value <= Number.MAX_SAFE_INTEGER) return Number(value);
  throw new RailcarError('usage', `--${name}: ${value} is out of range`);
}

/** As Docker and runc read sizes: units are powers of 1024, with or without a final b. */
function bytes(values: Values, name: string): number | undefined {
  const text = values.text(name);
  if (!text) return undefined;
  if (text === '-1') return -1;
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)i?b?$/i.exec(text);
  const size = Math.floor(Number(match?.[1]) * 1024 ** ' kmgtp'.indexOf((match?.[2] || ' ').toLowerCase()));
  if (Number.isSafeInteger(size)) return size;
  throw new RailcarError('usage', `--${name}: ${JSON.stringify(text)} is not a size such as 512m`);
}
