import type { Errno } from '../plan/ops.ts';

/** One write to one file of a cgroup. */
export interface Setting {
  /** Whose file it is: `memory`. On v1 this is also the hierarchy in which the file lies. */
  readonly controller: string;
  readonly file: string;
  readonly text: string;
  /** Where it comes from, below `linux.resources`: `memory.limit`. */
  readonly origin: string;
  /** If the write fails with one of `on`, these are written instead; none: the failure is ignored. */
  readonly orElse?: { readonly on: readonly Errno[]; readonly settings: readonly Setting[] };
}

type Value = number | bigint | string | undefined;

/** A setting for a value that is set: absent, the number 0 and empty text mean that the resource is left alone. */
export function setting(controller: string, file: string, origin: string, value: Value): Setting[] {
  if (value === undefined || value === '' || value === 0 || value === 0n) return [];
  return [{ controller, file, text: decimal(value), origin }];
}

/** A setting for a value where 0 is a value like others. */
export function settingOrZero(controller: string, file: string, origin: string, value: Value): Setting[] {
  return value === undefined ? [] : [{ controller, file, text: decimal(value), origin }];
}

/** For what younger kernels have: on others 0 is as it is, any other value fails. */
export function orWithout(write: Setting): Setting {
  return write.text === '0' ? { ...write, orElse: { on: ['ENOENT'], settings: [] } } : write;
}

/** In full: a number from 10^21 on would be printed with an exponent, and digits beyond the shortest form be lost. */
export function decimal(value: number | bigint | string): string {
  return typeof value === 'number' ? BigInt(value).toString() : String(value);
}
