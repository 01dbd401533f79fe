import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Contestant } from './contestants.ts';
import type { World } from './world.ts';

const base: unknown = JSON.parse(readFileSync(resolve(import.meta.dirname, 'base.json'), 'utf8'));

export interface Wanted {
  readonly args: readonly string[];
  readonly env?: readonly string[];
  readonly mounts?: readonly object[];
  readonly memoryLimit?: number;
}

/**
 * A bundle for one container: like every bundle that an engine makes, no two have the same config.json, so that a
 * cache which remembers whole configurations gains nothing here.
 */
export function makeBundle(world: World, runtime: Contestant, id: string, wanted: Wanted): string {
  const folder = join(world.scratch, 'bundles', id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configure(world, runtime, id, wanted), null, 2));
  return folder;
}

interface Base {
  readonly process: { readonly env: readonly string[] };
  readonly mounts: readonly object[];
  readonly linux: { readonly resources: object };
}

/**
 * Engines name a parent (`/docker`) and leave it to the runtime to make it for the first container: each runtime makes
 * its own, and has of it what it makes of it.
 */
export function cgroupOf(world: World, runtime: Contestant, id: string): string {
  return join(world.cgroup, runtime.name, id);
}

function configure(
  world: World,
  runtime: Contestant,
  id: string,
  { args, env = [], mounts = [], memoryLimit }: Wanted,
): object {
  const config = base as Base;
  const limits = memoryLimit === undefined ? {} : { memory: { limit: memoryLimit } };
  return {
    ...config,
    hostname: id,
    root: { path: world.rootfs, readonly: true },
    process: { ...config.process, args, env: [...config.process.env, ...env] },
    mounts: [...config.mounts, ...mounts],
    linux: {
      ...config.linux,
      cgroupsPath: `/${cgroupOf(world, runtime, id)}`,
      resources: { ...config.linux.resources, ...limits },
    },
  };
}
