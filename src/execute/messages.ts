/**
 * The vocabulary of launcher and Node layer.
 *
 * They speak over one stream socket: a socketpair when the launcher starts Node for this one command (cold), a Unix
 * socket when a Node layer already waits (standby). Every message is a frame: u32 length of what follows, u8 type,
 * body. Integers are little-endian; `string` and `bytes` are u32 length and the bytes; a list is u32 count and its
 * items; numbers are u64. The twin of this file is `native/launcher/message.h`: the same names in the same order,
 * and a test reads that header to prove it.
 *
 *     launcher                         Node layer
 *     REQUEST            ─────────▶
 *                        ◀─────────    READ      any number of times, each answered
 *     ANSWERS            ─────────▶
 *                        ◀─────────    PLAN      at most once
 *     RESULT             ─────────▶              only if it failed, warned, captured, or was asked for
 *                        ◀─────────    FINISH    what to print, what to log, how to exit
 *
 * A plan carries the FINISH that applies if all goes well; then the launcher needs no further word and closes.
 */
export const PROTOCOL_VERSION = 5;

/** No frame is longer; a longer one means that the peer is not what it should be. */
export const MAX_FRAME = 64 * 1024 * 1024;

export const messageTypes = { REQUEST: 1, ANSWERS: 2, RESULT: 3, READ: 11, PLAN: 12, FINISH: 13 } as const;

/**
 * What the hands can look up. None of these changes anything that lasts.
 * FILE: content of the regular file `path`. LIST: names in a directory. STAT: one item of decimal fields separated by spaces: st_mode
 * uid gid rdev-major rdev-minor inode size mount-flags file-system-magic (following a final link). LINK: target of a
 * symbolic link. STDIN: standard input to its end. EACH: for every directory D in `path` that has a file D/`name`:
 * two items, D and the content. HAVING: every directory D in `path` in which there is a `name` (lstat). BELOW: one item, the concatenated contents of every file called `name` in the tree.
 * EXISTS: nothing but the errno (lstat). STREAM: as FILE, but of a file that the user named, which may be a pipe. STUB:
 * reads nothing; a plan with a stub that inherits 3 + `max` descriptors will probably follow, and one may be started to
 * wait for it. LOCK: reads nothing; takes the lock of a file that is there, for as long as the launcher lives, and waits for
 * it at most `max` ms (EWOULDBLOCK): what is read after it in the same message is true until the command ends. WRITABLE:
 * nothing but the errno: 0 if the caller may write to the file, or make others in the directory.
 */
export const readKinds = {
  FILE: 1,
  LIST: 2,
  STAT: 3,
  LINK: 4,
  STDIN: 5,
  EACH: 6,
  BELOW: 7,
  EXISTS: 8,
  STREAM: 9,
  HAVING: 10,
  STUB: 11,
  LOCK: 12,
  WRITABLE: 13,
} as const;
export type ReadKind = keyof typeof readKinds;

/** Body of READ: list of kind, path, name, max (bytes of one file; more is EFBIG). */
export interface Read {
  readonly kind: ReadKind;
  readonly path: string;
  readonly name?: string;
  readonly max?: number;
}

/** Body of ANSWERS: list of errno, list of items. */
export interface Answer {
  /** 0, or why nothing could be read. */
  readonly errno: number;
  readonly items: readonly Uint8Array[];
}

/**
 * Body of REQUEST, in this order: protocol version, build id, argv and env (each one text, of words that end with NUL),
 * cwd, own cgroups (/proc/self/cgroup), kernel release (uname -r), list of the numbers below in their order.
 */
export interface Request {
  readonly build: string;
  /** What the caller executed; argv[0] is the name railcar was called by. */
  readonly argv: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly cgroups: string;
  readonly release: string;
  readonly numbers: Readonly<Record<RequestNumber, bigint>>;
}
export const requestNumbers = [
  'uid',
  'euid',
  'gid',
  'egid',
  'pid',
  'umask',
  /** Wall clock, milliseconds since 1970. */
  'now',
  /** Effective capabilities, as in CapEff. */
  'capabilities',
  /** Bit n: descriptor n (0 to 2) is a terminal. */
  'terminals',
  /** Size of the terminal, 0 if there is none. */
  'rows',
  'columns',
  /** Inode of /proc/self/ns/user: 4026531837 (0xEFFFFFFD) is the initial one. */
  'userNamespace',
  /** 1: the launcher wants to know what this layer spends its time on. */
  'trace',
  /** Of a launcher that watches a container: why it speaks up again, as the bits of `wakings`; 0: for the first time. */
  'woken',
  /** What the last FINISH said in `watch.seen`. */
  'seen',
  /** Index in `ways`. The last one, since the launcher changes it when it sends the same request a second time. */
  'way',
] as const;
export type RequestNumber = (typeof requestNumbers)[number];

/** Which Node layer serves a command: one that waited, or, for the reason that is given, one that was started for it. */
export const ways = [
  'standby',
  /** Nobody asked for a standby, or the command is `standby` itself. */
  'off',
  /** There is no directory or socket, or nobody listens on it. */
  'missing',
  /** The directory is not one that only the user can write to. */
  'distrusted',
  /** More commands wait for it than the kernel lets wait. */
  'busy',
  /** It did not answer in time. */
  'silent',
  /** It hung up: killed, or of another build. */
  'gone',
  /** What it said is none of the protocol. */
  'garbled',
  /** What it asked for is more than it has memory for. */
  'large',
] as const;
export type Way = (typeof ways)[number];

/** What wakes a launcher that watches a container; several may at a time. */
export const wakings = { interval: 1n, oom: 2n, exit: 4n } as const;

/**
 * How a command ends, or, with the code 256, what has to be done before it goes on (`native/launcher/image.h`). Body, in this order: exit code, standard output, standard error, log file path (empty: none),
 * bytes to append to it, list of numbers [monitor, slot of the console's master or 0xffff, report], which goes on with
 * [detach, idle exit, most commands, most memory] if the launcher is to become a standby, or with [slot of a process, slot of
 * what tells that memory ran out, interval, seen] and a 0 if it is to watch a container. Then, if the request asks
 * for it and only then, bytes: what this layer has spent its time on since the last message that told it (`trace.ts`).
 */
export interface Finish {
  readonly code: number;
  readonly stdout: string | Uint8Array;
  readonly stderr: string | Uint8Array;
  /**
   * Appended (O_APPEND) to the file of `--log`, in one write. A text that begins with a NUL is for a datagram socket: each
   * part behind a NUL is sent by itself.
   */
  readonly log?: { readonly path: string; readonly text: string };
  /**
   * The launcher stays as monitor of the process it spawned: copies the terminal if there is a console slot, forwards
   * signals, reaps, runs the plan's teardown, and exits with the process's status (128+n for a signal).
   */
  readonly monitor?: { readonly console: string | null };
  /** In a PLAN: send RESULT even on plain success. */
  readonly report?: boolean;
  /** The launcher stays, without a Node layer, and sends the request again when there is something to report. */
  readonly watch?: Vigil;
  /** The launcher stays and supervises Node layers that wait for commands. */
  readonly standby?: Standby;
}

export interface Vigil {
  /** Slots of the plan that this goes with: a pidfd, and an eventfd or a file that polls as urgent. Later on both stay. */
  readonly process: string | null;
  readonly oom: string | null;
  /** Milliseconds between two requests if nothing else happens. */
  readonly interval: number;
  /** Comes back in the next request. */
  readonly seen: bigint;
}

export interface Standby {
  /** The command ends when the standby answers, and leaves it in the background. */
  readonly detach: boolean;
  /** Seconds without a command after which it ends; 0: never. */
  readonly idleExit: number;
  /** Commands after which a new process takes over; 0: any number. */
  readonly maxCommands: number;
  /** MiB of resident memory above which a new process takes over; 0: any amount. */
  readonly maxMemory: number;
}

/**
 * Body of PLAN: list of programs as bytes (0: hands, 1: undo, 2: teardown, from 3: stubs), then the Finish.
 * A program is encoded by `src/plan/encode.ts`.
 */

/**
 * Body of RESULT: list of numbers [ok], the captured output as bytes, list of failures. The first is the one that
 * stopped the plan (if not ok); the others are warnings and failures of undoing. A failure: list of the numbers
 * below, list of the strings below.
 */
export interface Result {
  readonly ok: boolean;
  readonly captured: Uint8Array;
  readonly failures: readonly Failure[];
}
export const failureNumbers = [
  /** 0: hands, 1: undo, 2: teardown, from 3: stub; 255: the launcher outside any program. */
  'program',
  /** Index of the operation in its program as encoded. */
  'index',
  'errno',
  /** Of a process that died without a word (step "stub"; errno is 0 then) or failed (hook): as from wait(2); else 0. */
  'status',
] as const;
export const failureStrings = [
  /** Name of the operation. */
  'op',
  /** The operation's origin in config.json. */
  'origin',
  /** The system call or step that failed. */
  'step',
  /** The object at fault: a path, a path component, a name. */
  'subject',
  /** What the kernel (fs-context log) or a program (last of its standard error) said. */
  'detail',
] as const;
export type Failure = Readonly<Record<(typeof failureNumbers)[number], number>> &
  Readonly<Record<(typeof failureStrings)[number], string>>;
