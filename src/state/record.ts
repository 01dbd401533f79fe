import type { Config } from '../config/config.ts';
import { parseJson } from '../config/json.ts';
import { stringifyJson } from '../config/stringify.ts';
import { RailcarError } from '../errors.ts';
import type { ResctrlGroups } from '../plan/intelRdt.ts';
import type { Template } from '../plan/ops.ts';
import type { KeptUnit } from '../systemd/ops.ts';

/** Written into every record; a reader refuses a newer one. */
export const RECORD_SCHEMA = 1;

/** A process that is named for longer than one system call: the start time tells it from a later one of that pid. */
export interface ProcessId {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat. */
  readonly startTime: number;
}

/** Of runc's file: namespace type to path. */
const namespaceFiles = {
  NEWNS: ['mount', 'mnt'],
  NEWUTS: ['uts', 'uts'],
  NEWIPC: ['ipc', 'ipc'],
  NEWUSER: ['user', 'user'],
  NEWPID: ['pid', 'pid'],
  NEWNET: ['network', 'net'],
  NEWCGROUP: ['cgroup', 'cgroup'],
  NEWTIME: ['time', 'time'],
} as const;

/** What `create` knows about a container before its process exists. */
export interface NewRecord {
  readonly id: string;
  /** Absolute. */
  readonly bundle: string;
  /** Absolute path of the root file system. */
  readonly rootfs: string;
  /** RFC 3339, UTC. */
  readonly created: string;
  /** The caller's uid. */
  readonly owner: number;
  readonly config: Config;
  /** Of `cgroupOps`: by controller, absolute paths; what `delete` removes. */
  readonly cgroupPaths: Readonly<Record<string, string>>;
  /** Those of them that it does not remove. */
  readonly cgroupsKept: readonly string[];
  readonly systemdCgroup: boolean;
  /** The scope of systemd that it is in, if it is. */
  readonly unit: KeptUnit | null;
  /** Made with --no-new-keyring; an exec into it then keeps its caller's keyring too. */
  readonly noNewKeyring: boolean;
  readonly resctrl: ResctrlGroups | null;
  /** The bundle is railcar's, made of an image for this container alone. */
  readonly ownBundle?: boolean;
  readonly launcher: ProcessId;
}

/**
 * `<root>/<id>/state.json`. The keys in snake case are those that tools in the field read from runc's file of this
 * name, with runc's meaning; the others are railcar's own. The status is not here: it is derived each time.
 */
export interface ContainerRecord {
  readonly schema: number;
  /**
   * creating: the journal of a `create` that has not finished (or was killed): cgroup_paths may exist, pid is 0.
   * created: complete.
   */
  readonly phase: 'creating' | 'created';
  readonly id: string;
  readonly bundle: string;
  readonly rootfs: string;
  readonly owner: number;
  readonly created: string;
  readonly launcher: ProcessId;
  readonly systemdCgroup: boolean;
  /** Absent unless it is in a scope of systemd. */
  readonly unit?: KeptUnit;
  /** Absent in records of earlier releases. */
  readonly noNewKeyring?: boolean;
  /** Cgroups that were there before the container; absent if there are none. */
  readonly cgroupsKept?: readonly string[];
  /** Absent in records of containers without any. */
  readonly resctrl?: ResctrlGroups;
  /** Absent unless it goes with the container. */
  readonly ownBundle?: true;
  readonly init_process_pid: number;
  readonly init_process_start: number;
  readonly cgroup_paths: Readonly<Record<string, string>>;
  readonly namespace_paths: Readonly<Record<string, string>>;
  readonly config: Config;
}

/** The first thing that `create` writes: what is about to be made, so that `delete --force` finds it. */
export function journalText(fresh: NewRecord): string {
  const { config, ...rest } = common(fresh);
  const empty = { phase: 'creating', init_process_pid: 0, init_process_start: 0, namespace_paths: {} };
  return `${JSON.stringify({ ...rest, ...empty }).slice(0, -1)},"config":${configText(config)}}\n`;
}

/** The complete record; pid and start time are filled in by the hands when they write it. */
export function recordTemplate(fresh: NewRecord): Template {
  const { config, ...rest } = common(fresh);
  const paths = Object.entries(namespaceFiles).flatMap(([key, [type, file]], index): Template[number][] => {
    const lead = `${index === 0 ? '' : ','}${JSON.stringify(key)}:`;
    const joined = joinedPath(config, type);
    if (joined !== undefined) return [lead + JSON.stringify(joined)];
    return [`${lead}"/proc/`, { variable: 'pid' }, `/ns/${file}"`];
  });
  const head = JSON.stringify({ ...rest, phase: 'created' }).slice(0, -1);
  return [
    `${head},"init_process_pid":`,
    { variable: 'pid' },
    ',"init_process_start":',
    { variable: 'startTime' },
    ',"namespace_paths":{',
    ...paths,
    `},"config":${configText(config)}}\n`,
  ];
}

/** Two records of a container hold it, and a standby is given the same one again and again. Nobody changes one. */
const configTexts = new WeakMap<Config, string>();

function configText(config: Config): string {
  const known = configTexts.get(config);
  if (known !== undefined) return known;
  const text = stringifyJson(config);
  configTexts.set(config, text);
  return text;
}

/** A record that is already complete (`update` rewrites it). */
export function recordText(record: ContainerRecord): string {
  return `${stringifyJson(record)}\n`;
}

/** Throws RailcarError if it is not a record (cut short, corrupt, not railcar's) or one of a newer schema. */
export function parseRecord(text: string, file: string): ContainerRecord {
  const value = parse(text, file);
  if (!isObject(value) || typeof value.schema !== 'number') throw damaged(file);
  if (value.schema > RECORD_SCHEMA) {
    const message = `has schema ${value.schema}, this version of railcar knows them up to ${RECORD_SCHEMA}`;
    throw new RailcarError('state-unreadable', message, { file });
  }
  if (!isRecord(value)) throw damaged(file);
  return value;
}

/**
 * The same without the configuration, which is most of a record: for whoever looks at hundreds of them. Whether the
 * configuration can be parsed is not known then, only that the record ends like one.
 */
export function parseRecordHead(text: string, file: string): ContainerRecord {
  // A quote inside of a text has a backslash before it, so this is the member; it is always written last.
  const at = text.indexOf(',"config":{');
  const whole = at >= 0 && text.trimEnd().endsWith('}}');
  return parseRecord(whole ? `${text.slice(0, at)},"config":{"ociVersion":""}}` : text, file);
}

function common(fresh: NewRecord) {
  return {
    schema: RECORD_SCHEMA,
    id: fresh.id,
    bundle: fresh.bundle,
    rootfs: fresh.rootfs,
    owner: fresh.owner,
    created: fresh.created,
    launcher: fresh.launcher,
    systemdCgroup: fresh.systemdCgroup,
    ...(fresh.unit !== null && { unit: fresh.unit }),
    noNewKeyring: fresh.noNewKeyring,
    ...(fresh.cgroupsKept.length > 0 && { cgroupsKept: fresh.cgroupsKept }),
    ...(fresh.resctrl !== null && { resctrl: fresh.resctrl }),
    ...(fresh.ownBundle === true && { ownBundle: true }),
    cgroup_paths: fresh.cgroupPaths,
    config: fresh.config,
  };
}

/** The path of a namespace that config.json has the container join. */
function joinedPath(config: Config, type: string): string | undefined {
  return config.linux?.namespaces?.find((entry) => entry.type === type)?.path || undefined;
}

function isRecord(value: Record<string, unknown>): value is Record<string, unknown> & ContainerRecord {
  const texts = ['id', 'bundle', 'rootfs', 'created'];
  const numbers = ['init_process_pid', 'init_process_start', 'owner'];
  const maps = ['cgroup_paths', 'namespace_paths', 'launcher'];
  return (
    (value.phase === 'creating' || value.phase === 'created') &&
    texts.every((key) => typeof value[key] === 'string') &&
    numbers.every((key) => Number.isSafeInteger(value[key])) &&
    maps.every((key) => isObject(value[key])) &&
    Object.values(value.cgroup_paths as object).every((path) => typeof path === 'string') &&
    isObject(value.config)
  );
}

function parse(text: string, file: string): unknown {
  try {
    return parseJson(text, file);
  } catch (cause) {
    throw damaged(file, cause);
  }
}

function damaged(file: string, cause?: unknown): RailcarError {
  return new RailcarError('state-unreadable', "is not a container's record", { file, cause });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
