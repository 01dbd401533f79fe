import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where a soak works: one folder that holds all of its bundles and the state of its containers. */
export interface World {
  /** Absolute path of the runtime. */
  readonly runtime: string;
  readonly folder: string;
  /** For `--root`. */
  readonly root: string;
  /** What the id of every container, and so the name of every cgroup, begins with. */
  readonly prefix: string;
}

const applets = ['true', 'sleep', 'sh'];

export function makeWorld(runtime: string): World {
  const folder = mkdtempSync(join(tmpdir(), 'railcar-soak-'));
  const rootfs = join(folder, 'rootfs');
  for (const name of ['bin', 'dev', 'proc', 'tmp']) mkdirSync(join(rootfs, name), { recursive: true });
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) =>
    copied(path, join(rootfs, 'bin/busybox')),
  );
  if (busybox === undefined) throw new Error('no busybox: apt-get install busybox-static');
  for (const applet of applets) symlinkSync('busybox', join(rootfs, 'bin', applet));
  return { runtime: resolve(runtime), folder, root: join(folder, 'root'), prefix: `soak-${process.pid}-` };
}

export function removeWorld(world: World): void {
  rmSync(world.folder, { recursive: true });
}

const base = JSON.parse(readFileSync(resolve(import.meta.dirname, '../live/base.json'), 'utf8'));

/** A bundle like no other, so that what is remembered by content is always something else; every tenth is a large one. */
export function makeBundle(world: World, id: string, args: readonly string[], extra: object = {}): string {
  const folder = join(world.folder, 'bundles', id);
  mkdirSync(folder, { recursive: true });
  const large = id.endsWith('0');
  const config = {
    ...base,
    hostname: id,
    root: { path: join(world.folder, 'rootfs'), readonly: true },
    process: { ...base.process, args, env: ['PATH=/bin', ...(large ? variables(id) : [])] },
    annotations: { id, ...(large ? { large: id.repeat(10_000) } : {}) },
    linux: { ...base.linux, seccomp: seccomp(id) },
    ...extra,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config, null, 2));
  return folder;
}

export function removeBundle(world: World, id: string): void {
  rmSync(join(world.folder, 'bundles', id), { recursive: true });
}

function variables(id: string): string[] {
  return Array.from({ length: 200 }, (_, index) => `V${index}=${id}-${index}`);
}

/** A filter of its own for each container, by a number that no system call has. */
function seccomp(id: string): object {
  const rule = {
    names: ['personality'],
    action: 'SCMP_ACT_ERRNO',
    args: [{ index: 0, value: 1_000_000 + Number(id.replaceAll(/\D/g, '').slice(-9)), op: 'SCMP_CMP_EQ' }],
  };
  return { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [rule] };
}

function copied(from: string, to: string): boolean {
  try {
    cpSync(from, to, { dereference: true });
    return true;
  } catch {
    return false;
  }
}
