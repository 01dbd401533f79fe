import { posix } from 'node:path';
import { option, optional } from './criuOptions.ts';
import type { HandsOp, StubOp } from './ops.ts';
import { encodeFields, type Field } from './protobuf.ts';

/** CRIU as a child that is told by messages what to do: `criu swrk 3`, found at `path`. */
export interface CriuProgram {
  readonly path: string;
  readonly env: readonly string[];
}

/** enum criu_req_type. */
export const criuRequests = { dump: 1, restore: 2, preDump: 4 } as const;
export type CriuRequest = keyof typeof criuRequests;

const ORIGIN = 'criu';
const NEAR = 'criu';
const FAR = 'criu.far';
const IMAGES = 'images';
const WORK = 'work';

/** As CRIU finds them: its socket is 3. What else it is given comes after the directories. */
const IMAGES_NUMBER = 4;
const WORK_NUMBER = 5;

export interface Directories {
  readonly imagePath: string;
  readonly workPath: string | null;
}

/** The number of the n-th descriptor of those that CRIU is given beside its socket and directories. */
export function placedNumber(index: number, { workPath }: Directories): number {
  return (workPath === null ? IMAGES_NUMBER : WORK_NUMBER) + 1 + index;
}

/**
 * The directory of the image has to be there for a restore, and is made for a dump. What lies there under the name of a file
 * that CRIU is about to write is removed, and not followed if it is a link.
 */
export function directoryOps({ imagePath, workPath }: Directories, log: string, made: boolean): HandsOp[] {
  const origin = workPath === null ? '--image-path' : '--work-path';
  return [
    ...(made ? [{ op: 'mkdirAll', path: imagePath, mode: 0o700, origin: '--image-path' } as const] : []),
    ...(workPath === null ? [] : [{ op: 'mkdirAll', path: workPath, mode: 0o700, origin } as const]),
    ...[log, made ? 'stats-dump' : 'stats-restore'].map(
      (name): HandsOp => ({
        op: 'unlink',
        path: posix.join(workPath ?? imagePath, name),
        orElse: { on: ['ENOENT', 'ENOTDIR'], do: [] },
        origin,
      }),
    ),
  ];
}

/** Starts CRIU. `pass`: slots that its program needs. */
export function spawnOp(pass: readonly string[]): HandsOp {
  return { op: 'spawn', program: 0, pass, preserve: 0, origin: ORIGIN };
}

/** From its start to the moment at which it has its request. */
export function askOps(
  type: CriuRequest,
  options: readonly Field[],
  undo: readonly HandsOp[] = [],
): HandsOp[] {
  const request = encodeFields([
    [REQUEST_TYPE, criuRequests[type]],
    [REQUEST_OPTIONS, options],
  ]);
  return [
    { op: 'receive', into: NEAR, origin: ORIGIN },
    { op: 'awaitExec', origin: ORIGIN },
    { op: 'criu', socket: NEAR, request, undo, origin: ORIGIN },
  ];
}

/** Fields of criu_req. */
const REQUEST_TYPE = 1;
const REQUEST_OPTIONS = 2;

export function noticeOp(notice: string, into: string, adopt = false): HandsOp {
  return { op: 'criuNotice', notice, into, adopt: adopt ? 1 : 0, origin: ORIGIN };
}

export const endOp: HandsOp = { op: 'criuEnd', origin: ORIGIN };

/** The fields of criu_opts that name the directories. */
export function directoryOptions({ workPath }: Directories): Field[] {
  return [option('images_dir_fd', IMAGES_NUMBER), ...optional('work_dir_fd', workPath && WORK_NUMBER)];
}

/**
 * The end of the stub's program, which becomes CRIU. CRIU takes the numbers of directories for those of the process that
 * has made its socket: that is itself. They are opened here since it mounts in them, in a mount namespace of its own.
 */
export function becomeCriu(
  { path, env }: CriuProgram,
  { imagePath, workPath }: Directories,
  placed: readonly string[] = [],
): StubOp[] {
  const files = [FAR, IMAGES, ...(workPath === null ? [] : [WORK]), ...placed];
  return [
    // Killed in the middle it would leave processes stopped for ever; it sees its caller's end by itself.
    { op: 'parentDeath', signal: 0, origin: ORIGIN },
    { op: 'openDirectory', path: imagePath, into: IMAGES, origin: '--image-path' },
    ...(workPath === null
      ? []
      : [{ op: 'openDirectory', path: workPath, into: WORK, origin: '--work-path' } as const]),
    { op: 'packetPair', a: NEAR, b: FAR, origin: ORIGIN },
    { op: 'sendSlot', file: NEAR, origin: ORIGIN },
    { op: 'place', files, origin: ORIGIN },
    { op: 'resolve', name: path, path: '', origin: ORIGIN },
    {
      op: 'exec',
      args: ['criu', 'swrk', '3'],
      env,
      home: NO_HOME,
      listenPid: 0,
      preserve: files.length,
      origin: ORIGIN,
    },
  ];
}

/** `exec`: HOME is not to be set. */
const NO_HOME = 2 ** 32;
