import { describe, expect, test } from 'vitest';
import { type Changes, find, mountsOf, names, planOf, stubOf } from './build.ts';

const tmpfs = (...options: string[]) => ({ destination: '/t', type: 'tmpfs', source: 'tmpfs', options });
const bind = (...options: string[]) => ({
  destination: '/data',
  type: 'bind',
  source: 'data',
  options: ['rbind', ...options],
});
const mappings = () => [{ containerID: 0, hostID: 100000, size: 65536 }];
const inUserns: Changes = {
  linux: {
    namespaces: [{ type: 'pid' }, { type: 'mount' }, { type: 'user' }],
    uidMappings: mappings(),
    gidMappings: mappings(),
  },
};

describe('file systems', () => {
  test('a read-only tmpfs is made read-only when all is done', () => {
    const mount = tmpfs('ro', 'nosuid');
    const stub = stubOf({ config: { mounts: [mount, { ...mount, destination: '/t/inner' }] } });
    const [first, second] = stub.filter((op) => op.op === 'mountFs');
    expect(first).toMatchObject({ dest: '/t', attr: ['nosuid'] });
    const late = stub.findIndex((op) => op.op === 'attr' && op.dest === '/t');
    expect(late).toBeGreaterThan(second === undefined ? 0 : stub.indexOf(second));
    expect(stub[late]).toMatchObject({ set: ['ro'], origin: 'mounts[0]' });
  });

  test('a tmpfs without a mode keeps that of the directory', () => {
    expect(find(mountsOf(tmpfs()), 'mountFs')).toMatchObject({ keepMode: 1 });
    expect(find(mountsOf(tmpfs('mode=755')), 'mountFs')).toMatchObject({
      keepMode: 0,
      options: ['mode=755'],
    });
  });

  test('tmpcopyup', () => {
    expect(find(mountsOf(tmpfs('tmpcopyup')), 'mountFs')).toMatchObject({ copyUp: 1, options: [] });
  });

  test('a disk is read-only as a whole, a shared file system only here', () => {
    const at = (type: string) => mountsOf({ destination: '/x', type, source: '/dev/sda', options: ['ro'] });
    expect(find(at('ext4'), 'mountFs')).toMatchObject({ superblock: ['ro'], attr: ['ro'] });
    expect(find(at('sysfs'), 'mountFs')).toMatchObject({ superblock: [], attr: ['ro'] });
  });

  test('recursive attributes of a new file system are its own', () => {
    expect(find(mountsOf(tmpfs('rnoexec', 'noexec')), 'mountFs').attr).toEqual(['noexec']);
  });

  test('a long option goes through mount(2)', () => {
    const lowerdir = `lowerdir=${'/very/long'.repeat(40)}`;
    const [op, ...rest] = mountsOf({
      destination: '/o',
      type: 'overlay',
      source: 'overlay',
      options: ['ro', 'noatime', 'sync', lowerdir, 'index=off'],
    });
    expect(op).toMatchObject({
      op: 'mountData',
      flags: ['rdonly', 'noatime', 'synchronous'],
      data: `${lowerdir},index=off`,
    });
    expect(rest).toEqual([]);
  });

  test('of a propagation that is two, the second follows', () => {
    const ops = mountsOf(tmpfs('slave', 'shared'));
    expect(ops.map((op) => 'propagation' in op && op.propagation)).toEqual([['slave'], ['shared']]);
  });

  test.each(['/proc', '/sys', '/proc/', '//sys'])('%s is no link', (destination) => {
    const type = destination.includes('proc') ? 'proc' : 'sysfs';
    expect(find(mountsOf({ destination, type, source: type }), 'mountFs').noSymlinks).toBe(1);
  });

  test('devpts does without a gid that is not mapped', () => {
    const options = ['newinstance', 'gid=5', 'mode=0620'];
    const op = find(
      mountsOf({ destination: '/dev/pts', type: 'devpts', source: 'devpts', options }),
      'mountFs',
    );
    expect(op.orElse?.on).toEqual(['EINVAL']);
    expect(op.orElse?.do).toMatchObject([{ options: ['newinstance', 'mode=0620'] }]);
  });

  test('sysfs and mqueue of the host stand in where a user namespace may not mount them', () => {
    const sysfs = { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['ro', 'nosuid'] };
    expect(find(mountsOf(sysfs), 'mountFs').orElse).toBeUndefined();
    expect(find(mountsOf(sysfs, inUserns), 'mountFs').orElse).toMatchObject({
      on: ['EPERM'],
      do: [{ op: 'bind', source: '/sys', recursive: 1, set: ['ro', 'nosuid'], noSymlinks: 1 }],
    });
  });

  test('a remount changes what is there', () => {
    const [op] = mountsOf({ destination: '/dev', options: ['remount', 'ro', 'exec'] });
    expect(op).toMatchObject({ op: 'attr', dest: '/dev', set: ['ro'], clear: ['noexec'] });
  });

  test('a remount reaches the file system itself only by what is no attribute of a mount', () => {
    const remount = (...options: string[]) =>
      mountsOf({ destination: '/t', type: 'tmpfs', source: 'tmpfs', options: ['remount', ...options] });
    expect(names(remount('ro', 'nosuid', 'noatime'))).toEqual(['attr']);
    const [first, ...rest] = remount('ro', 'size=1m', 'async', 'lazytime');
    expect(first).toMatchObject({
      op: 'reconfigure',
      superblock: ['async', 'lazytime'],
      options: ['size=1m'],
    });
    expect(names(rest)).toEqual(['attr']);
  });

  test('a remount with recursive attributes, and of a bind', () => {
    const ops = mountsOf({
      destination: '/t',
      options: ['remount', 'nosuid', 'rro', 'rdev', 'slave', 'shared'],
    });
    expect(ops).toMatchObject([
      { op: 'attr', set: ['nosuid'], clear: [], recursive: 0, propagation: ['slave'] },
      { op: 'attr', set: ['ro'], clear: ['nodev'], recursive: 1 },
      { op: 'attr', propagation: ['shared'] },
    ]);
    expect(names(mountsOf(bind('remount', 'bind', 'ro', 'sync')))).toEqual(['attr']);
    expect(() => mountsOf(bind('remount', 'bind', 'size=1'))).toThrow(/the remount of a bind mount/);
  });

  test.each([undefined, '', 'none'])('type %j is none', (type) => {
    const mount = { destination: '/t', source: 'x', ...(type === undefined ? {} : { type }) };
    expect(() => mountsOf(mount)).toThrow(/a mount needs the type of a file system/);
  });
});

describe('binds', () => {
  test('a relative source is in the bundle', () => {
    expect(find(mountsOf(bind()), 'bind')).toMatchObject({
      source: '/bundle/data',
      recursive: 1,
      tree: null,
    });
    const absolute = { ...bind(), source: '/srv/../var/x' };
    expect(find(mountsOf(absolute), 'bind').source).toBe('/var/x');
  });

  test('the type alone makes a bind, and so does the option alone', () => {
    expect(find(mountsOf({ destination: '/a', type: 'bind', source: '/b' }), 'bind').recursive).toBe(0);
    const typed = { destination: '/a', type: 'none', source: '/b', options: ['bind'] };
    expect(names(mountsOf(typed))).toEqual(['bind']);
  });

  test('a setting of a file system means nothing, a word that is none of the options is an error', () => {
    expect(mountsOf(bind('size=5'))).toEqual(mountsOf(bind()));
    expect(() => mountsOf(bind('noexecc'))).toThrow(
      expect.objectContaining({ origin: 'mounts[0]', message: '"noexecc" is not an option of a bind mount' }),
    );
  });

  test('tmpcopyup is none either: there is no new file system to fill', () => {
    expect(() => mountsOf(bind('tmpcopyup'))).toThrow('"tmpcopyup" is not an option of a bind mount');
  });

  test('a source is needed', () => {
    expect(() => mountsOf({ destination: '/a', type: 'bind' })).toThrow(/needs a source/);
  });

  test('in a user namespace sources are opened before the stub becomes its root', () => {
    const stub = stubOf({ ...inUserns, config: { mounts: [bind()] } });
    const at = (op: string) => stub.findIndex((each) => each.op === op && each.origin === 'mounts[0]');
    const become = stub.findIndex(({ op }) => op === 'become');
    expect(at('openTree')).toBeLessThan(become);
    expect(at('bind')).toBeGreaterThan(become);
    expect(stub[at('bind')]).toMatchObject({ tree: 'mount.0' });
    expect(stub[at('openTree')]).toMatchObject({ path: '/bundle/data', recursive: 1, into: 'mount.0' });
  });
});

describe('idmapped mounts', () => {
  const own = [{ containerID: 0, hostID: 5000, size: 10 }];

  test('are prepared before any namespace is joined, with a user namespace of their own', () => {
    const mount = { ...bind('ridmap'), uidMappings: own, gidMappings: own };
    const plan = planOf({ config: { mounts: [mount] } });
    expect(find(plan.hands, 'userns')).toMatchObject({ uidMap: '0 5000 10\n', into: 'idmap.0' });
    expect(find(plan.hands, 'spawn').pass).toContain('idmap.0');
    const stub = plan.stubs[0] ?? [];
    expect(names(stub).slice(0, 2)).toEqual(['openTree', 'idmap']);
    expect(stub[1]).toMatchObject({ tree: 'mount.0', namespace: 'idmap.0', recursive: 1 });
    expect(find(stub, 'bind').tree).toBe('mount.0');
  });

  test('without mappings of their own use those of the container', () => {
    const stub = stubOf({ ...inUserns, config: { mounts: [bind('idmap')] } });
    expect(find(stub, 'idmap')).toMatchObject({ namespace: 'namespace.user', recursive: 0 });
    expect(() => mountsOf(bind('idmap'))).toThrow(/needs mappings or a user namespace/);
  });

  test('that a user namespace is to see wait where they are copied with locked flags', () => {
    const stub = stubOf({ ...inUserns, config: { mounts: [bind(), bind('ridmap')] } });
    const early = names(stub).slice(0, names(stub).indexOf('setns'));
    expect(early).toEqual(['unshare', 'propagate', 'openRoot', 'mountFs', 'openTree', 'idmap', 'bind']);
    const staged = stub.filter((op) => op.origin === 'mounts[1]');
    expect(staged.slice(-3)).toMatchObject([
      { op: 'bind', dest: '/run/railcar/golden/mount.1', tree: 'mount.1' },
      { op: 'openTree', path: '/run/railcar/golden/mount.1', recursive: 1, into: 'mount.1' },
      { op: 'bind', dest: '/data', tree: 'mount.1' },
    ]);
    const clone = names(stub).indexOf('clone');
    expect(stub.findLastIndex(({ op }) => op === 'openTree')).toBeGreaterThan(clone);
  });

  test('are binds', () => {
    expect(() => mountsOf(tmpfs('idmap'))).toThrow(/only new bind mounts/);
    expect(() => mountsOf(bind('remount', 'idmap'))).toThrow(/only new bind mounts/);
    const mapped = { ...tmpfs(), uidMappings: own, gidMappings: own };
    expect(() => mountsOf(mapped)).toThrow(/only new bind mounts/);
  });

  test('mappings alone are enough, empty ones are none', () => {
    const plan = planOf({ config: { mounts: [{ ...bind(), uidMappings: own, gidMappings: own }] } });
    expect(find(plan.stubs[0] ?? [], 'idmap')).toMatchObject({ recursive: 0, source: '/bundle/data' });
    expect(names(mountsOf({ ...bind(), uidMappings: [], gidMappings: [] }))).toEqual(['bind']);
  });
});
