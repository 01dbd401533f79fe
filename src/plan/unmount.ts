import { posix } from 'node:path';
import type { Config } from '../config/config.ts';
import { PlanError } from './error.ts';
import { parseMountOptions } from './mountOptions.ts';
import { namespaceKind } from './namespaces.ts';
import type { HandsOp } from './ops.ts';

type Unmount = Extract<HandsOp, { op: 'unmount' }>;

/**
 * Takes off again, last come, first served, what a container without a mount namespace has mounted: on the host, since
 * it inherits the caller's namespace. With a namespace of its own, all goes with that.
 *
 * @param rootfs absolute path on the host
 */
export function unmountOps(config: Config, rootfs: string): Unmount[] {
  if (namespaceKind(config, 'mount') !== 'none') return [];
  const { mounts = [], linux = {} } = config;
  const made = mounts
    .map(({ destination, options = [] }, index) => ({ destination, options, origin: `mounts[${index}]` }))
    .filter(({ options }) => !parseMountOptions(options).remount)
    .map(({ destination, origin }): Unmount => unmountOp(rootfs, destination, origin));
  const covered = (paths: readonly string[] = [], key: string) =>
    paths.map((path, index): Unmount => unmountOp(rootfs, path, `linux.${key}[${index}]`));
  return [
    ...made,
    ...covered(linux.readonlyPaths, 'readonlyPaths'),
    ...covered(linux.maskedPaths, 'maskedPaths'),
  ].reverse();
}

/**
 * Refuses to mount on what is a mount point of the host's already: nobody could tell later which of the two to take off.
 *
 * @param mountinfo the text of /proc/self/mountinfo
 */
export function refuseMounted(config: Config, rootfs: string, mountinfo: string): void {
  const points = new Set(mountinfo.split('\n').map((line) => line.split(' ')[4]));
  for (const { dest, origin } of unmountOps(config, rootfs)) {
    const point = posix.join(rootfs, dest).replaceAll(/[\\ \t\n]/g, (character) => escaped(character));
    if (!points.has(point)) continue;
    const message = `"${dest}" is a mount point already; needs a mount namespace in linux.namespaces`;
    throw new PlanError('config-unsupported', origin, message);
  }
}

/** As mountinfo writes it. */
function escaped(character: string): string {
  return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
}

function unmountOp(root: string, path: string, origin: string): Unmount {
  return { op: 'unmount', root, dest: posix.resolve('/', path), origin };
}
