import type { CgroupHost } from '../cgroups/host.ts';
import type { Filter } from '../seccomp/compile.ts';
import type { KeptUnit } from '../systemd/ops.ts';
import type { Unit } from '../systemd/unit.ts';
import type { Resctrl } from './intelRdt.ts';
import type { SecurityModules } from './labels.ts';
import type { Template } from './ops.ts';
import type { ContainerWide } from './scheduling.ts';

/** What a plan depends on besides config.json: all of it read through the hands, none of it read while planning. */
export interface Facts {
  readonly id: string;
  /** Absolute path of the bundle. */
  readonly bundle: string;
  /** `<root>/<id>`: the container's state directory. */
  readonly stateDir: string;
  readonly caller: {
    readonly uid: number;
    readonly gid: number;
    /** Effective capabilities as a mask. */
    readonly capabilities: bigint;
    /** False inside a user namespace, where much is forbidden even to uid 0. */
    readonly initialUserNamespace: boolean;
    readonly umask: number;
    readonly pid: number;
    /** The launcher's start time: field 22 of /proc/PID/stat. */
    readonly startTime: number;
    /** RFC 3339 with nanoseconds or milliseconds, UTC. */
    readonly now: string;
    /** Size of the caller's terminal; 0 where it has none. */
    readonly window: { readonly rows: number; readonly columns: number };
  };
  readonly cgroups: CgroupHost;
  /** The scope that systemd makes for the container; null unless --systemd-cgroup asks for it. */
  readonly unit: Unit | null;
  /** Null where there is none, or config.json has no use for it. */
  readonly resctrl: Resctrl | null;
  /** Looked at only if config.json asks for a label. */
  readonly modules: SecurityModules;
  /** `linux.seccomp` as compiled by `compileSeccomp`; null where config.json has none. */
  readonly seccomp: Filter | null;
}

/** The parts of the command line that change what is planned. */
export interface CreateOptions {
  /** `create` leaves the container waiting on its fifo; `run` lets it go on. */
  readonly verb: 'create' | 'run';
  /** `run` only: the launcher does not stay as monitor. `create` is always detached. */
  readonly detach: boolean;
  readonly keep: boolean;
  readonly noPivot: boolean;
  readonly noNewKeyring: boolean;
  /** Descriptors from 3 on that the container inherits, those of LISTEN_FDS included. */
  readonly preserveFds: number;
  /** How many of them, the first ones, are LISTEN_FDS of the caller; 0 where it has none. */
  readonly listenFds: number;
  /** Absolute, as are the next two. */
  readonly consoleSocket: string | null;
  readonly pidfdSocket: string | null;
  readonly pidFile: string | null;
  readonly systemdCgroup: boolean;
  /** The container's first process reaps for its own one. Undefined: as the annotation says (`init.ts`). */
  readonly init?: boolean | undefined;
  /** It stays in its caller's cgroups. */
  readonly noCgroups?: boolean;
  /** The bundle was made for this container, and goes with it. */
  readonly ownBundle?: boolean;
  /** The caller's NOTIFY_SOCKET. */
  readonly notifySocket?: string | null;
}

/** What a plan of `exec` depends on besides the process: the container as its record and /proc describe it. */
export interface ExecFacts {
  readonly id: string;
  readonly stateDir: string;
  readonly caller: Facts['caller'];
  readonly init: { readonly pid: number; readonly startTime: number };
  /**
   * The namespaces of the init process that are not the caller's own already, by comparing the links
   * /proc/PID/ns/X and /proc/self/ns/X. `type` as in config.json.
   */
  readonly namespaces: readonly { readonly type: NamespaceType; readonly path: string }[];
  /** Of the container's record, as is the next. */
  readonly noNewKeyring: boolean;
  readonly cgroupPaths: Readonly<Record<string, string>>;
  /** The scope of systemd that the container is in, and the path of the cgroup that is joined below the scope's; null: none. */
  readonly unit: (KeptUnit & { readonly subgroup: string }) | null;
  /** The container's v2 cgroup belongs to a user of its own. */
  readonly cgroupGivenAway: boolean;
  /** Of resctrl, those that the container is in. */
  readonly resctrlGroups: readonly string[];
  /** The container's state as a listener of its filter is told it. */
  readonly state: { readonly ociVersion: string; readonly text: Template };
  readonly modules: SecurityModules;
  /** Of the container's config.json, as is the next. */
  readonly annotations: Readonly<Record<string, string>> | undefined;
  /** `linux` of the container's config.json. */
  readonly linux: ContainerWide;
  /** The container's filter, compiled; null where it has none. */
  readonly seccomp: Filter | null;
}

export interface ExecOptions {
  readonly detach: boolean;
  readonly preserveFds: number;
  readonly listenFds: number;
  readonly consoleSocket: string | null;
  readonly pidfdSocket: string | null;
  readonly pidFile: string | null;
}

export type NamespaceType = 'pid' | 'network' | 'mount' | 'ipc' | 'uts' | 'user' | 'cgroup' | 'time';
