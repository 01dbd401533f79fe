import { expect, test } from 'vitest';
import { find, mountsOf, names, planOf, stubOf } from './build.ts';

const selinuxLabel = 'system_u:system_r:container_t:s0';
const files = (process: Parameters<typeof stubOf>[0]['process']) =>
  stubOf({ process: { ...process } }).flatMap((op) =>
    op.op === 'writeSelf' || op.op === 'keyring' ? [[op.name, op.op === 'writeSelf' ? op.text : '']] : [],
  );

test('an SELinux label is that of the session keyring and of the next execve', () => {
  expect(files({ selinuxLabel })).toEqual([
    ['attr/keycreate', selinuxLabel],
    ['_ses.golden', ''],
    ['attr/keycreate', ''],
    ['attr/exec', selinuxLabel],
  ]);
});

test('without a keyring there is none to label', () => {
  const stub = stubOf({ process: { selinuxLabel }, options: { noNewKeyring: true } });
  expect(stub.filter(({ op }) => op === 'writeSelf')).toHaveLength(1);
});

test('an AppArmor profile is set before no_new_privs and the filter, which could forbid it', () => {
  const filter = { program: new Uint8Array(8), flags: [], listener: null } as const;
  for (const noNewPrivileges of [true, false]) {
    const list = names(
      stubOf({ process: { apparmorProfile: 'docker-default', noNewPrivileges }, facts: { seccomp: filter } }),
    );
    expect(list.indexOf('writeSelf')).toBeLessThan(list.indexOf('seccomp'));
    if (noNewPrivileges) expect(list.indexOf('writeSelf')).toBeLessThan(list.indexOf('noNewPrivileges'));
  }
});

test('a kernel before 5.8 has one file for all modules', () => {
  const [op] = stubOf({ process: { apparmorProfile: 'p' } }).filter((each) => each.op === 'writeSelf');
  expect(op).toMatchObject({
    name: 'attr/apparmor/exec',
    text: 'exec p',
    orElse: { on: ['ENOENT'], do: [{ name: 'attr/exec', text: 'exec p' }] },
  });
});

test('a label that no module would enforce is refused, and the module named', () => {
  const modules = { apparmor: false, selinux: false };
  expect(() => stubOf({ process: { selinuxLabel }, facts: { modules } })).toThrow(
    'this kernel has no SELinux',
  );
  expect(() => stubOf({ process: { apparmorProfile: 'p' }, facts: { modules } })).toThrow(
    'this kernel has no AppArmor',
  );
  expect(
    names(stubOf({ process: { apparmorProfile: '', selinuxLabel: '' }, facts: { modules } })),
  ).not.toContain('writeSelf');
});

test('a mount label is an option of what takes one, and is given to what does not', () => {
  const mount = (type: string, options: string[] = []) => ({
    destination: `/${type}`,
    type,
    source: type,
    options,
  });
  const long = `lowerdir=${'/very/long'.repeat(40)}`;
  const mounts = [mount('tmpfs', ['mode=755']), mount('proc'), mount('sysfs'), mount('mqueue')];
  const changes = (selinux: boolean, ipc: 'ipc' | 'pid' = 'ipc') => ({
    config: { mounts: [...mounts, mount('overlay', [long])] },
    linux: { namespaces: [{ type: 'mount' as const }, { type: ipc }], mountLabel: 'u:r:t:s0:c1,c2' },
    facts: { modules: { apparmor: false, selinux } },
  });
  const stub = stubOf(changes(true));
  const data = stub.flatMap((op) => (op.op === 'mountFs' ? [op.options] : []));
  expect(data).toEqual([['mode=755', 'context=u:r:t:s0:c1,c2'], [], [], []]);
  expect(find(stub, 'label')).toMatchObject({ dest: '/mqueue', label: 'u:r:t:s0:c1,c2' });
  expect(find(stub, 'mountData').data).toBe(`${long},context="u:r:t:s0:c1,c2"`);
  // Those queues are the host's.
  expect(names(stubOf(changes(true, 'pid')))).not.toContain('label');
  expect(() => stubOf(changes(false))).toThrow(
    expect.objectContaining({ origin: 'linux.mountLabel', code: 'host-unsupported' }),
  );
});

test.each(['context', 'defcontext'])('%s= of a mount counts more than the mount label', (name) => {
  const options = [`${name}="u:r:t:s0:c1,c2"`];
  const [op] = mountsOf(
    { destination: '/t', type: 'tmpfs', source: 'tmpfs', options },
    { linux: { namespaces: [{ type: 'mount' }], mountLabel: 'u:r:t:s0' } },
  );
  expect(op).toMatchObject({ options: [`${name}=u:r:t:s0:c1,c2`] });
});

test('SELinux is asked for the mount label before anything is made; masked directories get it', () => {
  const { hands, stubs } = planOf({
    linux: { namespaces: [{ type: 'mount' }], mountLabel: 'u:r:t:s0', maskedPaths: ['/secrets'] },
  });
  expect(hands[0]).toMatchObject({
    op: 'write',
    path: '/sys/fs/selinux/context',
    text: 'u:r:t:s0',
    origin: 'linux.mountLabel',
  });
  expect(find(stubs[0] ?? [], 'mask')).toMatchObject({ path: '/secrets', label: 'u:r:t:s0' });
  expect(find(stubOf({ linux: { maskedPaths: ['/secrets'] } }), 'mask')).toMatchObject({ label: '' });
});
