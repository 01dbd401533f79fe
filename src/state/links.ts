import type { HandsOp } from '../plan/ops.ts';
import { freezerFile } from './freezer.ts';

/**
 * Links in a container's state directory to what its status is derived from, so that a command which knows nothing but
 * the id can read all of it together with the record. They are made before the complete record is written, and mean
 * nothing without one.
 */
export const PROCESS = 'process';
export const FREEZER = 'freezer';

/** Made while the stub works: nobody waits for them. */
export function stateLinks(stateDir: string, cgroupPaths: Readonly<Record<string, string>>): HandsOp[] {
  const origin = 'state';
  const freezer = freezerFile(cgroupPaths);
  return [
    { op: 'symlink', path: `${stateDir}/${PROCESS}`, target: ['/proc/', { variable: 'pid' }], origin },
    ...(freezer === null
      ? []
      : [{ op: 'symlink', path: `${stateDir}/${FREEZER}`, target: freezer.path, origin } as const]),
  ];
}
