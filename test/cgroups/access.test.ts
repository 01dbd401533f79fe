import { expect, test } from 'vitest';
import { accessNotice } from '../../src/cgroups/access.ts';
import type { CgroupHost } from '../../src/cgroups/host.ts';
import { cgroupOps } from '../../src/cgroups/plan.ts';
import { cgroupReads, withFiles } from '../../src/cgroups/reads.ts';
import type { Resources } from '../../src/config/config.ts';
import { Recorder } from '../execute/recorder.ts';
import { hybrid, v1, v2 } from './hosts.ts';

const EACCES = 13;
const EROFS = 30;

/** A host as somebody finds it who may write to these paths only. */
async function seenBy(host: CgroupHost, own: readonly string[], there: readonly string[] = []) {
  const tops = host.hierarchies.map(({ mountPoint }) => mountPoint);
  const paths = [...tops, ...tops.map((top) => `${top}/cgroup.procs`), ...own, ...there];
  const forbidden = Object.fromEntries(
    paths.filter((path) => !own.includes(path)).map((path, index) => [path, index % 2 ? EACCES : EROFS]),
  );
  const reads = cgroupReads({}, host, 'c1', true);
  const answers = await new Recorder({ directories: paths, forbidden }).read(reads);
  return withFiles(host, reads, answers, true);
}

const with_ = (resources: Resources) => ({ linux: { resources } });

test('a caller who may write nowhere has no cgroup, and is told so', async () => {
  const host = await seenBy(hybrid, []);
  expect(cgroupOps({}, host, 'c1')).toEqual({ birth: [], make: [], joins: [], paths: {}, kept: [] });
  expect(accessNotice(undefined, host, 'c1')).toMatch(/may make no cgroup/);
});

test('for a caller who must have a cgroup nothing is asked, and nothing left out', () => {
  expect(cgroupReads({}, hybrid, 'c1').map(({ kind }) => kind)).not.toContain('WRITABLE');
  expect(Object.keys(cgroupOps({}, hybrid, 'c1').paths)).toContain('memory');
  expect(accessNotice(undefined, hybrid, 'c1')).toBeNull();
});

test('hierarchies in which he may have one are used, the others left out', async () => {
  const host = await seenBy(v1, ['/sys/fs/cgroup/pids', '/sys/fs/cgroup/devices']);
  const { paths, make } = cgroupOps(with_({ pids: { limit: 5 } }), host, 'c1');
  expect(paths).toEqual({ pids: '/sys/fs/cgroup/pids/c1', devices: '/sys/fs/cgroup/devices/c1' });
  expect(accessNotice(undefined, host, 'c1')).toBeNull();
  // Rules for devices are the host's root's to write.
  const rules = make.filter((op) => op.op === 'writeAt' && op.name.startsWith('devices.'));
  expect(rules.length).toBeGreaterThan(0);
  for (const rule of rules)
    expect(rule).toMatchObject({ orElse: { on: ['EPERM', 'EACCES', 'EROFS'], do: [] } });
  const limit = make.find((op) => op.op === 'writeAt' && op.name === 'pids.max');
  expect(limit).not.toHaveProperty('orElse');
});

test('a limit without a cgroup is refused; rules for devices are not', async () => {
  const host = await seenBy(hybrid, []);
  expect(() => cgroupOps(with_({ memory: { limit: 5 } }), host, 'c1')).toThrow(
    'cannot set a limit: the caller may make no cgroup of the controller "memory"',
  );
  expect(() => cgroupOps(with_({ devices: [{ allow: false, access: 'rwm' }] }), host, 'c1')).not.toThrow();
});

test('a path that config.json names is meant', async () => {
  const host = await seenBy(hybrid, []);
  const { make } = cgroupOps({ linux: { cgroupsPath: '/x' } }, host, 'c1');
  expect(make.filter(({ op }) => op === 'cgroupMake').length).toBeGreaterThan(0);
  expect(accessNotice('/x', host, 'c1')).toBeNull();
});

test('of a cgroup that is there its list of tasks counts, and not what is above', async () => {
  const there = '/sys/fs/cgroup/pids/c1';
  const host = await seenBy(v1, [`${there}/tasks`], [there]);
  expect(cgroupOps({}, host, 'c1').paths).toEqual({ pids: there });
  const closed = await seenBy(v1, ['/sys/fs/cgroup/pids'], [there, `${there}/tasks`]);
  expect(cgroupOps({}, closed, 'c1').paths).toEqual({});
});

test('v2: where the caller may make one but not move a process to it, there is none', async () => {
  // A path without a slash begins beside the caller's cgroup.
  const top = '/sys/fs/cgroup/user.slice';
  const made = await seenBy(v2, [top]);
  expect(cgroupOps({}, made, 'c1').paths).toEqual({});
  const moved = await seenBy(v2, [top, `${top}/cgroup.procs`]);
  expect(cgroupOps({}, moved, 'c1').paths).toEqual({ '': `${top}/c1` });
});

test('on a hybrid host v2 alone carries no limits', async () => {
  const place = '/sys/fs/cgroup/unified';
  const host = await seenBy(hybrid, [place, `${place}/cgroup.procs`]);
  expect(cgroupOps({}, host, 'c1').paths).toEqual({ '': `${place}/c1` });
  expect(() => cgroupOps(with_({ pids: { limit: 5 } }), host, 'c1')).toThrow(/cannot set a limit/);
});
