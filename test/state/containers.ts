import type { Config } from '../../src/config/config.ts';
import { freezerFile } from '../../src/state/freezer.ts';
import type { ContainerRecord } from '../../src/state/record.ts';
import { RECORD_SCHEMA, recordText } from '../../src/state/record.ts';
import type { Status } from '../../src/state/status.ts';
import { type FakeHost, procStat } from '../execute/recorder.ts';

export const minimalConfig: Config = {
  ociVersion: '1.2.0',
  root: { path: 'rootfs' },
  process: { args: ['sh'], cwd: '/' },
  linux: { namespaces: [{ type: 'pid' }, { type: 'mount' }] },
};

export function fakeRecord(changes: Partial<ContainerRecord> = {}): ContainerRecord {
  return {
    schema: RECORD_SCHEMA,
    phase: 'created',
    id: 'c1',
    bundle: '/bundle',
    rootfs: '/bundle/rootfs',
    owner: 0,
    created: '2026-01-02T03:04:05.678Z',
    launcher: { pid: 77, startTime: 700 },
    systemdCgroup: false,
    init_process_pid: 42,
    init_process_start: 4200,
    cgroup_paths: {
      freezer: '/cg/freezer/c1',
      memory: '/cg/memory/c1',
      pids: '/cg/pids/c1',
      cpu: '/cg/cpu/c1',
    },
    namespace_paths: {},
    config: minimalConfig,
    ...changes,
  };
}

/** A host with the container `c1` in this status. */
export function hostWith(
  status: Status,
  changes: Partial<ContainerRecord> = {},
  more: FakeHost = {},
): FakeHost {
  const dir = '/run/railcar/c1';
  const record = fakeRecord(
    status === 'creating'
      ? { phase: 'creating', init_process_pid: 0, init_process_start: 0, ...changes }
      : changes,
  );
  return {
    ...more,
    links: {
      ...(status !== 'creating' && {
        [`${dir}/process`]: `/proc/${record.init_process_pid}`,
        [`${dir}/freezer`]: freezerFile(record.cgroup_paths)?.path ?? '',
      }),
      ...more.links,
    },
    directories: [dir, ...(more.directories ?? [])],
    files: {
      [`${dir}/state.json`]: recordText(record),
      ...(status === 'created' && { [`${dir}/exec.fifo`]: '' }),
      '/cg/freezer/c1/freezer.state': status === 'paused' ? 'FROZEN\n' : 'THAWED\n',
      ...(status === 'creating' && { '/proc/77/stat': procStat(77, 700) }),
      '/proc/42/stat': procStat(42, 4200, status === 'stopped' ? 'Z' : 'S'),
      ...more.files,
    },
  };
}
