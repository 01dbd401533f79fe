import { expect, test } from 'vitest';
import { hintFor } from '../../src/execute/hints.ts';

const nothing = { program: 3, index: 0, origin: '', step: '', subject: '', detail: '', status: 0 };

test.each([
  ['writeSelf', 'process.selinuxLabel', '/proc/self/attr/keycreate', 22, /does not have this label/],
  ['write', 'linux.mountLabel', '/sys/fs/selinux/context', 22, /does not have this label/],
  ['mountFs', 'mounts[2]', 'context=u:r:t:s0', 22, /does not have this label/],
  ['mountFs', 'mounts[2]', 'rootcontext=u:r:t:s0', 22, /does not have this label/],
  ['mask', 'linux.maskedPaths[0]', 'context=u:r:t:s0', 22, /does not have this label/],
  ['writeSelf', 'process.apparmorProfile', '/proc/self/attr/apparmor/exec', 2, /apparmor_parser/],
  ['exec', 'process.args', '/bin/true', 13, /security module.*journalctl/],
  ['exec', 'process.args', '/bin/true', 1, /nnp_transition/],
] as const)('%s for %s, %s, %i: %s', (op, origin, subject, errno, text) => {
  expect(hintFor({ ...nothing, op, origin, subject, errno })).toMatch(text);
});

test('an option that only looks like it is no label', () => {
  const failure = { ...nothing, op: 'mountFs', origin: 'mounts[2]', subject: 'size=1x', errno: 22 };
  expect(hintFor(failure)).toBeUndefined();
});
