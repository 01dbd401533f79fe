import { expect, test } from 'vitest';
import { hintFor } from '../../src/execute/hints.ts';

const nothing = {
  program: 0,
  index: 0,
  op: '',
  origin: '',
  step: '',
  subject: '',
  errno: 0,
  status: 0,
  detail: '',
};

const failures: readonly [what: string, failure: Partial<typeof nothing>, hint: RegExp][] = [
  [
    'newuidmap refuses',
    { op: 'userns', status: 256, detail: 'newuidmap: uid range not allowed' },
    /\/etc\/subuid/,
  ],
  [
    'newgidmap refuses',
    { op: 'userns', status: 256, detail: 'newgidmap: gid range not allowed' },
    /\/etc\/subgid/,
  ],
  ['there is no newuidmap', { op: 'userns', step: 'execve', errno: 2 }, /package uidmap/],
  ['ids that do not exist here', { op: 'userns', step: 'write', errno: 1 }, /\/proc\/self\/uid_map/],
  ['no cgroup', { op: 'cgroupMake', step: 'mkdirat', errno: 13 }, /leave linux.cgroupsPath out/],
  ['a read-only hierarchy', { op: 'cgroupMake', step: 'mkdirat', errno: 30 }, /leave linux.cgroupsPath out/],
  ['groups', { op: 'user', step: 'setgroups', errno: 1 }, /leave additionalGids out/],
  ['an id without a mapping', { op: 'user', step: 'setresuid', errno: 22 }, /linux.uidMappings/],
];

test.each(failures)('%s', (_, failure, hint) => {
  expect(hintFor({ ...nothing, ...failure })).toMatch(hint);
});

test('a user namespace that may not be made at all has another', () => {
  expect(hintFor({ ...nothing, op: 'userns', step: 'clone3', errno: 1 })).toMatch(/CAP_SYS_ADMIN/);
});
