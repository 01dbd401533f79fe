import * as z from 'zod/mini';

/**
 * A 64-bit integer. It is a bigint only where a number could not hold it exactly, so that both `18446744073709551615`
 * and the value before it survive. Comparing it with a number is fine; `BigInt(value)` makes it uniform for sums.
 */
export type Integer = number | bigint;

export const int32 = integer(-(2 ** 31), 2 ** 31 - 1);
export const uint16 = integer(0, 0xffff);
export const uint32 = integer(0, 0xffffffff);
export const int64 = wide(-(2n ** 63n), 2n ** 63n - 1n);
export const uint64 = wide(0n, 2n ** 64n - 1n);

/** An integer that a number holds exactly. */
export function integer(least: number, most: number) {
  return z.custom<number>(
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
    { error: `must be an integer from ${least} to ${most}` },
  );
}

function wide(least: bigint, most: bigint) {
  return z.custom<Integer>(
    (value) =>
      (Number.isSafeInteger(value) || typeof value === 'bigint') &&
      (value as Integer) >= least &&
      (value as Integer) <= most,
    { error: `must be an integer from ${least} to ${most}` },
  );
}

export const text = z.string();
export const texts = z.array(text);
export const flag = z.boolean();
export const textMap = z.record(text, text);

/** A text of a known form; `form` completes the sentence "must be ...". */
export function shaped(pattern: RegExp, form: string) {
  return z.string().check(z.regex(pattern, { error: `must be ${form}` }));
}

/** The names of a table that the C side knows by number. */
export function namesOf<T extends object>(table: T): (keyof T & string)[] {
  return Object.keys(table) as (keyof T & string)[];
}
