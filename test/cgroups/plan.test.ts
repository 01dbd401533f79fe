import { describe, expect, test } from 'vitest';
import type { CgroupHost } from '../../src/cgroups/host.ts';
import { cgroupOps } from '../../src/cgroups/plan.ts';
import { cgroupReads, withFiles } from '../../src/cgroups/reads.ts';
import type { Resources } from '../../src/config/config.ts';
import type { HandsOp } from '../../src/plan/ops.ts';
import { Recorder } from '../execute/recorder.ts';
import { hybrid, lacking, v1, v2 } from './hosts.ts';

const open: Resources = { devices: [{ allow: true, access: 'rwm' }] };
const config = (resources: Resources = open, cgroupsPath = '/x/c1') => ({
  linux: { cgroupsPath, resources },
});

async function withRead(
  host: CgroupHost,
  files: Record<string, string>,
  cgroupsPath?: string,
): Promise<CgroupHost> {
  const reads = cgroupReads(config(open, cgroupsPath), host, 'c1');
  return withFiles(host, reads, await new Recorder({ files }).read(reads));
}

describe('making', () => {
  test('each hierarchy is made, then checked to be unused, and only then up to be removed', () => {
    const { make } = cgroupOps(config(), v1, 'c1', false);
    const memory = make.filter((op) => 'into' in op && op.into === 'cgroup:memory');
    expect(memory).toEqual([
      {
        op: 'cgroupMake',
        origin: 'linux.cgroupsPath',
        path: '/sys/fs/cgroup/memory/x/c1',
        into: 'cgroup:memory',
      },
    ]);
    expect(memory[0]).not.toHaveProperty('undo');
    const check = make.find((op) => op.op === 'cgroupEmpty' && op.dir === 'cgroup:memory');
    expect(check?.undo).toMatchObject([{ op: 'cgroupRemove', path: '/sys/fs/cgroup/memory/x/c1' }]);
  });

  test('one that was there before stays, unless it lies where railcar itself would put it', async () => {
    const there = { '/sys/fs/cgroup/memory/x/c1/cgroup.procs': '' };
    const { make, kept } = cgroupOps(config(), await withRead(v1, there, '/x/c1'), 'c1', false);
    expect(kept).toEqual(['/sys/fs/cgroup/memory/x/c1']);
    const undone = make.flatMap(({ undo = [] }) => undo).map((op) => ('path' in op ? op.path : ''));
    expect(undone).not.toContain('/sys/fs/cgroup/memory/x/c1');
    expect(undone).toContain('/sys/fs/cgroup/pids/x/c1');
    expect(cgroupReads({ linux: {} }, v1, 'c1').filter(({ path }) => path.endsWith('/cgroup.procs'))).toEqual(
      [],
    );
  });

  test('memory is joined last, through tasks; v2 through cgroup.procs', () => {
    const { joins } = cgroupOps(config(), hybrid, 'c1', false);
    expect(joins.at(-1)).toEqual({ slot: 'cgroup:memory', file: 'tasks', memory: true });
    expect(joins.filter(({ file }) => file === 'cgroup.procs')).toEqual([
      { slot: 'cgroup:unified', file: 'cgroup.procs', memory: false },
    ]);
    expect(joins).toHaveLength(9);
  });

  test('paths are known by controller, v2 by the empty name', () => {
    const { paths } = cgroupOps(config(), hybrid, 'c1', false);
    expect(paths).toMatchObject({
      cpu: '/sys/fs/cgroup/cpu,cpuacct/x/c1',
      cpuacct: '/sys/fs/cgroup/cpu,cpuacct/x/c1',
      'name=systemd': '/sys/fs/cgroup/systemd/x/c1',
      '': '/sys/fs/cgroup/unified/x/c1',
    });
  });

  test('a frozen cgroup is refused', async () => {
    const frozen = await withRead(v1, { '/sys/fs/cgroup/freezer/x/c1/freezer.state': 'FROZEN\n' });
    expect(() => cgroupOps(config(), frozen, 'c1', false)).toThrow(/exists and is frozen/);
    const thawed = await withRead(v1, { '/sys/fs/cgroup/freezer/x/c1/freezer.state': 'THAWED\n' });
    expect(() => cgroupOps(config(), thawed, 'c1', false)).not.toThrow();
    const unified = await withRead(hybrid, { '/sys/fs/cgroup/unified/x/c1/cgroup.freeze': '1\n' });
    expect(() => cgroupOps(config(), unified, 'c1', false)).toThrow(/exists and is frozen/);
  });
});

test('only what the process is born into is made before it', async () => {
  const { birth, make, joins } = cgroupOps(config(), hybrid, 'c1', false);
  const made = (ops: readonly HandsOp[]) => ops.flatMap((op) => (op.op === 'cgroupMake' ? [op.into] : []));
  expect(made(birth)).toEqual(['cgroup:unified']);
  expect(made(make)).toHaveLength(joins.length - 1);
  expect(make.some(({ op }) => op === 'writeAt')).toBe(true);
  expect(cgroupOps(config(), v1, 'c1', false).birth).toEqual([]);
});

describe('cpuset', () => {
  const base = '/sys/fs/cgroup/cpuset';
  const root = { [`${base}/cpuset.cpus`]: '0-3\n', [`${base}/cpuset.mems`]: '0\n' };
  const writes = (host: CgroupHost, resources: Resources = open) =>
    cgroupOps(config(resources), host, 'c1', false)
      .make.flatMap((op) => ('text' in op && JSON.stringify(op).includes('cpuset') ? [op] : []))
      .map((op) => ('path' in op ? `${op.path} ${op.text}` : `${'name' in op ? op.name : ''} ${op.text}`));

  test('new levels inherit from the top down, and the next ones shall from those above the container', async () => {
    expect(writes(await withRead(v1, root))).toEqual([
      `${base}/x/cpuset.cpus 0-3`,
      `${base}/x/cpuset.mems 0`,
      `${base}/x/cgroup.clone_children 1`,
      `${base}/x/c1/cpuset.cpus 0-3`,
      `${base}/x/c1/cpuset.mems 0`,
    ]);
  });

  test('a level that has its own keeps it and hands it on; an empty one does not count', async () => {
    const files = { ...root, [`${base}/x/cpuset.cpus`]: '1\n', [`${base}/x/cpuset.mems`]: '\n' };
    expect(writes(await withRead(v1, files))).toEqual([
      `${base}/x/cpuset.mems 0`,
      `${base}/x/c1/cpuset.cpus 1`,
      `${base}/x/c1/cpuset.mems 0`,
    ]);
  });

  const teaching = {
    ...root,
    [`${base}/x/cpuset.cpus`]: '1\n',
    [`${base}/x/cpuset.mems`]: '0\n',
    [`${base}/x/cgroup.clone_children`]: '1\n',
  };

  test('below a level that hands down a look is enough, and it is written only if nothing has been', async () => {
    const host = await withRead(v1, teaching);
    const { make } = cgroupOps(config(), host, 'c1', false);
    expect(writes(host)).toEqual([]);
    expect(make.filter(({ op }) => op === 'cgroupFilled')).toMatchObject([
      filled(`${base}/x/c1/cpuset.cpus`, '1'),
      filled(`${base}/x/c1/cpuset.mems`, '0'),
    ]);
  });

  test('levels between are born taught as well; one that is there already has to be filled', async () => {
    const below = cgroupOps(config(open, '/x/y/c1'), await withRead(v1, teaching, '/x/y/c1'), 'c1', false);
    expect(below.make.filter(({ op }) => op === 'cgroupFilled' || op === 'write')).toMatchObject([
      filled(`${base}/x/y/cpuset.cpus`, '1'),
      filled(`${base}/x/y/cpuset.mems`, '0'),
      filled(`${base}/x/y/c1/cpuset.cpus`, '1'),
      filled(`${base}/x/y/c1/cpuset.mems`, '0'),
    ]);
    const old = { ...teaching, [`${base}/x/c1/cpuset.cpus`]: '\n', [`${base}/x/c1/cpuset.mems`]: '0\n' };
    expect(writes(await withRead(v1, old))).toEqual([`${base}/x/c1/cpuset.cpus 1`]);
  });

  test("config.json's own value is the only write to the container's level", async () => {
    expect(writes(await withRead(v1, root), { ...open, cpu: { cpus: '2' } })).toEqual([
      `${base}/x/cpuset.cpus 0-3`,
      `${base}/x/cpuset.mems 0`,
      `${base}/x/cgroup.clone_children 1`,
      `${base}/x/c1/cpuset.mems 0`,
      'cpuset.cpus 2',
    ]);
  });
});

function filled(path: string, text: string): object {
  return { op: 'cgroupFilled', path, orElse: { on: ['ENODATA'], do: [{ op: 'write', path, text }] } };
}

describe('a controller that this host does not have', () => {
  test('matters only if limits are asked of it', () => {
    const host = lacking(v1, 'memory');
    expect(() => cgroupOps(config(), host, 'c1', false)).not.toThrow();
    expect(() => cgroupOps(config({ ...open, memory: {} }), host, 'c1', false)).not.toThrow();
    const limited = config({ ...open, memory: { limit: 1 } });
    expect(() => cgroupOps(limited, host, 'c1', false)).toThrow(
      expect.objectContaining({
        code: 'host-unsupported',
        origin: 'linux.resources.memory.limit',
        message: 'this host has no cgroup controller "memory" mounted',
      }),
    );
  });

  test('no device controller: only for a container that may use every device', () => {
    const host = lacking(v1, 'devices');
    expect(() => cgroupOps(config(open), host, 'c1', false)).not.toThrow();
    expect(() => cgroupOps(config({}), host, 'c1', false)).toThrow(/no cgroup controller "devices"/);
  });

  test('no device controller beside v2: a filter stands in for it', () => {
    const { birth } = cgroupOps(config({}), lacking(hybrid, 'devices'), 'c1', false);
    expect(birth).toContainEqual(expect.objectContaining({ op: 'deviceFilter', dir: 'cgroup:unified' }));
  });

  test('hugetlb, net_cls, net_prio and rdma are named', () => {
    const asks: readonly [string, Resources][] = [
      ['hugetlb', { hugepageLimits: [{ pageSize: '2MB', limit: 1 }] }],
      ['net_cls', { network: { classID: 1 } }],
      ['net_prio', { network: { priorities: [{ name: 'eth0', priority: 1 }] } }],
      ['rdma', { rdma: { mlx5: { hcaHandles: 1 } } }],
    ];
    for (const [name, resources] of asks) {
      expect(() => cgroupOps(config({ ...open, ...resources }), v1, 'c1', false)).toThrow(`"${name}"`);
    }
  });
});

describe('v2', () => {
  test('each level above hands down what it does not hand down yet', async () => {
    const files = {
      '/sys/fs/cgroup/cgroup.controllers': 'cpu memory pids\n',
      '/sys/fs/cgroup/cgroup.subtree_control': 'cpu memory pids\n',
      '/sys/fs/cgroup/x/cgroup.subtree_control': 'pids\n',
    };
    const host = await withRead({ ...v2, files: {} }, files, '/x/y/c1');
    const { birth } = cgroupOps(config({ ...open, memory: { limit: 1 } }, '/x/y/c1'), host, 'c1', false);
    expect(birth.filter(({ op }) => op === 'write')).toMatchObject([
      { path: '/sys/fs/cgroup/x/cgroup.subtree_control', text: '+cpu +memory' },
      { path: '/sys/fs/cgroup/y/cgroup.subtree_control'.replace('/y', '/x/y'), text: '+cpu +memory +pids' },
    ]);
    const [first] = birth.filter(({ op }) => op === 'write');
    expect(first?.orElse?.do).toMatchObject([
      { text: '+cpu', orElse: { do: [] } },
      { text: '+memory', origin: 'linux.resources.memory.limit' },
    ]);
    expect(first?.orElse?.do[1]).not.toHaveProperty('orElse');
  });

  const planOn = async (files: Record<string, string>, resources: Resources = {}) => {
    const host = await withRead(v2, files, '/x/c1');
    return () => cgroupOps(config({ ...open, ...resources }), host, 'c1', false);
  };

  test.each(['domain threaded', 'domain invalid', 'threaded'])(
    'a place whose type is %s is refused',
    async (type) => {
      const text = `is for threads (its cgroup.type is "${type}")`;
      expect(await planOn({ '/sys/fs/cgroup/x/cgroup.type': `${type}\n` })).toThrow(text);
      expect(await planOn({ '/sys/fs/cgroup/x/c1/cgroup.type': `${type}\n` })).toThrow(text);
      expect(await planOn({ '/sys/fs/cgroup/x/cgroup.type': 'domain\n' })).not.toThrow();
    },
  );

  test('a cgroup that hands controllers down can hold no process', async () => {
    const file = '/sys/fs/cgroup/x/c1/cgroup.subtree_control';
    expect(await planOn({ [file]: 'cpu memory\n' })).toThrow(
      expect.objectContaining({
        code: 'host-unsupported',
        origin: 'linux.cgroupsPath',
        message: expect.stringContaining('hands the controller "memory" down'),
      }),
    );
    expect(await planOn({ [file]: 'cpu pids\n' })).not.toThrow();
    expect(await planOn({ '/sys/fs/cgroup/x/cgroup.subtree_control': 'memory\n' })).not.toThrow();
  });

  test('a missing controller is named, for unified as well', async () => {
    const missing = async (resources: Resources) => expect(await planOn({}, resources));
    (await missing({ unified: { 'misc.max': 'x 1' } })).toThrow(
      expect.objectContaining({
        origin: 'linux.resources.unified["misc.max"]',
        message: 'this host has no cgroup controller "misc" (cgroup v2)',
      }),
    );
    (await missing({ unified: { 'cgroup.max.depth': '1' } })).not.toThrow();
    (await missing({ unified: { 'memory.high': '1' } })).not.toThrow();
  });

  test('limits are written to the one directory', () => {
    const { birth } = cgroupOps(config({ ...open, pids: { limit: 5 } }), v2, 'c1', false);
    expect(birth).toContainEqual({
      op: 'writeAt',
      origin: 'linux.resources.pids.limit',
      dir: 'cgroup:unified',
      name: 'pids.max',
      text: '5',
    });
  });

  test('devices are filtered before anybody is born into the cgroup', () => {
    const { birth } = cgroupOps(config({}), v2, 'c1', false);
    const filters = birth.filter(({ op }) => op === 'deviceFilter');
    expect(filters).toMatchObject([{ dir: 'cgroup:unified', origin: 'linux.resources.devices' }]);
    expect(cgroupOps(config(), v2, 'c1', false).birth.filter(({ op }) => op === 'deviceFilter')).toEqual([]);
    expect(cgroupOps(config({}), hybrid, 'c1', false).birth.map(({ op }) => op)).not.toContain(
      'deviceFilter',
    );
  });
});

describe('in a scope of systemd', () => {
  const scope = (host: CgroupHost) =>
    cgroupOps(config({ pids: { limit: 5 } }, '/system.slice/x.scope'), host, 'c1', false, true);

  test('v2: the cgroup is found, never made, and nobody has to join it', () => {
    const { birth, make, joins, paths } = scope(v2);
    expect(birth).toEqual([]);
    expect(make[0]).toMatchObject({ op: 'open', path: '/sys/fs/cgroup/system.slice/x.scope' });
    expect(make.map(({ op }) => op)).not.toContain('cgroupMake');
    expect(make.at(-1)).toMatchObject({ op: 'writeAt', name: 'pids.max', text: '5' });
    expect(joins).toEqual([]);
    expect(paths).toEqual({ '': '/sys/fs/cgroup/system.slice/x.scope' });
  });

  test('v1: those that systemd does not look after are made, and all are joined', () => {
    const { make, joins } = scope(v1);
    expect(make.filter(({ op }) => op === 'cgroupMake').every(({ undo }) => undo?.length === 1)).toBe(true);
    expect(make.map(({ op }) => op)).not.toContain('cgroupEmpty');
    expect(joins.length).toBeGreaterThan(0);
  });
});
