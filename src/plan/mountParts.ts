import type { Request } from './mounts.ts';
import type { StubOp } from './ops.ts';

/** A link in place of these would let an image choose where procfs and sysfs go (CVE-2019-19921). */
export function refusesSymlinks(dest: string): number {
  return dest === '/proc' || dest === '/sys' ? 1 : 0;
}

/** The option that gives all files of a new file system the container's label, unless config.json gives its own: the kernel takes but one of the two. */
export function labelData({ label, options }: Request): string[] {
  return label === '' || options.data.some((option) => /^(def)?context=/.test(option))
    ? []
    : [`context="${label}"`];
}

/** A mount that is attached takes one propagation; every further one follows. */
export function morePropagation({ dest, options, origin }: Request): StubOp[] {
  return options.propagation.slice(1).map((propagation) => ({
    op: 'attr',
    root: 'root',
    dest,
    set: [],
    clear: [],
    recursive: 0,
    propagation,
    origin,
  }));
}
