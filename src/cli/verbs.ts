import type { Resources } from '../config/config.ts';
import type { CheckpointOptions, RestoreOptions } from '../plan/criuOptions.ts';
import type { CreateOptions } from '../plan/facts.ts';

/**
 * What each verb of `src/lifecycle` is asked to do, as the command line understood it. Paths are absolute; a
 * container id has only allowed characters.
 *
 * | verb                                        | resolves to                                             |
 * |---------------------------------------------|---------------------------------------------------------|
 * | create run start kill delete exec           | Finish, or null when the launcher has finished already  |
 * | pause resume update                         | the same                                                |
 * | events                                      | the same                                                |
 * | state                                       | ContainerState                                          |
 * | list                                        | ContainerState[], sorted by id                          |
 * | ps                                          | Processes                                               |
 * | plan                                        | Plan                                                    |
 */
export interface CreateVerb extends CreateOptions {
  readonly id: string;
  readonly bundle: string;
  /** Absolute; null: the bundle's config.json. */
  readonly configFile: string | null;
}

export interface IdVerb {
  readonly id: string;
}

export interface StartVerb extends IdVerb {
  /** The caller's NOTIFY_SOCKET. */
  readonly notifySocket?: string | null;
}

export interface KillVerb extends IdVerb {
  readonly signal: number;
  readonly all: boolean;
}

export interface DeleteVerb extends IdVerb {
  readonly force: boolean;
  /** A container that was never started is killed without `force`. */
  readonly evenCreated: boolean;
}

export interface ExecVerb extends IdVerb {
  /** File of `--process` (`-` is not special); null: the container's own `process` with the changes below. */
  readonly processFile: string | null;
  readonly args: readonly string[];
  readonly tty: boolean;
  /** `NAME=value`, later ones win. */
  readonly env: readonly string[];
  readonly cwd: string | null;
  /** `uid[:gid]`, both numbers. */
  readonly user: { readonly uid: number; readonly gid: number | null } | null;
  readonly additionalGids: readonly number[];
  /** Added to the bounding, effective and permitted sets; never made inheritable (CVE-2022-29162). */
  readonly caps: readonly string[];
  /** True only when the flag was given. */
  readonly noNewPrivileges: boolean;
  readonly apparmor: string | null;
  readonly processLabel: string | null;
  readonly cgroup: readonly string[];
  readonly ignorePaused: boolean;
  readonly detach: boolean;
  readonly pidFile: string | null;
  readonly consoleSocket: string | null;
  readonly pidfdSocket: string | null;
  /** Those of LISTEN_FDS included, as in CreateOptions. */
  readonly preserveFds: number;
  readonly listenFds: number;
}

export interface MountsVerb extends IdVerb {
  readonly action: 'add' | 'remove';
  /** Absolute: what `mounts` is in config.json. */
  readonly file: string;
}

export interface PsVerb extends IdVerb {
  readonly format: 'table' | 'json';
  /** Arguments of ps(1), for a table; `-ef` when none were given. */
  readonly psArgs: readonly string[];
}

export interface CheckpointVerb extends IdVerb, CheckpointOptions {}

export interface RestoreVerb extends IdVerb, RestoreOptions {
  readonly bundle: string;
}

export interface EventsVerb extends IdVerb {
  /** Statistics once, and no more. */
  readonly once: boolean;
  /** Milliseconds. */
  readonly interval: number;
}

/** `data` of `update`: the file of `--resources` (`-`: standard input), or resources made from single flags. */
export interface UpdateVerb extends IdVerb {
  readonly resourcesFile: string | null;
  readonly resources: Resources;
  /** Lines for the `schemata` of the container's class of resctrl. */
  readonly l3CacheSchema: string | null;
  readonly memBwSchema: string | null;
}

export interface PlanVerb {
  readonly id: string;
  readonly bundle: string;
  readonly configFile: string | null;
  readonly options: CreateOptions;
}

/** What `state` and `list` print, in the order of runc's members. */
export interface ContainerState {
  readonly ociVersion: string;
  readonly id: string;
  /** 0 when stopped. */
  readonly pid: number;
  readonly status: 'creating' | 'created' | 'running' | 'paused' | 'stopped';
  readonly bundle: string;
  readonly rootfs: string;
  /** RFC 3339 with fraction, UTC. */
  readonly created: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Name of the user who owns the state directory, or the uid in digits; `state` prints it empty, as runc does. */
  readonly owner: string;
}

export interface Processes {
  readonly pids: readonly number[];
  /** Standard output of ps(1); null for the JSON format. */
  readonly table: string | null;
}
