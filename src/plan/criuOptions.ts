import type { Field } from './protobuf.ts';

/** What `checkpoint` and `restore` have in common on the command line. Paths are absolute. */
export interface CriuOptions {
  readonly imagePath: string;
  readonly workPath: string | null;
  readonly tcpEstablished: boolean;
  readonly extUnixSk: boolean;
  readonly shellJob: boolean;
  readonly fileLocks: boolean;
  readonly lazyPages: boolean;
  readonly autoDedup: boolean;
  readonly manageCgroupsMode: keyof typeof cgroupModes;
  /** The network namespace is restored as a new one without anything in it. */
  readonly emptyNetwork: boolean;
  readonly networkLock: keyof typeof networkLocks | null;
}

export interface CheckpointOptions extends CriuOptions {
  /** Relative to the image, as CRIU wants it. */
  readonly parentPath: string | null;
  readonly leaveRunning: boolean;
  readonly preDump: boolean;
  readonly tcpSkipInFlight: boolean;
  readonly linkRemap: boolean;
  readonly pageServer: { readonly address: string; readonly port: number } | null;
  readonly statusFd: number | null;
}

export interface RestoreOptions extends CriuOptions {
  readonly detach: boolean;
  readonly pidFile: string | null;
  readonly consoleSocket: string | null;
  readonly tcpClose: boolean;
  readonly lsmProfile: string | null;
  readonly lsmMountContext: string | null;
  readonly systemdCgroup: boolean;
  /** As in CreateOptions. */
  readonly noCgroups: boolean;
}

/** enum criu_cg_mode. */
export const cgroupModes = { ignore: 0, soft: 3, full: 4, strict: 5 } as const;

/** enum criu_network_lock_method. */
export const networkLocks = { iptables: 1, nftables: 2, skip: 3 } as const;

const CLONE_NEWNET = 0x40000000;

/** How much CRIU writes into its log: 4 is all. Errors are looked for there. */
const LOG_LEVEL = 4;

/** Fields of criu_opts, by the names and numbers of CRIU's rpc.proto. */
const numbers = {
  images_dir_fd: 1,
  pid: 2,
  leave_running: 3,
  ext_unix_sk: 4,
  tcp_established: 5,
  evasive_devices: 6,
  shell_job: 7,
  file_locks: 8,
  log_level: 9,
  log_file: 10,
  ps: 11,
  notify_scripts: 12,
  root: 13,
  parent_img: 14,
  track_mem: 15,
  auto_dedup: 16,
  work_dir_fd: 17,
  link_remap: 18,
  ext_mnt: 23,
  manage_cgroups: 24,
  cg_root: 25,
  rst_sibling: 26,
  inherit_fd: 27,
  manage_cgroups_mode: 34,
  external: 37,
  empty_ns: 38,
  join_ns: 39,
  freeze_cgroup: 44,
  tcp_skip_in_flight: 46,
  lazy_pages: 48,
  orphan_pts_master: 50,
  config_file: 51,
  tcp_close: 52,
  lsm_profile: 53,
  lsm_mount_context: 63,
  network_lock: 64,
} as const;

export function option(name: keyof typeof numbers, value: Field[1]): Field {
  return [numbers[name], value];
}

/** Nothing for what was not asked for. */
export function optional(name: keyof typeof numbers, value: Field[1] | null | undefined): Field[] {
  return value === null || value === undefined || value === false ? [] : [option(name, value)];
}

/** ext_mnt and inherit_fd: two members that belong together. */
export function pair(
  name: 'ext_mnt' | 'inherit_fd' | 'join_ns' | 'ps' | 'cg_root',
  first: string,
  second: string | number,
): Field {
  return option(name, [
    [1, first],
    [2, second],
  ]);
}

export function commonOptions(options: CriuOptions, logFile: string, configFile: string | null): Field[] {
  return [
    option('log_level', LOG_LEVEL),
    option('log_file', logFile),
    option('notify_scripts', true),
    option('orphan_pts_master', true),
    option('manage_cgroups', true),
    option('manage_cgroups_mode', cgroupModes[options.manageCgroupsMode]),
    ...optional('shell_job', options.shellJob),
    ...optional('ext_unix_sk', options.extUnixSk),
    ...optional('tcp_established', options.tcpEstablished),
    ...optional('file_locks', options.fileLocks),
    ...optional('auto_dedup', options.autoDedup),
    ...optional('lazy_pages', options.lazyPages),
    ...optional('empty_ns', options.emptyNetwork ? CLONE_NEWNET : null),
    ...optional('network_lock', options.networkLock && networkLocks[options.networkLock]),
    ...optional('config_file', configFile),
  ];
}
