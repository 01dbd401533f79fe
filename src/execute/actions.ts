import type { HandsOp, StubOp } from '../plan/ops.ts';

/**
 * What an operation was about to do, as the words that follow "cannot". Where the operation itself is not at hand
 * (`start` learns of failures in a plan that `create` made), its arguments are missing and the plain words remain.
 */
type Actions<O extends { readonly op: string }> = {
  readonly [N in O['op']]: (op: Partial<Extract<O, { op: N }>>) => string;
};

const handsActions: Actions<HandsOp> = {
  open: ({ path }) => `open${quoted(path)}`,
  lock: () => 'lock the container',
  unlessGone: () => 'look whether the container was deleted meanwhile',
  mkdir: ({ path }) => `make the directory${quoted(path)}`,
  mkdirAll: ({ path }) => `make the directory${quoted(path)}`,
  rmdir: ({ path }) => `remove the directory${quoted(path)}`,
  removeTree: ({ path }) => `remove${quoted(path)}`,
  unmount: ({ dest }) => `unmount${quoted(dest)}`,
  writeFile: ({ path }) => `write${quoted(path)}`,
  write: ({ path }) => `write${quoted(path, 'to')}`,
  writeAt: ({ name, text }) => `write${quoted(short(text))}${quoted(name, 'to')}`,
  awaitContent: ({ path }) => `see the awaited content${quoted(path, 'in')}`,
  mkfifo: ({ path }) => `make the fifo${quoted(path)}`,
  symlink: ({ path }) => `make the link${quoted(path)}`,
  unlink: ({ path }) => `remove${quoted(path)}`,
  close: () => 'close a descriptor',
  connect: ({ path }) => `connect to the socket${quoted(path)}`,
  socketpair: () => 'make a pair of sockets',
  notifyListen: ({ dir }) => `make the notification socket${quoted(dir, 'in')}`,
  notifyRelay: ({ target }) => `tell${quoted(target)} that the container is ready`,
  cgroupMake: ({ path }) => `make the cgroup${quoted(path)}`,
  cgroupEmpty: () => 'use a cgroup that already has processes',
  deviceFilter: () => 'filter devices (eBPF)',
  cgroupFilled: ({ path }) => `read${quoted(path)}`,
  cgroupOwner: ({ uid }) => `give the cgroup to the user${uid === undefined ? '' : ` ${uid}`}`,
  cgroupKill: ({ path }) => `signal the processes of the cgroup${quoted(path)}`,
  cgroupOom: ({ path }) => `watch the memory of the cgroup${quoted(path)}`,
  cgroupRemove: ({ path }) => `remove the cgroup${quoted(path)}`,
  userns: () => 'make a user namespace with the id mappings',
  pidfd: ({ pid }) => `find the process${pid === undefined ? '' : ` ${pid}`}`,
  signal: ({ signal }) => `send signal${signal === undefined ? '' : ` ${signal}`}`,
  waitExit: () => 'see the process exit in time',
  spawn: () => 'start the init process',
  await: () => 'set up the container',
  release: () => 'let the init process go on',
  pass: () => 'pass descriptors to the init process',
  rawTerminal: () => 'take the terminal into raw mode',
  restoreTerminal: () => 'restore the terminal',
  receive: () => 'receive a descriptor from the init process',
  sendPidfd: () => 'send a pidfd of the process',
  awaitExec: () => 'start the program',
  readFifo: () => 'start the program',
  moveDevice: ({ device, name }) =>
    `move the network device${quoted(device)}${name === device ? '' : quoted(name, 'as')}`,
  busGreet: () => 'greet systemd',
  busCall: ({ subject }) => `ask systemd${quoted(subject, 'about')}`,
  busJob: ({ unit }) => `have systemd start or stop the unit${quoted(unit)}`,
  hook: ({ path }) => `run the hook${quoted(path)}`,
  capture: ({ path }) => `run${quoted(path)}`,
  criu: () => 'ask CRIU',
  criuNotice: ({ notice }) => `reach the step${quoted(notice)} of CRIU`,
  criuEnd: () => 'finish with CRIU',
  sendMaster: () => 'send the terminal over the console socket',
  requireWritable: ({ descriptor }) => `write to descriptor ${descriptor ?? ''}`.trimEnd(),
  signalReady: ({ descriptor }) => `write to descriptor ${descriptor ?? ''}`.trimEnd(),
};

const stubActions: Actions<StubOp> = {
  rlimit: ({ resource, soft, hard }) =>
    `set ${resource ?? 'a resource limit'}${soft === undefined ? '' : ` to ${soft} (hard ${hard})`}`,
  writeSelf: ({ name, text }) => `write${quoted(text)}${quoted(name && `/proc/self/${name}`, 'to')}`,
  undumpable: () => 'hide the init process from tracers',
  setns: ({ kind }) => `join the ${kind?.join(' and ') ?? ''} namespace`.replace('  ', ' '),
  unshare: ({ kind }) => `make the ${kind?.join(' and ') ?? ''} namespace`.replace('  ', ' '),
  clone: ({ namespaces }) =>
    namespaces === undefined || namespaces.length === 0
      ? 'make the init process'
      : `make the namespaces ${namespaces.join(', ')}`,
  become: ({ uid, gid }) => `become ${uid ?? 'root'}:${gid ?? 'root'} in the user namespace`,
  joinCgroup: () => 'join the cgroup',
  setsid: () => 'start a session',
  keyring: ({ name }) => `make the session keyring${quoted(name)}`,
  hostname: ({ name }) => `set the host name${quoted(name)}`,
  domainname: ({ name }) => `set the domain name${quoted(name)}`,
  sysctl: ({ path, value }) => `write${quoted(value)}${quoted(path && `/proc/sys/${path}`, 'to')}`,
  report: () => 'talk to the launcher',
  hold: () => 'talk to the launcher',
  take: () => 'talk to the launcher',
  propagate: ({ flags }) => `make the mount propagation of "/" ${flags?.join(' ') ?? 'what it should be'}`,
  privateParent: ({ path }) => `use the root file system${quoted(path)}`,
  openTree: ({ path }) => `clone the mount${quoted(path, 'at')}`,
  idmap: ({ source }) => `map the ids of the mount${quoted(source, 'of')}`,
  rootfs: ({ path }) => `mount the root file system${quoted(path)}`,
  openRoot: () => 'open the root directory',
  mountFs: ({ type, dest }) => `mount${quoted(type)}${quoted(dest, 'on')}`,
  mountData: ({ type, dest }) => `mount${quoted(type)}${quoted(dest, 'on')}`,
  label: ({ dest, label }) => `label${quoted(dest)}${quoted(label, 'as')}`,
  reconfigure: ({ dest }) => `remount${quoted(dest)}`,
  bind: ({ source, dest }) => `bind${quoted(source || undefined)}${quoted(dest, 'on')}`,
  attr: ({ set, clear, dest }) =>
    `change ${[...(set ?? []), ...(clear ?? []).map((name) => `no ${name}`)].join(', ') || 'the propagation'} of the mount${quoted(dest, 'at')}`,
  makeDir: ({ path }) => `make the directory${quoted(path)}`,
  symlink: ({ path, target }) => `link${quoted(path)}${quoted(target, 'to')}`,
  mknod: ({ path, type, major, minor }) =>
    path === undefined ? 'make a device' : `make the device${quoted(path)} (${type} ${major}:${minor})`,
  bindDevice: ({ source, path }) => `bind the device${quoted(source)}${quoted(path, 'on')}`,
  requireDevice: ({ path }) => `find the device${quoted(path)}`,
  mask: ({ path }) => `mask${quoted(path)}`,
  readonly: ({ path }) => `make${quoted(path)} read-only`,
  pty: () => 'set up the terminal',
  hook: ({ path }) => `run the hook${quoted(path)}`,
  pivot: ({ how }) => `make the root file system "/"${how === undefined ? '' : ` (${how})`}`,
  fdOwner: ({ uid }) => `give the standard streams to user ${uid ?? ''}`.trimEnd(),
  scheduler: ({ policy }) => `set the scheduler${quoted(policy)}`,
  ioPriority: (op) => `set the I/O priority${quoted(op.class)}`,
  affinity: () => 'set the processors to run on',
  personality: ({ domain }) => `take the personality${quoted(domain)}`,
  memoryPolicy: ({ mode }) => `set the memory policy${quoted(mode)}`,
  noNewPrivileges: () => 'set no_new_privs',
  seccomp: () => 'load the seccomp filter',
  landlock: () => 'make a ruleset of Landlock',
  landlockPath: ({ path }) => `allow the path${quoted(path)} with Landlock`,
  landlockPort: ({ port }) =>
    `allow the port${quoted(port === undefined ? port : String(port))} with Landlock`,
  landlockSelf: () => 'restrict the process with Landlock',
  bounding: () => 'drop capabilities from the bounding set',
  umask: () => 'set the umask',
  user: ({ uid, gid, groups }) =>
    uid === undefined
      ? 'become the user'
      : `become user ${uid}:${gid}${groups ? ` with groups ${groups}` : ''}`,
  capabilities: () => 'set the capabilities',
  chdir: ({ path }) => `change to the working directory${quoted(path)}`,
  resolve: ({ name }) => `find the program${quoted(name)}`,
  waitFifo: () => 'wait for start',
  undoMounts: () => 'remember mounts',
  detach: ({ dest }) => `unmount${quoted(dest)}`,
  leave: () => 'end the init process',
  reaper: () => 'leave an init process',
  parentDeath: () => 'set the parent death signal',
  exec: ({ args }) => `execute${quoted(args?.[0])}`,
  sendNetwork: () => 'send the network namespace to the launcher',
  sendSlot: () => 'send a descriptor to the launcher',
  openDirectory: ({ path }) => `open${quoted(path)}`,
  packetPair: () => 'make a pair of sockets',
  place: () => 'pass descriptors on',
};

/** The words for an operation by name; `op` is it, if it is known. */
export function actionOf(inStub: boolean, name: string, op: HandsOp | StubOp | undefined): string {
  const table: Readonly<Record<string, unknown>> = inStub ? stubActions : handsActions;
  const action = Object.hasOwn(table, name) ? (table[name] as (op: unknown) => string) : () => name;
  return action(op ?? {});
}

function quoted(text: string | undefined, preposition?: string): string {
  if (text === undefined) return '';
  return `${preposition === undefined ? '' : ` ${preposition}`} ${JSON.stringify(text)}`;
}

function short(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
