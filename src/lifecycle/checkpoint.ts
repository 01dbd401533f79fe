import { posix } from 'node:path';
import type { Context } from '../cli/context.ts';
import type { CheckpointVerb } from '../cli/verbs.ts';
import { RailcarError } from '../errors.ts';
import { errnoText } from '../execute/errno.ts';
import type { Answer, Finish } from '../execute/messages.ts';
import { file, link, readNamed, stat, textOf } from '../execute/reads.ts';
import { buildCheckpoint, DUMP_LOG } from '../plan/checkpoint.ts';
import { boundPaths, type Mounted } from '../plan/criuExternal.ts';
import type { HandsOp } from '../plan/ops.ts';
import { teardownOps } from '../plan/teardown.ts';
import { type Container, findContainer } from '../state/container.ts';
import { lockOps } from '../state/lock.ts';
import { requireStatus } from '../state/transitions.ts';
import { done, goneMeanwhile } from './carry-out.ts';
import { converse, criuConfigFile, findCriu } from './criu.ts';
import { thawForKill } from './freezer.ts';
import { INIT_SLOT, openInit } from './init.ts';
import { inBundle } from './positions.ts';
import { resolveInside } from './resolve.ts';

/** How long (ms) killed processes may take to be gone. */
const EXIT_DEADLINE = 10_000;

/**
 * Writes an image of a container's processes. It ends the container and removes it, as runc does, unless that is only a
 * part of the image or the caller wants it to go on.
 */
export async function checkpoint(context: Context, verb: CheckpointVerb): Promise<Finish | null> {
  const { container, ofProcess } = await findContainer(context, verb.id, {
    ofProcess: (directory) => ({
      stdin: link(`${directory}/fd/0`),
      stdout: link(`${directory}/fd/1`),
      stderr: link(`${directory}/fd/2`),
      mountinfo: file(`${directory}/mountinfo`),
      network: stat(`${directory}/ns/net`),
      pid: stat(`${directory}/ns/pid`),
    }),
  });
  requireStatus('checkpoint', container.status, verb.id);
  if (context.request.numbers.euid !== 0n) context.warn('checkpoint is untested without the rights of root');
  const criu = await findCriu(context);
  await requireParent(context, verb);
  const { record, pid } = container;
  const mounts = parseMounted(textOf(ofProcess.mountinfo) ?? '');
  const moved = boundPaths(record.config).filter((path) => mounts.every(({ point }) => point !== path));
  const facts = {
    criu: criu.program,
    pid,
    rootfs: record.rootfs,
    cgroupPaths: record.cgroup_paths,
    sight: { mounts, resolved: await resolveInside(context.hands, pid, moved) },
    inodes: { network: inodeOf(ofProcess.network), pid: inodeOf(ofProcess.pid) },
    descriptors: [ofProcess.stdin, ofProcess.stdout, ofProcess.stderr].map((target) => textOf(target) ?? ''),
    configFile: criuConfigFile(criu, record.config),
  };
  const before = [...lockOps(container.stateDir), openInit(container)];
  const after = verb.leaveRunning || verb.preDump ? [] : endOps(container);
  const plan = buildCheckpoint(record.config, facts, verb, before, after);
  const log = posix.join(verb.workPath ?? verb.imagePath, DUMP_LOG);
  const action = `${verb.preDump ? 'pre-dump' : 'dump'} the container ${JSON.stringify(verb.id)}`;
  return converse(context, plan, done, {
    action,
    log,
    explain: goneMeanwhile,
    locate: inBundle(context.hands, record),
  });
}

/** CRIU has killed them; those of a paused container die when it is thawed. */
function endOps({ record, stateDir }: Container): HandsOp[] {
  return [
    ...thawForKill(record.cgroup_paths),
    { op: 'waitExit', process: INIT_SLOT, deadline: EXIT_DEADLINE, origin: 'init_process_pid' },
    ...teardownOps(record.config, { ...record, stateDir }, Object.values(record.cgroup_paths)),
  ];
}

const DIRECTORY = 0o040000;
const FILE_TYPE = 0o170000;
const ENOTDIR = 20;

async function requireParent({ hands }: Context, { imagePath, parentPath }: CheckpointVerb): Promise<void> {
  if (parentPath === null) return;
  const path = posix.join(imagePath, parentPath);
  const { parent } = await readNamed(hands, { parent: stat(path) });
  const mode = Number(textOf(parent)?.split(' ')[0] ?? 0);
  const errno = parent.errno || ((mode & FILE_TYPE) === DIRECTORY ? 0 : ENOTDIR);
  if (errno === 0) return;
  throw new RailcarError('usage', `invalid --parent-path: stat ${path}: ${errnoText(errno)}`);
}

/** Field 6 of STAT. */
function inodeOf(answer: Answer): number {
  return Number(textOf(answer)?.split(' ')[5] ?? 0);
}

function parseMounted(mountinfo: string): Mounted[] {
  return mountinfo.split('\n').map((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , device = '', root = '', point = ''] = before.split(' ').map(unescapeOctal);
    return { device, root, point, type: after.split(' ')[0] ?? '' };
  });
}

/** The kernel writes space, tab, newline and backslash in mountinfo as \ooo. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
