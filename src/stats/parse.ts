import type { Count, Pressure, Stall } from './stats.ts';

/** Contents of files by absolute path, without the final newline; one that is not there is absent. */
export type Files = Readonly<Record<string, string | undefined>>;

/** No limit, as cgroup v1 and runc have it: the largest number of 64 bits. */
const UNLIMITED = 0xffff_ffff_ffff_ffffn;

/** The number that a file holds; 0 for none. */
export function count(text: string | undefined): Count {
  const word = text?.trim() ?? '';
  if (word === 'max') return UNLIMITED;
  if (!/^-?\d+$/.test(word)) return 0;
  const number = Number(word);
  return Number.isSafeInteger(number) ? number : BigInt(word);
}

/** For members that are left out when they are zero. */
export function some(number: Count): Count | undefined {
  return Number(number) === 0 ? undefined : number;
}

export function times(number: Count, factor: number): Count {
  const product = Number(number) * factor;
  return Number.isSafeInteger(product) ? product : BigInt(number) * BigInt(factor);
}

export function plus(a: Count, b: Count): Count {
  const sum = Number(a) + Number(b);
  return Number.isSafeInteger(sum) ? sum : BigInt.asUintN(64, BigInt(a) + BigInt(b));
}

export function isUnlimited(number: Count): boolean {
  return number === UNLIMITED;
}

/** Lines of a name and a number. */
export function table(text: string | undefined): ReadonlyMap<string, Count> {
  const rows = (text ?? '').split('\n').map((line) => line.split(' '));
  return new Map(rows.flatMap(([name, value]) => (name && value ? [[name, count(value)] as const] : [])));
}

/** `0-2,4` in full. */
export function numbers(list: string | undefined): readonly number[] | undefined {
  const all = (list ?? '')
    .trim()
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
    });
  return all.length > 0 ? all : undefined;
}

/** cpu.pressure and its like; `full` is missing in some kernels' cpu.pressure. Without the file: undefined. */
export function pressure(text: string | undefined): Pressure | undefined {
  if (text === undefined || text === '') return undefined;
  const lines = new Map(text.split('\n').map((line) => [line.split(' ', 1)[0] ?? '', line] as const));
  return { some: stall(lines.get('some')), full: stall(lines.get('full')) };
}

function stall(line = ''): Stall {
  const fields = new Map(
    line.split(' ').map((field) => [field.split('=', 1)[0], field.split('=')[1]] as const),
  );
  const share = (name: string) => Number(fields.get(name) ?? 0);
  return {
    avg10: share('avg10'),
    avg60: share('avg60'),
    avg300: share('avg300'),
    total: count(fields.get('total')),
  };
}
