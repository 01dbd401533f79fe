import type { CgroupHost } from '../cgroups/host.ts';

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
    /** Of that pid: field 22 of /proc/PID/stat. */
    readonly startTime: number;
    /** RFC 3339 with nanoseconds or milliseconds, UTC. */
    readonly now: string;
  };
  readonly cgroups: CgroupHost;
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
  readonly listenFds: boolean;
  readonly consoleSocket: string | null;
  readonly pidFile: string | null;
  readonly systemdCgroup: boolean;
}
