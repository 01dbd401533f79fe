import { bitList } from '../config/bit-list.ts';
import { capabilityNames } from '../config/capabilities.ts';
import type { HandsOp, StubOp, Template } from './ops.ts';

type Phrases<O extends { readonly op: string }> = {
  readonly [N in O['op']]: (op: Extract<O, { readonly op: N }>) => string;
};

/** What each operation does, in words. */
export const handsPhrases: Phrases<HandsOp> = {
  open: ({ path, into }) => `open ${path} as ${into}`,
  lock: ({ file, deadline }) => `lock ${file} within ${deadline} ms`,
  unlessGone: ({ file }) => `end here if ${file} has been removed`,
  mkdir: ({ path, mode }) => `make directory ${path} (${octal(mode)})`,
  mkdirAll: ({ path, mode }) => `make directory ${path} (${octal(mode)}) unless it exists`,
  rmdir: ({ path }) => `remove directory ${path}`,
  removeTree: ({ path }) => `remove ${path} and what is in it`,
  unmount: ({ root, dest }) => `detach what is mounted on ${dest} below ${root}`,
  writeFile: ({ path, text }) => `write ${path}: ${excerpt(text)}`,
  write: ({ path, text }) => `write ${excerpt(text)} to ${path}`,
  writeAt: ({ dir, name, text }) => `write ${excerpt(text)} to ${name} of ${dir}`,
  awaitContent: ({ path, text }) => `wait until ${path} says ${excerpt(text)}`,
  symlink: ({ path, target }) => `link ${path} to ${excerpt(target)}`,
  mkfifo: ({ path, uid, gid, mode }) => `make fifo ${path} (${octal(mode)}, owner ${uid}:${gid})`,
  unlink: ({ path }) => `remove ${path}`,
  close: ({ file }) => `close ${file}`,
  connect: ({ path, into }) => `connect to ${path} as ${into}`,
  socketpair: ({ a, b }) => `make a pair of sockets, ${a} and ${b}`,
  notifyListen: ({ dir, name, into }) => `listen at ${dir}/${name} as ${into}`,
  notifyRelay: ({ target, forLife }) =>
    `tell ${target} ${forLife ? 'what the process says of itself' : 'when the process says that it is ready'}`,
  cgroupMake: ({ path, into }) => `make cgroup ${path} as ${into}`,
  cgroupEmpty: ({ dir }) => `check that no process is in ${dir}`,
  deviceFilter: ({ dir, filter }) => `filter devices of ${dir} (${filter.length / 8} instructions)`,
  cgroupFilled: ({ path }) => `check that ${path} is not empty`,
  cgroupOwner: ({ dir, files, uid }) => `give ${dir} to user ${uid}, with ${list(files)}`,
  cgroupKill: ({ path, signal }) => `send signal ${signal} to all processes in cgroup ${path}`,
  cgroupOom: ({ path, into }) => `watch the memory of cgroup ${path} as ${into}`,
  cgroupRemove: ({ path }) => `remove cgroup ${path}`,
  userns: ({ uidMap, gidMap, tools, into }) =>
    `make user namespace as ${into}: uids ${maps(uidMap)}, gids ${maps(gidMap)}${tools ? ' (newuidmap)' : ''}`,
  pidfd: ({ pid, startTime, into }) => `open process ${pid} (started at ${startTime}) as ${into}`,
  signal: ({ process, signal }) =>
    Number(signal) === 0 ? `check that ${process} still exists` : `send signal ${signal} to ${process}`,
  waitExit: ({ process, deadline }) => `wait until ${process} has exited, up to ${deadline} ms`,
  spawn: ({ pass, preserve }) => `start the stub with ${list(pass)}${preserved(preserve)}`,
  await: ({ barrier }) => `wait until the stub reports: ${barrier}`,
  release: ({ barrier }) => `let the stub go on: ${barrier}`,
  pass: ({ slots }) => `give the stub ${list(slots)}`,
  rawTerminal: () => 'take the terminal into raw mode',
  restoreTerminal: () => 'restore the mode of the terminal',
  receive: ({ into }) => `receive ${into} from the stub`,
  sendPidfd: ({ socket }) => `send a pidfd of the process over ${socket}`,
  awaitExec: () => 'wait until the user’s program runs',
  readFifo: ({ path }) => `let the container go on through ${path}`,
  moveDevice: ({ device, name, from, to }) =>
    `move network device ${device} from ${from ?? 'here'} to ${to ?? 'here'}${name === device ? '' : ` as ${name}`}`,
  busGreet: ({ bus }) => `greet the bus of ${bus}`,
  busCall: ({ bus, subject }) => `call ${bus}: ${subject}`,
  busJob: ({ bus, unit, deadline }) => `have ${bus} do a job for ${unit}, up to ${deadline} ms`,
  hook: ({ path, args, timeout, severity }) =>
    `run hook ${command(path, args)}${within(timeout)}${severity === 'warn' ? ', failure is only a warning' : ''}`,
  capture: ({ path, args }) => `run ${command(path, args)} for its output`,
  criu: ({ request }) => `send CRIU a request of ${request.length} bytes`,
  criuNotice: ({ notice }) => `let CRIU go on until ${notice}`,
  criuEnd: () => 'let CRIU finish',
  sendMaster: ({ master, socket }) => `send ${master} over ${socket}`,
  requireWritable: ({ descriptor }) => `check that descriptor ${descriptor} can be written to`,
  signalReady: ({ descriptor }) => `write a NUL to descriptor ${descriptor}`,
};

export const stubPhrases: Phrases<StubOp> = {
  rlimit: ({ resource, soft, hard }) => `limit ${resource} to ${limit(soft)}, hard ${limit(hard)}`,
  writeSelf: ({ name, text }) => `write ${excerpt(text)} to /proc/self/${name}`,
  undumpable: () => 'become undumpable',
  setns: ({ kind, namespace }) => `join ${kind.join(', ')} namespace ${namespace}`,
  unshare: ({ kind }) => `leave for a new ${kind.join(', ')} namespace`,
  clone: ({ namespaces, cgroup }) =>
    `be born anew${namespaces.length > 0 ? ` in new namespaces: ${namespaces.join(', ')}` : ''}${cgroup === null ? '' : `, in ${cgroup}`}`,
  become: ({ uid, gid }) => `become ${uid}:${gid}`,
  joinCgroup: ({ dir, file }) => `join ${dir} (${file})`,
  setsid: () => 'start a session',
  keyring: ({ name }) => `join new session keyring ${name}`,
  hostname: ({ name }) => `set host name ${name}`,
  domainname: ({ name }) => `set domain name ${name}`,
  sysctl: ({ path, value }) => `set sysctl ${path} to ${value}`,
  report: ({ barrier }) => `report: ${barrier}`,
  hold: ({ barrier }) => `wait for leave to go on: ${barrier}`,
  take: ({ slots }) => `take ${list(slots)} from the hands`,
  propagate: ({ flags }) => `make / ${flags.join(', ')}`,
  privateParent: ({ path, propagation }) => `make the mount that holds ${path} ${propagation.join(', ')}`,
  openTree: ({ path, recursive, into }) => `clone mount ${path}${recursively(recursive)} as ${into}`,
  idmap: ({ tree, namespace, recursive }) => `map owners of ${tree}${recursively(recursive)} by ${namespace}`,
  rootfs: ({ path, tree }) => `take ${path} as root file system${from(tree)}`,
  openRoot: () => 'open / as root file system',
  mountFs: ({ dest, type, source, options, attr, superblock, propagation, copyUp }) =>
    `mount ${type === source ? type : `${type} "${source}"`} on ${dest}${parenthesis([...attr, ...superblock, ...options, ...propagation, ...(copyUp ? ['tmpcopyup'] : [])])}`,
  mountData: ({ dest, type, source, flags, data, propagation }) =>
    `mount ${type} "${source}" on ${dest}${parenthesis([...flags, data, ...propagation])}`,
  label: ({ dest, label }) => `label ${dest} ${label}`,
  reconfigure: ({ dest, superblock, options }) =>
    `reconfigure the file system at ${dest}${parenthesis([...superblock, ...options])}`,
  bind: (op) =>
    `bind ${op.source} on ${op.dest}${from(op.tree)}${parenthesis([
      ...(op.recursive ? ['with all below'] : []),
      ...changes(op.set, op.clear),
      ...changes(op.setRecursive, op.clearRecursive).map((text) => `all below ${text}`),
      ...op.propagation,
    ])}`,
  attr: ({ dest, set, clear, recursive, propagation }) =>
    `change mount ${dest}${recursively(recursive)}${parenthesis([...changes(set, clear), ...propagation])}`,
  makeDir: ({ path, mode }) => `make directory ${path} (${octal(mode)})`,
  symlink: ({ path, target }) => `link ${path} to ${target}`,
  mknod: ({ path, type, major, minor, mode, uid, gid }) =>
    `make ${type === 'p' ? 'fifo' : 'device'} ${path} (${type === 'p' ? '' : `${type} ${major}:${minor}, `}${octal(mode)}, owner ${uid}:${gid})`,
  bindDevice: ({ path, source, type, major, minor }) =>
    `bind device ${source} (${type} ${major}:${minor}) on ${path}`,
  requireDevice: ({ path, type, major, minor }) => `find device ${path} (${type} ${major}:${minor})`,
  mask: ({ path }) => `mask ${path}`,
  readonly: ({ path }) => `make ${path} read-only`,
  pty: ({ rows, columns, uid, socket }) =>
    `make terminal${Number(rows) > 0 ? ` of ${columns}x${rows}` : ''} for uid ${uid}, master to ${socket ?? 'the launcher'}`,
  hook: ({ path, args, timeout }) => `run hook ${command(path, args)}${within(timeout)}`,
  undoMounts: () => 'take back all mounts if one fails',
  detach: ({ dest }) => `detach what is mounted on ${dest}`,
  leave: () => 'end',
  pivot: ({ how }) => `make the root file system / (${how})`,
  fdOwner: ({ uid }) => `give descriptors 0 to 2 to uid ${uid}`,
  scheduler: ({ policy, nice, priority, runtime, deadline, period, flags }) =>
    `schedule by ${policy}${parenthesis([...numbers({ nice, priority, runtime, deadline, period }), ...flags])}`,
  ioPriority: (op) => `set I/O priority ${op.class} ${op.priority}`,
  affinity: ({ cpus }) => `run on processors ${bitList(cpus)}`,
  personality: ({ domain }) => `take the personality ${domain}`,
  memoryPolicy: ({ mode, flags, nodes }) =>
    `set memory policy ${mode}${nodes.length > 0 ? ` of nodes ${bitList(nodes)}` : ''}${parenthesis(flags)}`,
  noNewPrivileges: () => 'give up gaining privileges',
  seccomp: ({ filter, flags, listener }) =>
    `load filter of ${filter.length / 8} instructions${parenthesis(flags)}${listener === null ? '' : `, its listener to ${listener}`}`,
  landlock: ({ files, network, scope, into }) =>
    `make ruleset ${into} of Landlock for ${[...(files.length > 0 ? ['files'] : []), ...network, ...scope].join(', ')}`,
  landlockPath: ({ path, access }) => `allow below ${path}: ${access.join(', ')}`,
  landlockPort: ({ port, access }) => `allow ${access.join(', ')} with port ${port}`,
  landlockSelf: ({ ruleset }) => `restrict the process with ${ruleset}`,
  bounding: ({ capabilities }) => `bound capabilities to ${capabilityList(capabilities)}`,
  umask: ({ mask }) => `set umask ${octal(mask)}`,
  user: ({ uid, gid, groups }) => `become ${uid}:${gid}, groups ${groups === '' ? 'none' : groups}`,
  capabilities: (op) =>
    `set capabilities: effective ${capabilityList(op.effective)}, permitted ${capabilityList(op.permitted)}, inheritable ${capabilityList(op.inheritable)}, ambient ${capabilityList(op.ambient)}`,
  chdir: ({ path, early }) => `enter ${path}${early ? ' (already, if root may)' : ''}`,
  resolve: ({ name, path }) =>
    `find ${name}${name.includes('/') ? '' : ` in ${path || 'nowhere: PATH is not set'}`}`,
  waitFifo: ({ fifo }) => `wait on ${fifo} for start`,
  reaper: () => 'stay as the init process, with the program as its child',
  parentDeath: ({ signal }) =>
    Number(signal) === 0 ? 'outlive the launcher' : 'die with the launcher until created',
  exec: ({ args, env, preserve }) =>
    `execute ${args.join(' ')} with ${env.length} variables${preserved(preserve)}`,
  sendNetwork: () => 'send the network namespace to the launcher',
  sendSlot: ({ file }) => `send ${file} to the launcher`,
  openDirectory: ({ path, into }) => `open ${path} as ${into}`,
  packetPair: ({ a, b }) => `make a pair of sockets, ${a} and ${b}`,
  place: ({ files }) => `make ${list(files)} descriptors 3 and following`,
};

function octal(mode: number | bigint): string {
  return `0${Number(mode).toString(8).padStart(3, '0')}`;
}

/** A record or a state is long and known; the first words say what it is. */
function excerpt(template: Template): string {
  const pieces = typeof template === 'string' ? [template] : template;
  const text = pieces.map((piece) => (typeof piece === 'string' ? piece : `{${piece.variable}}`)).join('');
  const line = JSON.stringify(text.trimEnd()).slice(1, -1).replaceAll('\\"', '"');
  return line.length > 48 ? `${line.slice(0, 45)}...` : line;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}

function maps(text: string): string {
  return text.trimEnd().replaceAll('\n', ', ');
}

function preserved(count: number | bigint): string {
  return Number(count) === 0 ? '' : ` and ${count} descriptors from 3 on`;
}

function within(timeout: number | bigint): string {
  return Number(timeout) === 0 ? '' : `, up to ${timeout} ms`;
}

function command(path: string, args: readonly string[]): string {
  return [path, ...args.slice(1)].join(' ');
}

function limit(value: number | bigint): string {
  return BigInt(value) === 2n ** 64n - 1n ? 'infinity' : String(value);
}

function recursively(flag: number | bigint): string {
  return Number(flag) === 0 ? '' : ' with all below';
}

function from(tree: string | null): string {
  return tree === null ? '' : ` from ${tree}`;
}

function parenthesis(words: readonly string[]): string {
  return words.length === 0 ? '' : ` (${words.join(',')})`;
}

function numbers(values: Readonly<Record<string, number | bigint>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => (Number(value) === 0 ? [] : [`${name} ${value}`]));
}

/** The atime modes are one field, of which setting one clears the others. */
function changes(set: readonly string[], clear: readonly string[]): string[] {
  return [...set, ...clear.filter((name) => name !== 'atime').map((name) => `not ${name}`)];
}

function capabilityList(mask: number | bigint): string {
  const names = capabilityNames.filter((_, bit) => ((BigInt(mask) >> BigInt(bit)) & 1n) === 1n);
  if (names.length === capabilityNames.length) return 'all';
  return names.length === 0 ? 'none' : names.map((name) => name.replace('CAP_', '').toLowerCase()).join(',');
}
