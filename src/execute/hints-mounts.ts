import type { Hint } from './hints.ts';
import type { Failure } from './messages.ts';

const EPERM = 1;
const ENOENT = 2;
const ENXIO = 6;
const EACCES = 13;
const ENOTBLK = 15;
const EEXIST = 17;
const ENODEV = 19;
const ENOTDIR = 20;
const EINVAL = 22;
const ENOSPC = 28;
const EROFS = 30;
const ELOOP = 40;

const fileSystems = ['mountFs', 'mountData'];
const binds = ['bind', 'openTree'];
const mounts = [...fileSystems, ...binds];

const on = (ops: readonly string[], errno: number, step?: RegExp) => (failure: Failure) =>
  ops.includes(failure.op) && failure.errno === errno && (step === undefined || step.test(failure.step));

const unlike = on(mounts, ENOTDIR, /^move_mount/);

const hint = (when: Hint['when'], text: string): Hint => ({ when, text: () => text });

/** Of mounts and devices; see mount_setattr(2), open_tree(2), mknod(2) for which reason has which errno. */
export const mountHints: readonly Hint[] = [
  hint(on(fileSystems, ENODEV), 'this kernel does not know the file system type'),
  hint(on(fileSystems, ENOTBLK), 'the source of this file system must be a block device'),
  hint(
    on(fileSystems, EPERM),
    'in a user namespace only some file systems can be mounted: proc and sysfs where nothing covers the host’s own, ' +
      'mqueue and sysfs with an ipc or network namespace of their own, tmpfs, devpts, overlay',
  ),
  hint(
    on(fileSystems, ENOSPC),
    'tmpcopyup copies all that the image has there: the tmpfs needs a larger size=',
  ),
  hint(
    on(mounts, EROFS, /^(mkdirat|open)/),
    'the mount point is not there, and what it would be made in is read-only',
  ),
  hint(
    (failure) => unlike(failure) && failure.detail.startsWith('a directory'),
    'a directory is mounted on a directory: remove the file, or mount a file there',
  ),
  hint(
    (failure) => unlike(failure) && failure.detail.startsWith('a file'),
    'a file is mounted on a file: name one in this directory',
  ),
  hint(
    on(mounts, ELOOP),
    'links of the image are followed inside it, 40 at most, and none may lead to /proc or /sys themselves',
  ),
  hint(on(binds, ENOENT), 'the source of a bind mount must exist on the host'),
  hint(on(binds, EACCES), 'the source must be within reach of the user who starts the container'),
  hint(
    on(binds, EINVAL, /^open_tree/),
    'an unbindable mount cannot be bound, and in a user namespace one that has mounts below it only with rbind',
  ),
  hint(
    on([...mounts, 'attr', 'readonly'], EPERM, /^mount/),
    'in a user namespace a mount keeps the ro, nodev, nosuid, noexec and access time that the host has given it',
  ),
  hint(
    on(['attr', 'reconfigure'], EINVAL, /^(mount|fspick)/),
    'a remount changes what an earlier mount has put at exactly this place',
  ),
  hint(on(['attr', 'reconfigure'], ENOENT), 'a remount changes what an earlier mount has put there'),
  hint(
    on(['idmap'], EINVAL),
    'file systems learn of idmapped mounts one by one: ext4, xfs, btrfs, tmpfs, erofs and some others have, ' +
      'depending on the kernel; the layers of an overlay may be idmapped, itself not',
  ),
  hint(
    on(['idmap'], EPERM),
    'idmapped mounts need CAP_SYS_ADMIN where the file system was mounted, which no user namespace gives, and a ' +
      'mount that is idmapped already keeps its mapping',
  ),
  hint(on(['mknod'], EEXIST), 'an existing file at the path of a device must be that very device'),
  hint(
    on(['bindDevice'], ENOENT),
    'where devices cannot be made they are taken from the host, which must have this one at the same path',
  ),
  hint(
    on(['requireDevice'], ENOENT),
    'a /dev that is bound belongs to the host, so that no device is made there: all that linux.devices names must be there',
  ),
  hint(on(['bindDevice'], ENODEV), 'the host has another device, or a file, at this path'),
  hint(on(['bindDevice'], ENXIO), 'the host has no driver for this device'),
];
