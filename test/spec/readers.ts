import { relative, resolve } from 'node:path';
import type { Property } from './properties.ts';

const repository = resolve(import.meta.dirname, '../..');

/** The files that read each property of a value, noted while they do. */
export type Readers = Map<Property, Set<string>>;

/** Copy everything and decide nothing. */
const copiers = new Set(['src/config/stringify.ts', 'src/state/record.ts']);

/** A value that is `value`, and notes who looks at what in it. */
export function observed<T>(value: T, readers: Readers, property: Property = ''): T {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key, receiver) {
      const inner: unknown = Reflect.get(target, key, receiver);
      if (typeof key === 'symbol' || !Object.hasOwn(target, key)) return inner;
      if (Array.isArray(target)) return key === 'length' ? inner : observed(inner, readers, `${property}[]`);
      const below = isMap(property) ? `${property}{}` : property === '' ? key : `${property}.${key}`;
      note(readers, below);
      return observed(inner, readers, below);
    },
  });
}

/** Whose members have names of their own. */
function isMap(property: Property): boolean {
  return /(^annotations|\.(sysctl|unified|rdma|netDevices))$/.test(property);
}

function note(readers: Readers, property: Property): void {
  const file = caller();
  if (file !== null && !copiers.has(file)) {
    readers.set(property, (readers.get(property) ?? new Set()).add(file));
  }
}

/** The innermost file of `src` that is at work. */
function caller(): string | null {
  const path = /(\/[^\s():]*\/src\/[^\s():?]*\.ts)/.exec(new Error().stack ?? '')?.[1];
  return path === undefined ? null : relative(repository, path);
}
