import { expect, test } from 'vitest';
import { names, stubOf } from './build.ts';

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
  const filter = { program: new Uint8Array(8), flags: [] } as const;
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
