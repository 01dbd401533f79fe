import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { Bench, finished } from './launcher.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const railcar = join(repository, 'build/test/railcar-faults');
const layer = join(repository, 'build/lib/railcar.cjs');
const busybox = '/usr/bin/busybox';

/** The real Node layer must be bundled and a static shell be there. */
const possible = process.getuid?.() === 0 && existsSync(busybox) && existsSync(layer);

beforeAll(() => {
  if (possible)
    execFileSync('make', ['-s', '-C', join(repository, 'native'), 'test-faults'], { stdio: 'ignore' });
}, 120_000);

function makeBundle(bench: Bench): void {
  for (const folder of ['rootfs/bin', 'rootfs/proc', 'rootfs/dev'])
    mkdirSync(bench.file(folder), { recursive: true });
  copyFileSync(busybox, bench.file('rootfs/bin/busybox'));
  symlinkSync('busybox', bench.file('rootfs/bin/sh'));
  writeFileSync(
    bench.file('config.json'),
    JSON.stringify({
      ociVersion: '1.2.0',
      process: { args: ['sh', '-c', 'exit 0'], env: ['PATH=/bin'], cwd: '/' },
      root: { path: 'rootfs' },
      mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
      hooks: { createRuntime: [{ path: busybox, args: ['true'] }] },
      linux: {
        namespaces: [{ type: 'pid' }, { type: 'mount' }, { type: 'ipc' }],
        resources: { pids: { limit: 50 } },
      },
    }),
  );
}

/** Directories called `id` in any hierarchy. Other cgroups may go while they are walked, of which find complains. */
function cgroupsOf(id: string): string[] {
  return spawnSync('find', ['/sys/fs/cgroup', '-name', id], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean);
}

/** Processes that mention the bench: a launcher, or a stub in one of its cgroups. */
function processesOf(bench: Bench): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(bench.path);
      } catch {
        return false;
      }
    });
}

describe.runIf(possible)('whichever operation of create fails', () => {
  test('nothing of the container is left, and the message says what failed', {
    timeout: 60_000,
  }, async () => {
    using bench = new Bench();
    makeBundle(bench);
    const root = bench.file('state');
    // Into files: a created container keeps the descriptors, and a pipe would stay open.
    const create = async (id: string, fault: number) => {
      const command = [railcar, '--root', root, 'create', '--bundle', bench.path, id];
      const { code } = await finished(
        '/bin/sh',
        ['-c', `exec "$0" "$@" </dev/null >${bench.file('out')} 2>&1`, ...command],
        {
          env: { RAILCAR_FAULT: String(fault) },
        },
      );
      return { code, stderr: readFileSync(bench.file('out'), 'utf8') };
    };
    for (let fault = 0; ; fault++) {
      const id = `railcar-fault-${process.pid}-${fault}`;
      const { code, stderr } = await create(id, fault);
      if (code === 0) {
        // Past the last operation.
        expect(fault).toBeGreaterThan(10);
        expect(execFileSync(railcar, ['--root', root, 'delete', '--force', id], { encoding: 'utf8' })).toBe(
          '',
        );
        break;
      }
      expect(stderr, `operation ${fault}`).toMatch(/^[^\n]*cannot [^\n]*input\/output error \(EIO\)\n$/);
      // A cgroup whose processes cannot be looked at may be another's: it stays.
      if (/already has processes/.test(stderr))
        for (const path of cgroupsOf(id)) execFileSync('rmdir', [path]);
      expect(cgroupsOf(id), `operation ${fault}`).toEqual([]);
      expect(existsSync(root) ? readdirSync(root) : [], `operation ${fault}`).toEqual([]);
      expect(processesOf(bench), `operation ${fault}`).toEqual([]);
    }
  });
});
