/**
 * The one list of operations that a plan is made of.
 *
 * A plan is plain data: programs of flat operations, one program for the hands (the launcher, in the caller's
 * context) and one for each init stub (the process that becomes the container's). One operation is one or two
 * system calls; its meaning is the sentence in `doc`, which `railcar plan` prints and which the C side implements
 * under the same name (`native/launcher/hands*.c`, `native/init/*.c`). The C header `ops.h` is generated from this
 * table by `native/ops-header.ts`, so the two sides cannot disagree on a number or on the order of arguments.
 *
 * Arguments by kind, as TypeScript sees them:
 *
 * | kind      | value in a plan                  | on the wire                                            |
 * |-----------|----------------------------------|--------------------------------------------------------|
 * | number    | number or bigint, to 2^64-1      | u64; of a negative number the two's complement         |
 * | string    | text without NUL                 | u32 length, bytes, NUL                                 |
 * | bytes     | Uint8Array                       | u32 length, bytes, NUL                                 |
 * | strings   | texts without NUL                | u32 count, then each as string                         |
 * | template  | text with late-bound variables   | u32 count, then pieces: u64 variable or 0, string      |
 * | slot      | name of a filled descriptor slot | u64 slot number; 0xffff where the argument is null     |
 * | into      | name of the slot that is filled  | u64 slot number                                        |
 * | slots     | names of descriptor slots        | u32 count, then u64 each                               |
 * | flags:X   | names from the flag table X      | u64 of the bits or-ed together                         |
 * | enum:X    | one name from the table X        | u64                                                    |
 *
 * Integers are little-endian. A slot name means the same descriptor number in every program of a plan; `spawn`
 * hands the slots it lists to the stub, which finds them under the same numbers.
 */

/** Bits by name, straight from the kernel's headers (x86_64 and arm64 agree on all of these). */
export const flagTables = {
  /** open(2); the launcher and the stub always add O_CLOEXEC. */
  open: {
    rdonly: 0o0,
    wronly: 0o1,
    rdwr: 0o2,
    creat: 0o100,
    excl: 0o200,
    noctty: 0o400,
    trunc: 0o1000,
    append: 0o2000,
    nonblock: 0o4000,
    directory: 0o200000,
    nofollow: 0o400000,
    path: 0o10000000,
  },
  /** clone(2), for clone, unshare and setns. */
  namespaces: {
    time: 0x80,
    mount: 0x20000,
    cgroup: 0x2000000,
    uts: 0x4000000,
    ipc: 0x8000000,
    user: 0x10000000,
    pid: 0x20000000,
    network: 0x40000000,
  },
  /** Per-mount attributes: MOUNT_ATTR_* of mount_setattr(2). The atime modes are values of one field. */
  attr: {
    ro: 0x1,
    nosuid: 0x2,
    nodev: 0x4,
    noexec: 0x8,
    atime: 0x70,
    relatime: 0x0,
    noatime: 0x10,
    strictatime: 0x20,
    nodiratime: 0x80,
    nosymfollow: 0x200000,
  },
  /** Propagation: MS_UNBINDABLE, MS_PRIVATE, MS_SLAVE, MS_SHARED; `rec` is MS_REC. */
  propagation: {
    rec: 0x4000,
    unbindable: 0x20000,
    private: 0x40000,
    slave: 0x80000,
    shared: 0x100000,
  },
  /** Flags of a whole file system: the FSCONFIG_SET_FLAG keys of fsconfig(2), as bits of our own. */
  superblock: {
    ro: 1,
    sync: 2,
    dirsync: 4,
    mand: 8,
    lazytime: 16,
    iversion: 32,
    silent: 64,
    async: 128,
    nomand: 256,
    nolazytime: 512,
    noiversion: 1024,
    loud: 2048,
  },
  /** mount(2), used only where the new mount API cannot carry the data. */
  ms: {
    rdonly: 0x1,
    nosuid: 0x2,
    nodev: 0x4,
    noexec: 0x8,
    synchronous: 0x10,
    mandlock: 0x40,
    dirsync: 0x80,
    nosymfollow: 0x100,
    noatime: 0x400,
    nodiratime: 0x800,
    silent: 0x8000,
    relatime: 0x200000,
    iversion: 0x800000,
    strictatime: 0x1000000,
    lazytime: 0x2000000,
  },
  /** SECCOMP_FILTER_FLAG_* of seccomp(2). */
  seccomp: { tsync: 1, log: 2, spec_allow: 4, new_listener: 8, tsync_esrch: 16, wait_killable_recv: 32 },
  /** LANDLOCK_ACCESS_FS_* of landlock(7), up to ABI 5. */
  landlockFiles: {
    execute: 1 << 0,
    write_file: 1 << 1,
    read_file: 1 << 2,
    read_dir: 1 << 3,
    remove_dir: 1 << 4,
    remove_file: 1 << 5,
    make_char: 1 << 6,
    make_dir: 1 << 7,
    make_reg: 1 << 8,
    make_sock: 1 << 9,
    make_fifo: 1 << 10,
    make_block: 1 << 11,
    make_sym: 1 << 12,
    refer: 1 << 13,
    truncate: 1 << 14,
    ioctl_dev: 1 << 15,
  },
  /** LANDLOCK_ACCESS_NET_* and LANDLOCK_SCOPE_*. */
  landlockNetwork: { bind_tcp: 1, connect_tcp: 2 },
  landlockScope: { abstract_unix_socket: 1, signal: 2 },
  /** sched_setattr(2), under the names that config.json uses. */
  scheduler: {
    SCHED_FLAG_RESET_ON_FORK: 0x1,
    SCHED_FLAG_RECLAIM: 0x2,
    SCHED_FLAG_DL_OVERRUN: 0x4,
    SCHED_FLAG_KEEP_POLICY: 0x8,
    SCHED_FLAG_KEEP_PARAMS: 0x10,
    SCHED_FLAG_UTIL_CLAMP_MIN: 0x20,
    SCHED_FLAG_UTIL_CLAMP_MAX: 0x40,
  },
  /** Mode flags of set_mempolicy(2). */
  memoryPolicy: {
    MPOL_F_NUMA_BALANCING: 0x2000,
    MPOL_F_RELATIVE_NODES: 0x4000,
    MPOL_F_STATIC_NODES: 0x8000,
  },
} as const;

/** Names that stand for one number each. */
export const enumTables = {
  /** Points where the hands and a stub meet. The stub reports one; the hands await it and may release it. */
  barrier: { cloned: 1, mounted: 2, created: 3, known: 4, network: 5 },
  /** getrlimit(2). */
  rlimit: {
    RLIMIT_CPU: 0,
    RLIMIT_FSIZE: 1,
    RLIMIT_DATA: 2,
    RLIMIT_STACK: 3,
    RLIMIT_CORE: 4,
    RLIMIT_RSS: 5,
    RLIMIT_NPROC: 6,
    RLIMIT_NOFILE: 7,
    RLIMIT_MEMLOCK: 8,
    RLIMIT_AS: 9,
    RLIMIT_LOCKS: 10,
    RLIMIT_SIGPENDING: 11,
    RLIMIT_MSGQUEUE: 12,
    RLIMIT_NICE: 13,
    RLIMIT_RTPRIO: 14,
    RLIMIT_RTTIME: 15,
  },
  /** S_IFMT of mknod(2). */
  fileType: { c: 0o020000, b: 0o060000, p: 0o010000 },
  /** How the new root becomes `/`. */
  root: { pivot: 0, move: 1, chroot: 2 },
  /** sched_setattr(2). The kernel reserves the number of SCHED_ISO and refuses it. */
  schedulerPolicy: {
    SCHED_OTHER: 0,
    SCHED_FIFO: 1,
    SCHED_RR: 2,
    SCHED_BATCH: 3,
    SCHED_ISO: 4,
    SCHED_IDLE: 5,
    SCHED_DEADLINE: 6,
  },
  /** ioprio_set(2). */
  ioPriorityClass: { IOPRIO_CLASS_RT: 1, IOPRIO_CLASS_BE: 2, IOPRIO_CLASS_IDLE: 3 },
  /** personality(2): PER_LINUX and PER_LINUX32. */
  personality: { LINUX: 0, LINUX32: 8 },
  /** set_mempolicy(2). */
  memoryPolicyMode: {
    MPOL_DEFAULT: 0,
    MPOL_PREFERRED: 1,
    MPOL_BIND: 2,
    MPOL_INTERLEAVE: 3,
    MPOL_LOCAL: 4,
    MPOL_PREFERRED_MANY: 5,
    MPOL_WEIGHTED_INTERLEAVE: 6,
  },
  /** Whether a failing step stops everything or is only reported. */
  severity: { fatal: 0, warn: 1 },
} as const;

/** Variables that hold what is known only while executing; 0 on the wire means "literal text". */
export const variables = {
  /**
   * The container's (or exec's) process as the caller's pid namespace sees it, set by `await` of `cloned`. In a
   * stub's program it is the stub's own getpid(): hooks inside the container are told the pid as they see it.
   */
  pid: 1,
  /** Its start time: field 22 of /proc/PID/stat, in clock ticks since boot. */
  startTime: 2,
  /** The launcher's own pid. */
  self: 3,
  /** In a stub's program, after a `hold`: the stub's pid as the caller's pid namespace sees it. */
  outerPid: 4,
} as const;

export type FlagTable = keyof typeof flagTables;
export type EnumTable = keyof typeof enumTables;
export type Variable = keyof typeof variables;
export type ArgKind =
  | 'number'
  | 'string'
  | 'bytes'
  | 'strings'
  | 'template'
  | 'slot'
  | 'into'
  | 'slots'
  | `flags:${FlagTable}`
  | `enum:${EnumTable}`;

interface OpShape {
  readonly args: Readonly<Record<string, ArgKind>>;
  readonly doc: string;
}

const shapes = <T extends Record<string, OpShape>>(table: T): T => table;

/**
 * What the launcher does, in the caller's namespaces and with the caller's rights.
 * Numbers on the wire: position in this table, from 1. New operations go at the end of their group; both sides
 * are always built together, so renumbering is harmless.
 */
export const handsOps = shapes({
  // Files of the host: state directory, pid file, cgroup files.
  open: {
    args: { path: 'string', flags: 'flags:open', mode: 'number', into: 'into' },
    doc: 'opens a file of the host',
  },
  lock: {
    args: { file: 'slot', deadline: 'number' },
    doc: 'takes an exclusive flock, LOCK_NB with retries until deadline (ms), then fails with EWOULDBLOCK',
  },
  unlessGone: {
    args: { file: 'slot' },
    doc: 'ends the program if the file has been removed since it was opened, or was not there to be opened',
  },
  mkdir: { args: { path: 'string', mode: 'number' }, doc: 'makes a directory; fails if it exists' },
  mkdirAll: {
    args: { path: 'string', mode: 'number' },
    doc: 'makes a directory and its parents; an existing one is fine',
  },
  removeTree: {
    args: { path: 'string' },
    doc: 'removes a directory of the state root with its plain contents, never following a link; missing is fine',
  },
  unmount: {
    args: { root: 'string', dest: 'string' },
    doc: 'detaches the mount at dest, which is resolved below the directory root, and all below it; none is fine',
  },
  rmdir: { args: { path: 'string' }, doc: 'removes a directory; missing is fine' },
  writeFile: {
    args: { path: 'string', mode: 'number', text: 'template' },
    doc: 'writes a whole file atomically: temporary file beside it, then rename',
  },
  write: {
    args: { path: 'string', text: 'template' },
    doc: 'writes text in one write(2) to an existing file (no O_CREAT)',
  },
  writeAt: {
    args: { dir: 'slot', name: 'string', text: 'template' },
    doc: 'writes text in one write(2) to an existing file below an open directory (cgroup files)',
  },
  awaitContent: {
    args: { path: 'string', text: 'string', deadline: 'number' },
    doc: 'reads a file until text is a line of it, or deadline (ms): ETIMEDOUT',
  },
  mkfifo: {
    args: { path: 'string', mode: 'number', uid: 'number', gid: 'number' },
    doc: 'makes a fifo owned by uid:gid',
  },
  symlink: {
    args: { path: 'string', target: 'template' },
    doc: 'makes a symbolic link in a directory of the state root',
  },
  unlink: { args: { path: 'string' }, doc: 'removes a file; missing is ENOENT' },
  close: { args: { file: 'slot' }, doc: 'closes a slot' },
  connect: {
    args: { path: 'string', into: 'into' },
    doc: 'connects to a Unix stream socket; the path may be longer than sun_path',
  },
  socketpair: { args: { a: 'into', b: 'into' }, doc: 'makes a pair of connected Unix stream sockets' },
  notifyListen: {
    args: { dir: 'string', name: 'string', into: 'into' },
    doc: 'makes a Unix datagram socket in a directory, to which anybody who reaches it may write',
  },
  notifyRelay: {
    args: { socket: 'slot', target: 'string', process: 'slot', addition: 'template', forLife: 'number' },
    doc: 'passes on to the socket target what a process (null: the stub’s) says of itself (sd_notify), with this line when it is ready: until then, or for its life in the background; what fails is only a warning',
  },

  // cgroups.
  cgroupMake: {
    args: { path: 'string', into: 'into' },
    doc: 'makes a cgroup directory and its missing parents, and opens it (O_PATH|O_DIRECTORY)',
  },
  cgroupEmpty: {
    args: { dir: 'slot' },
    doc: 'fails with ENOTEMPTY if cgroup.procs of this directory or of one below it names a process',
  },
  deviceFilter: {
    args: { dir: 'slot', filter: 'bytes' },
    doc: 'loads a device filter (struct bpf_insn array) and attaches it to an open cgroup, beside those of others and in the place of the one that this operation attached before',
  },
  cgroupFilled: {
    args: { path: 'string' },
    doc: 'fails with ENODATA if a file has nothing but a newline (a cpuset without processors)',
  },
  cgroupOwner: {
    args: { dir: 'slot', files: 'strings', uid: 'number' },
    doc: 'gives an open cgroup directory, and those of the files in it that exist, to a user',
  },
  cgroupKill: {
    args: { path: 'string', signal: 'number', deadline: 'number' },
    doc: 'signals every process in the cgroup and below; with SIGKILL repeats until empty or deadline (ms); missing is fine',
  },
  cgroupRemove: {
    args: { path: 'string', deadline: 'number' },
    doc: 'removes a cgroup and those below it, retrying EBUSY until deadline (ms); missing is fine',
  },
  cgroupOom: {
    args: { path: 'string', into: 'into' },
    doc: 'makes an eventfd that is signalled whenever this v1 memory cgroup runs out of memory',
  },

  // Processes.
  userns: {
    args: { uidMap: 'string', gidMap: 'string', denySetgroups: 'number', tools: 'number', into: 'into' },
    doc: 'makes a user namespace with these maps (one write each; newuidmap and newgidmap if tools) and opens it',
  },
  pidfd: {
    args: { pid: 'number', startTime: 'number', into: 'into' },
    doc: 'opens a process; ESRCH unless it started at startTime (0: any) and is no zombie',
  },
  signal: { args: { process: 'slot', signal: 'number' }, doc: 'sends a signal through a pidfd' },
  waitExit: {
    args: { process: 'slot', deadline: 'number' },
    doc: 'waits until the process of a pidfd has exited (a zombie has), or deadline (ms): ETIMEDOUT',
  },
  spawn: {
    args: { program: 'number', pass: 'slots', preserve: 'number' },
    doc: 'forks, executes the sealed copy of railcar as the stub, hands it its program and slots; descriptors 0 to 2 and 3 to 2+preserve are inherited',
  },
  await: {
    args: { barrier: 'enum:barrier' },
    doc: 'waits until the stub reports the barrier; its failure record or its death is this operation’s failure',
  },
  release: {
    args: { barrier: 'enum:barrier' },
    doc: 'lets the stub go on past a barrier, telling it the variables',
  },
  pass: {
    args: { slots: 'slots' },
    doc: 'gives the stub descriptors that did not exist when it was spawned, where it does `take`',
  },
  receive: { args: { into: 'into' }, doc: 'receives one descriptor that the stub sends with sendSlot' },
  sendPidfd: {
    args: { socket: 'slot', text: 'string' },
    doc: 'sends a pidfd of the stub’s process over a socket with this text, and closes the socket',
  },
  rawTerminal: {
    args: {},
    doc: 'takes the caller’s terminal into raw mode until the launcher ends; standard input may be none',
  },
  restoreTerminal: { args: {}, doc: 'gives the caller’s terminal back the mode that it had' },
  awaitExec: {
    args: {},
    doc: 'waits until the stub’s channel closes: it has become the user’s process; a failure record is a failure',
  },
  readFifo: {
    args: { path: 'string', process: 'slot' },
    doc: 'opens the exec fifo, unlinks it, reads to its end: execve happened; a failure record is a failure; the death of the process (a pidfd) before that is ESRCH; that of a hook has ended the container, and is undone',
  },
  moveDevice: {
    args: { device: 'string', name: 'string', from: 'slot', to: 'slot' },
    doc: 'moves a network device with its permanent addresses from one network namespace (null: the caller’s) to another, names it and sets it up',
  },
  busGreet: {
    args: { bus: 'slot', deadline: 'number' },
    doc: 'authenticates on a connection to a D-Bus, as who we are, until deadline (ms)',
  },
  busCall: {
    args: { bus: 'slot', message: 'bytes', pidAt: 'number', subject: 'string', deadline: 'number' },
    doc: 'sends a method call (a whole D-Bus message), with the container’s pid at the offset pidAt of it (0: nowhere), and waits for its answer until deadline (ms); subject is what it is about',
  },
  busJob: {
    args: { bus: 'slot', message: 'bytes', pidAt: 'number', unit: 'string', deadline: 'number' },
    doc: 'the same for a call of systemd that begins a job, and waits until the job is done; any other end of it is ECANCELED',
  },
  hook: {
    args: {
      path: 'string',
      args: 'strings',
      env: 'strings',
      timeout: 'number',
      stdin: 'template',
      severity: 'enum:severity',
    },
    doc: 'runs a hook with exactly this environment and the container’s state on stdin; timeout in ms, 0 for none',
  },
  capture: {
    args: { path: 'string', args: 'strings', env: 'strings' },
    doc: 'runs a program of the host and returns its standard output in the result',
  },

  // Checkpoints. The last stub has become CRIU (`criu swrk`): see src/plan/criu.ts.
  criu: {
    args: { socket: 'slot', request: 'bytes' },
    doc: 'asks CRIU for something (criu_req as protobuf) over its socket, which is its own from then on',
  },
  criuNotice: {
    args: { notice: 'string', into: 'into', adopt: 'number' },
    doc: 'lets CRIU go on until it gives this notice, for which it then waits; a descriptor that comes along (the master of a terminal) is kept; adopt: the process of the notice is the container’s from now on',
  },
  criuEnd: {
    args: {},
    doc: 'lets CRIU go on until it says what has come of the request, and end',
  },
  sendMaster: {
    args: { socket: 'slot', master: 'slot' },
    doc: 'sends the master of a terminal over a console socket, with the name of the slave, and closes both; EBADF if there is none',
  },
  requireWritable: {
    args: { descriptor: 'number' },
    doc: 'fails unless the caller has passed this descriptor and it can be written to',
  },
  signalReady: {
    args: { descriptor: 'number' },
    doc: 'writes one NUL to a descriptor of the caller and closes it',
  },
});

/** What the init stub does: first in the caller's context, after `clone` inside the container. */
export const stubOps = shapes({
  // Before clone: still the caller's namespaces (the helper process).
  rlimit: {
    args: { resource: 'enum:rlimit', soft: 'number', hard: 'number' },
    doc: 'sets a resource limit with the caller’s rights',
  },
  writeSelf: {
    args: { name: 'string', text: 'string' },
    doc: 'writes a file below /proc/self, through the procfs descriptor opened first of all',
  },
  undumpable: {
    args: {},
    doc: 'PR_SET_DUMPABLE 0: nothing in a foreign namespace may trace this process or look at its descriptors',
  },
  setns: { args: { namespace: 'slot', kind: 'flags:namespaces' }, doc: 'joins a namespace' },
  unshare: { args: { kind: 'flags:namespaces' }, doc: 'leaves for new namespaces' },
  clone: {
    args: { namespaces: 'flags:namespaces', cgroup: 'slot' },
    doc: 'clone3 with CLONE_PARENT and the namespaces (CLONE_INTO_CGROUP if cgroup is given; if that is at its limit of processes, the child enters it); reports `cloned` with the child’s pid; the child continues with the next operation, the helper exits',
  },

  // After clone: identity and namespaces.
  become: {
    args: { uid: 'number', gid: 'number' },
    doc: 'setgroups to none (EPERM is ignored where setgroups is denied), setresgid, setresuid, keeping capabilities',
  },
  joinCgroup: {
    args: { dir: 'slot', file: 'string' },
    doc: 'writes 0 to the file (tasks on v1, cgroup.procs on v2) of an open cgroup directory',
  },
  setsid: { args: {}, doc: 'starts a session' },
  keyring: { args: { name: 'string' }, doc: 'joins a new session keyring; ENOSYS is ignored' },
  hostname: { args: { name: 'string' }, doc: 'sethostname(2)' },
  domainname: { args: { name: 'string' }, doc: 'setdomainname(2)' },
  sysctl: {
    args: { path: 'string', value: 'string' },
    doc: 'writes below /proc/sys, through the verified procfs descriptor; path has slashes, no dots',
  },
  report: { args: { barrier: 'enum:barrier' }, doc: 'tells the hands that the barrier is reached' },
  hold: { args: { barrier: 'enum:barrier' }, doc: 'waits until the hands release the barrier' },
  take: { args: { slots: 'slots' }, doc: 'waits for the descriptors of these slots, which the hands `pass`' },

  // Mounts. `root` is the slot of the root file system; dest is resolved below it with openat2(RESOLVE_IN_ROOT).
  propagate: {
    args: { flags: 'flags:propagation' },
    doc: 'sets the propagation of / in the new mount namespace',
  },
  privateParent: {
    args: { path: 'string', propagation: 'flags:propagation' },
    doc: 'makes the mount that holds path private, or a slave, in the new mount namespace, so that pivot_root may work',
  },
  openTree: {
    args: { path: 'string', recursive: 'number', into: 'into' },
    doc: 'clones the mount at a host path as a detached mount (locked flags stay locked)',
  },
  idmap: {
    args: { tree: 'slot', namespace: 'slot', recursive: 'number', source: 'string' },
    doc: 'maps the owners of a detached mount, cloned from source, through a user namespace (MOUNT_ATTR_IDMAP)',
  },
  rootfs: {
    args: { path: 'string', tree: 'slot', into: 'into' },
    doc: 'binds the root file system onto itself, recursively (from a detached tree where one is given), and opens it',
  },
  openRoot: {
    args: { into: 'into' },
    doc: 'opens / as the root file system (exec; containers without a mount namespace)',
  },
  mountFs: {
    args: {
      root: 'slot',
      dest: 'string',
      type: 'string',
      source: 'string',
      superblock: 'flags:superblock',
      options: 'strings',
      attr: 'flags:attr',
      propagation: 'flags:propagation',
      noSymlinks: 'number',
      copyUp: 'number',
      keepMode: 'number',
    },
    doc: 'makes a file system (fsopen, fsconfig, fsmount) and attaches it at dest, made as a directory if missing; noSymlinks: no component of dest may be a link; copyUp: it begins with a copy of what dest held; keepMode: its root gets the mode that dest had, if dest existed',
  },
  mountData: {
    args: {
      root: 'slot',
      dest: 'string',
      type: 'string',
      source: 'string',
      flags: 'flags:ms',
      data: 'string',
      propagation: 'flags:propagation',
    },
    doc: 'mount(2) on the descriptor of dest, for option strings too long for fsconfig',
  },
  label: {
    args: { root: 'slot', dest: 'string', label: 'string' },
    doc: 'gives the root of the mount at dest a SELinux label (security.selinux)',
  },
  reconfigure: {
    args: { root: 'slot', dest: 'string', superblock: 'flags:superblock', options: 'strings' },
    doc: 'changes the file system whose mount is at dest, for all who see it (fspick, fsconfig)',
  },
  bind: {
    args: {
      root: 'slot',
      dest: 'string',
      source: 'string',
      tree: 'slot',
      recursive: 'number',
      set: 'flags:attr',
      clear: 'flags:attr',
      setRecursive: 'flags:attr',
      clearRecursive: 'flags:attr',
      propagation: 'flags:propagation',
      noSymlinks: 'number',
    },
    doc: 'clones the mount at source (or takes the detached tree), applies the attributes and attaches it at dest, made as a file or directory like the source if missing; over /proc only procfs is allowed (CVE-2019-16884)',
  },
  attr: {
    args: {
      root: 'slot',
      dest: 'string',
      set: 'flags:attr',
      clear: 'flags:attr',
      recursive: 'number',
      propagation: 'flags:propagation',
    },
    doc: 'changes attributes of the mount at dest, which must be a mount point',
  },
  makeDir: {
    args: { root: 'slot', path: 'string', mode: 'number' },
    doc: 'makes a directory and its parents',
  },
  symlink: {
    args: { root: 'slot', path: 'string', target: 'string' },
    doc: 'makes a symbolic link; an existing file of that name is left as it is',
  },
  mknod: {
    args: {
      root: 'slot',
      path: 'string',
      type: 'enum:fileType',
      major: 'number',
      minor: 'number',
      mode: 'number',
      uid: 'number',
      gid: 'number',
    },
    doc: 'makes a device node or fifo with exactly this mode and owner; one that exists must be the same device, else EEXIST',
  },
  bindDevice: {
    args: {
      root: 'slot',
      path: 'string',
      source: 'string',
      type: 'enum:fileType',
      major: 'number',
      minor: 'number',
    },
    doc: 'binds a device of the host, which must be this one, over a file, where mknod is not permitted',
  },
  requireDevice: {
    args: { root: 'slot', path: 'string', type: 'enum:fileType', major: 'number', minor: 'number' },
    doc: 'fails unless this device lies at the path, which is no link',
  },
  mask: {
    args: { root: 'slot', path: 'string', label: 'string' },
    doc: 'hides a path: a read-only empty tmpfs over a directory (one, shared, with the SELinux label), /dev/null (verified 1:3) over a file; missing is fine',
  },
  readonly: {
    args: { root: 'slot', path: 'string' },
    doc: 'binds a path onto itself (recursively) read-only; missing is fine',
  },
  pty: {
    args: {
      root: 'slot',
      rows: 'number',
      columns: 'number',
      uid: 'number',
      socket: 'slot',
      console: 'number',
    },
    doc: 'makes a terminal in the verified devpts at dev/pts, sets its size (0: default) and owner, sends the master over socket (null: over the channel, for receive), binds the slave at dev/console if console, and makes it descriptors 0 to 2 and the controlling terminal',
  },
  hook: {
    args: { path: 'string', args: 'strings', env: 'strings', timeout: 'number', stdin: 'template' },
    doc: 'runs a createContainer or startContainer hook with exactly this environment',
  },
  pivot: {
    args: { root: 'slot', how: 'enum:root' },
    doc: 'makes the root file system / (pivot_root and detach of the old one; MS_MOVE and chroot; or chroot alone)',
  },

  // In a container that runs.
  undoMounts: {
    args: {},
    doc: 'if a later operation fails, what has been attached by then is detached again',
  },
  detach: {
    args: { root: 'slot', dest: 'string' },
    doc: 'detaches the mount at dest, which must be a mount point, and all below it',
  },
  leave: { args: {}, doc: 'ends the stub, which was to become nobody’s process' },

  // Becoming the user's process. Every path from here on is the container's own.
  fdOwner: {
    args: { uid: 'number' },
    doc: 'gives descriptors 0 to 2 to the user where they are not already theirs; /dev/null becomes the container’s own instead',
  },
  scheduler: {
    args: {
      policy: 'enum:schedulerPolicy',
      flags: 'flags:scheduler',
      nice: 'number',
      priority: 'number',
      runtime: 'number',
      deadline: 'number',
      period: 'number',
    },
    doc: 'sched_setattr(2); runtime, deadline and period in nanoseconds',
  },
  ioPriority: {
    args: { class: 'enum:ioPriorityClass', priority: 'number' },
    doc: 'ioprio_set(2)',
  },
  affinity: {
    args: { cpus: 'bytes' },
    doc: 'sched_setaffinity(2) with a mask, the first processor in the lowest bit of the first byte',
  },
  personality: { args: { domain: 'enum:personality' }, doc: 'personality(2)' },
  memoryPolicy: {
    args: { mode: 'enum:memoryPolicyMode', flags: 'flags:memoryPolicy', nodes: 'bytes' },
    doc: 'set_mempolicy(2) with a mask of nodes like that of affinity',
  },
  noNewPrivileges: { args: {}, doc: 'PR_SET_NO_NEW_PRIVS' },
  seccomp: {
    args: { filter: 'bytes', flags: 'flags:seccomp', listener: 'slot', state: 'template' },
    doc: 'loads a filter (struct sock_filter array); with new_listener its descriptor is sent with state over the socket listener, which is closed then',
  },
  landlock: {
    args: {
      files: 'flags:landlockFiles',
      network: 'flags:landlockNetwork',
      scope: 'flags:landlockScope',
      abi: 'number',
      into: 'into',
    },
    doc: 'makes a ruleset of Landlock that denies these, as far as the kernel knows rights on files; EOPNOTSUPP if its version is below abi',
  },
  landlockPath: {
    args: { ruleset: 'slot', path: 'string', access: 'flags:landlockFiles' },
    doc: 'allows this for a path, as the container sees it, and all below',
  },
  landlockPort: {
    args: { ruleset: 'slot', port: 'number', access: 'flags:landlockNetwork' },
    doc: 'allows this for a port of TCP',
  },
  landlockSelf: { args: { ruleset: 'slot' }, doc: 'puts the ruleset in force for this process, for good' },
  bounding: {
    args: { capabilities: 'number' },
    doc: 'drops every capability outside the mask from the bounding set',
  },
  umask: { args: { mask: 'number' }, doc: 'umask(2)' },
  user: {
    args: { uid: 'number', gid: 'number', groups: 'string', denySetgroups: 'number' },
    doc: 'setgroups (decimal gids separated by spaces), setresgid, setresuid with PR_SET_KEEPCAPS; denySetgroups: an EPERM from setgroups to none is ignored',
  },
  capabilities: {
    args: { effective: 'number', permitted: 'number', inheritable: 'number', ambient: 'number' },
    doc: 'capset(2) and the ambient set',
  },
  chdir: {
    args: { path: 'string', early: 'number' },
    doc: 'changes to the working directory and checks that it lies inside the container; early: EACCES leaves it for the later one, which does nothing if the early one worked',
  },
  resolve: {
    args: { name: 'string', path: 'string' },
    doc: 'finds the executable: PATH lookup if name has no slash (path is the value of PATH), else as it is; must be an executable regular file',
  },
  waitFifo: {
    args: { fifo: 'slot' },
    doc: 'opens the exec fifo for writing, which blocks until `start`; failures from here on go into the fifo',
  },
  reaper: {
    args: {},
    doc: 'has the exec that follows fork: the child executes the program, and this process, executed anew, reaps, passes signals on to it and ends as it does',
  },
  parentDeath: { args: { signal: 'number' }, doc: 'PR_SET_PDEATHSIG; 0 clears it' },
  exec: {
    args: { args: 'strings', env: 'strings', home: 'number', listenPid: 'number', preserve: 'number' },
    doc: 'closes all but 0 to 2+preserve, resets signals, and executes what resolve found; home: adds HOME of this uid from /etc/passwd, else / (2^32: do not); listenPid: adds LISTEN_PID',
  },
  sendNetwork: { args: {}, doc: 'sends its network namespace to the hands, which take it with receive' },
  sendSlot: { args: { file: 'slot' }, doc: 'sends a descriptor to the hands, which take it with receive' },
  openDirectory: { args: { path: 'string', into: 'into' }, doc: 'opens a directory of the host' },
  packetPair: {
    args: { a: 'into', b: 'into' },
    doc: 'makes a pair of connected Unix sockets that keep packets apart; whoever holds one is told this process’s pid as that of the other',
  },
  place: {
    args: { files: 'slots' },
    doc: 'makes these descriptors 3 and following, which exec then preserves instead of the caller’s',
  },
});

type Table = Readonly<Record<string, OpShape>>;

/** A text whose variables are filled in by the C side at the moment of use. */
export type Template = string | readonly (string | { readonly variable: Variable })[];

type ArgValue<K extends ArgKind> = K extends 'number'
  ? number | bigint
  : K extends 'string'
    ? string
    : K extends 'bytes'
      ? Uint8Array
      : K extends 'strings'
        ? readonly string[]
        : K extends 'template'
          ? Template
          : K extends 'slot'
            ? string | null
            : K extends 'into'
              ? string
              : K extends 'slots'
                ? readonly string[]
                : K extends `flags:${infer F extends FlagTable}`
                  ? readonly (keyof (typeof flagTables)[F])[]
                  : K extends `enum:${infer E extends EnumTable}`
                    ? keyof (typeof enumTables)[E]
                    : never;

/** Errnos that a plan may react to, by number on x86_64 and arm64 alike. */
export const errnos = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  EBADF: 9,
  EAGAIN: 11,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EINVAL: 22,
  EROFS: 30,
  EPIPE: 32,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENODATA: 61,
  EOPNOTSUPP: 95,
  ECONNRESET: 104,
  ECONNREFUSED: 111,
} as const;
export type Errno = keyof typeof errnos;

type OpUnion<T extends Table, Extra> = {
  [N in keyof T & string]: { readonly op: N } & {
    readonly [A in keyof T[N]['args']]: ArgValue<T[N]['args'][A]>;
  } & Extra;
}[keyof T & string];

/**
 * Forward-only choice: if the operation fails with one of `on`, execution goes on with the operations in `do`
 * (none: the failure is ignored); if it succeeds, they are skipped.
 */
export interface OrElse<O> {
  readonly on: readonly Errno[];
  readonly do: readonly O[];
}

/** Beside its arguments, every operation says where it comes from: `mounts[3]`, `process.args`, `--pid-file`. */
interface StubExtras {
  readonly origin: string;
  readonly orElse?: OrElse<StubOp>;
}

interface HandsExtras {
  readonly origin: string;
  readonly orElse?: OrElse<HandsOp>;
  /** Done, newest operation first, when a later operation of the plan fails. */
  readonly undo?: readonly HandsOp[];
}

export type StubOp = OpUnion<typeof stubOps, StubExtras>;
export type HandsOp = OpUnion<typeof handsOps, HandsExtras>;
