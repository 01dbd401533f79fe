import { refuseData } from './mountBind.ts';
import type { AttrChange, MountOptions } from './mountOptions.ts';
import { morePropagation } from './mountParts.ts';
import type { Request } from './mounts.ts';
import type { StubOp } from './ops.ts';

/**
 * A remount changes what is mounted there already: the attributes of this mount alone, since others may use the file
 * system (`ro` on a disk of the host would be the host's as well); the file system itself only by what no mount has
 * for itself, as `size=`.
 */
export function remountOps(request: Request): StubOp[] {
  const { dest, options, origin } = request;
  if (options.bind) refuseData(request);
  const { attr, attrRecursive, superblock, data } = options;
  const whole = !options.bind && (superblock.length > 0 || data.length > 0);
  const change = ({ set, clear }: AttrChange, recursive: number, propagation: Propagation): StubOp => ({
    op: 'attr',
    root: 'root',
    dest,
    set,
    clear,
    recursive,
    propagation,
    origin,
  });
  const below = attrRecursive.set.length > 0 || attrRecursive.clear.length > 0;
  return [
    ...(whole ? [{ op: 'reconfigure', root: 'root', dest, superblock, options: data, origin } as const] : []),
    change(attr, 0, options.propagation[0] ?? []),
    ...(below ? [change(attrRecursive, 1, [])] : []),
    ...morePropagation(request),
  ];
}

type Propagation = MountOptions['propagation'][number];
