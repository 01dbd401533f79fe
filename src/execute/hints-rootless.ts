import type { Hint } from './hints.ts';
import type { Failure } from './messages.ts';

const EPERM = 1;
const ENOENT = 2;
const EACCES = 13;
const EINVAL = 22;
const EROFS = 30;

const hint = (when: Hint['when'], text: string): Hint => ({ when, text: () => text });

/** newuidmap or newgidmap has run and refused. */
const refusedBy =
  (tool: string) =>
  ({ op, errno, detail }: Failure) =>
    op === 'userns' && errno === 0 && detail.includes(`${tool}:`);

const on =
  (ops: readonly string[], errnos: readonly number[], step = /./) =>
  (failure: Failure) =>
    ops.includes(failure.op) && errnos.includes(failure.errno) && step.test(failure.step);

const ranges = (file: string, option: string) =>
  `the ids of the host must be in a line USER:FIRST:COUNT of ${file} (usermod ${option} FIRST-LAST USER adds one), or be the ` +
  "caller's own; and the program must be allowed to map them: setuid root, and no_new_privs not set";

/** What stands in the way of a caller who is not the host's root. */
export const rootlessHints: readonly Hint[] = [
  hint(refusedBy('newuidmap'), ranges('/etc/subuid', '--add-subuids')),
  hint(refusedBy('newgidmap'), ranges('/etc/subgid', '--add-subgids')),
  hint(
    on(['userns'], [ENOENT], /^execve/),
    "only newuidmap and newgidmap (package uidmap or shadow-utils) may map more than the caller's own id",
  ),
  hint(
    on(['userns'], [EPERM], /^(open|write)/),
    'hostID is an id of the user namespace in which railcar is started: its /proc/self/uid_map and gid_map list those there are',
  ),
  hint(
    on(['cgroupMake', 'joinCgroup'], [EPERM, EACCES, EROFS]),
    'the caller may make no cgroup there: leave linux.cgroupsPath out, or have a cgroup delegated (docs/rootless.md)',
  ),
  hint(
    on(['user', 'become'], [EPERM], /^setgroups/),
    'in a user namespace whose only ids are the caller’s there are no supplementary groups: leave additionalGids out, or map ' +
      'a range of /etc/subgid',
  ),
  hint(
    on(['user', 'become'], [EINVAL], /^set/),
    'the user namespace has no such id: it must be in linux.uidMappings or linux.gidMappings',
  ),
];
