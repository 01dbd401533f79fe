import { expect, test } from 'vitest';
import { hintFor } from '../../src/execute/hints.ts';

const failures: readonly [op: string, step: string, errno: number, hint: RegExp][] = [
  ['mountFs', 'fsopen', 19, /does not know the file system type/],
  ['mountFs', 'fsconfig(FSCONFIG_CMD_CREATE)', 15, /must be a block device/],
  ['mountFs', 'fsconfig(FSCONFIG_CMD_CREATE)', 1, /in a user namespace only some file systems/],
  ['mountFs', 'sendfile', 28, /needs a larger size=/],
  ['mountFs', 'mkdirat', 30, /what it would be made in is read-only/],
  ['bind', 'open(O_CREAT)', 30, /what it would be made in is read-only/],
  ['mountFs', 'openat2', 40, /none may lead to \/proc or \/sys/],
  ['openTree', 'open_tree', 2, /must exist on the host/],
  ['openTree', 'open_tree', 13, /within reach of the user/],
  ['bind', 'open_tree', 22, /unbindable/],
  ['bind', 'mount_setattr', 1, /a mount keeps the ro, nodev/],
  ['attr', 'mount_setattr', 22, /a remount changes what an earlier mount/],
  ['attr', 'openat2', 2, /a remount changes what an earlier mount/],
  ['idmap', 'mount_setattr(MOUNT_ATTR_IDMAP)', 22, /file systems learn of idmapped mounts one by one/],
  ['idmap', 'mount_setattr(MOUNT_ATTR_IDMAP)', 1, /CAP_SYS_ADMIN where the file system was mounted/],
  ['mknod', 'mknodat', 17, /must be that very device/],
  ['bindDevice', 'open_tree', 2, /taken from the host/],
  ['bindDevice', 'fstat', 19, /another device/],
];

test.each(failures)('%s, %s, %i: %s', (op, step, errno, hint) => {
  const nothing = { program: 3, index: 0, origin: '', subject: '', detail: '', status: 0 };
  expect(hintFor({ ...nothing, op, step, errno })).toMatch(hint);
});

// One errno for both, as mount(2) has it; what was found tells them apart.
test.each([
  ['a directory cannot go on a file', /remove the file, or mount a file there/],
  ['a file cannot go on a directory', /a file is mounted on a file/],
])('a mount on something unlike it: %s', (detail, hint) => {
  const failure = {
    program: 3,
    index: 0,
    origin: '',
    subject: '',
    status: 0,
    op: 'bind',
    step: 'move_mount',
  };
  expect(hintFor({ ...failure, errno: 20, detail })).toMatch(hint);
});
