import { posix } from 'node:path';
import type { Config } from '../config/config.ts';
import { freezerFile } from '../state/freezer.ts';
import {
  askOps,
  becomeCriu,
  type CriuProgram,
  directoryOps,
  directoryOptions,
  endOp,
  noticeOp,
  spawnOp,
} from './criu.ts';
import { externalMounts, externalNamespaces, type Sight } from './criuExternal.ts';
import { type CheckpointOptions, commonOptions, option, optional, pair } from './criuOptions.ts';
import type { HandsOp } from './ops.ts';
import type { Plan } from './plan.ts';
import type { Field } from './protobuf.ts';

/** What a checkpoint depends on besides the container's configuration. */
export interface CheckpointFacts {
  readonly criu: CriuProgram;
  readonly pid: number;
  readonly rootfs: string;
  readonly cgroupPaths: Readonly<Record<string, string>>;
  readonly sight: Sight;
  /** Inodes of its namespaces. */
  readonly inodes: { readonly network: number; readonly pid: number };
  /** What /proc/PID/fd/0 to 2 lead to. */
  readonly descriptors: readonly string[];
  /** Of CRIU: options that come last and count. */
  readonly configFile: string | null;
}

export const DESCRIPTORS_FILE = 'descriptors.json';
export const DUMP_LOG = 'dump.log';

/** `before` locks the container; `after` ends it, unless it goes on. */
export function buildCheckpoint(
  config: Config,
  facts: CheckpointFacts,
  options: CheckpointOptions,
  before: readonly HandsOp[],
  after: readonly HandsOp[],
): Plan {
  const { imagePath, preDump, statusFd, lazyPages } = options;
  const fields = requestOptions(config, facts, options);
  const ready = lazyPages && statusFd !== null ? statusFd : null;
  return {
    hands: [
      ...before,
      ...(ready === null
        ? []
        : [{ op: 'requireWritable', descriptor: ready, origin: '--status-fd' } as const]),
      ...directoryOps(options, DUMP_LOG, true),
      ...(preDump ? [] : [descriptorsOp(imagePath, facts.descriptors)]),
      spawnOp([]),
      ...askOps(preDump ? 'preDump' : 'dump', fields),
      ...(ready === null
        ? []
        : [
            noticeOp('status-ready', 'unused'),
            { op: 'signalReady', descriptor: ready, origin: '--status-fd' } as const,
          ]),
      endOp,
      ...after,
    ],
    stubs: [becomeCriu(facts.criu, options)],
    teardown: [],
  };
}

/** So that a restore knows which of its own descriptors take the places of pipes to the outside. */
function descriptorsOp(imagePath: string, descriptors: readonly string[]): HandsOp {
  const path = posix.join(imagePath, DESCRIPTORS_FILE);
  return { op: 'writeFile', path, mode: 0o600, text: JSON.stringify(descriptors), origin: '--image-path' };
}

function requestOptions(config: Config, facts: CheckpointFacts, options: CheckpointOptions): Field[] {
  const { parentPath, pageServer, preDump } = options;
  const freezer = freezerFile(facts.cgroupPaths);
  return [
    ...directoryOptions(options),
    ...commonOptions(options, DUMP_LOG, facts.configFile),
    option('pid', facts.pid),
    option('root', facts.rootfs),
    ...optional('leave_running', options.leaveRunning),
    ...optional('tcp_skip_in_flight', options.tcpSkipInFlight),
    ...optional('link_remap', options.linkRemap),
    ...optional('freeze_cgroup', freezer && posix.dirname(freezer.path)),
    ...(pageServer === null ? [] : [pair('ps', pageServer.address, pageServer.port)]),
    ...optional('parent_img', parentPath),
    ...optional('track_mem', preDump || parentPath !== null),
    ...externalNamespaces(config, facts.inodes),
    ...(preDump ? [] : externalMounts(config, facts.sight)),
  ];
}
