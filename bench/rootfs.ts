import { copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Static programs only, so that what a container does by itself is the same few system calls everywhere. */
export function makeRootfs(folder: string, smallest: string): void {
  for (const name of ['bin', 'dev', 'proc', 'sys', 'tmp', 'mnt'])
    mkdirSync(join(folder, name), { recursive: true });
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));
  if (!busybox) throw new Error('no busybox: apt-get install busybox-static');
  copyFileSync(busybox, join(folder, 'bin/busybox'));
  for (const applet of ['true', 'sleep']) symlinkSync('busybox', join(folder, 'bin', applet));
  copyFileSync(smallest, join(folder, 'bin/smallest'));
}
