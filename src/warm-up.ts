import { runCommand } from './cli/command.ts';
import { defaultSpec } from './cli/format/spec.ts';
import type { Hands } from './execute/hands.ts';
import { type Answer, type Finish, PROTOCOL_VERSION, type Read, type Request } from './execute/messages.ts';
import { missing } from './execute/reads.ts';
import { encodePlan } from './plan/encode.ts';
import type { HandsOp, Template } from './plan/ops.ts';
import { PROCESS } from './state/links.ts';

/**
 * Goes through the life of a container with hands that only pretend, so that V8 has compiled what real commands use
 * when its code is kept as a cache, or before the first real one comes. Returns how each command ended. `pause` comes
 * before each, for a process that has something else to do.
 */
export async function rehearse(pause?: () => Promise<void>): Promise<(Finish | null)[]> {
  const files = new Map([
    [`${BUNDLE}/config.json`, configText()],
    ['/proc/self/mountinfo', mountinfo],
    ['/proc/self/stat', stat],
    [`/proc/${PID}/stat`, stat],
  ]);
  const finishes: (Finish | null)[] = [];
  for (const line of commandLines) {
    await pause?.();
    finishes.push(await runCommand(request(line), pretendingHands(files)));
  }
  return finishes;
}

const BUNDLE = '/bundle';
const ROOT = '/run/railcar';
const PID = 4711;

const commandLines = [
  `--log /log --log-format json create --bundle ${BUNDLE} --pid-file /pid x`,
  `--root ${ROOT} state x`,
  'start x',
  'kill x 15',
  'ps --format json x',
  'list',
  'exec --detach x true',
  'delete --force x',
  `run --bundle ${BUNDLE} x`,
];

function configText(): string {
  const spec = defaultSpec();
  return JSON.stringify({ ...spec, process: { ...spec.process, terminal: false } });
}

/** Its start time is what a template's variables are filled with, so that records match it. */
const stat = `${PID} (x) S 1 ${'4 '.repeat(17)}${PID} ${'0 '.repeat(30)}\n`;
const mountinfo = [
  '30 20 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
  '31 20 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
  '32 20 0:28 / /sys/fs/cgroup/devices rw - cgroup cgroup rw,devices',
  '',
].join('\n');

function request(line: string): Request {
  return {
    build: String(PROTOCOL_VERSION),
    argv: ['railcar', ...line.split(' ')],
    env: ['PATH=/bin'],
    cwd: '/',
    cgroups: '3:memory:/\n2:devices:/\n0::/\n',
    release: '6.1.0',
    numbers: {
      uid: 0n,
      euid: 0n,
      gid: 0n,
      egid: 0n,
      pid: BigInt(PID),
      umask: 0o22n,
      now: 0n,
      capabilities: 2n ** 41n - 1n,
      terminals: 0n,
      rows: 0n,
      columns: 0n,
      userNamespace: 0xeffffffdn,
      trace: 0n,
      woken: 0n,
      seen: 0n,
      way: 0n,
    },
  };
}

/** Every plan succeeds, and the files that it writes are there from then on. */
function pretendingHands(files: Map<string, string>): Hands {
  return {
    read: async (reads) => reads.map((read) => answer(files, read)),
    execute: async (plan) => {
      encodePlan(plan);
      for (const op of plan.hands) remember(files, op);
      return null;
    },
  };
}

/** The container that is rehearsed with is the only one there is. */
function answer(files: ReadonlyMap<string, string>, { kind, path, name }: Read): Answer {
  const below = `${path}/x/${name}`;
  switch (kind) {
    case 'FILE':
    case 'EXISTS':
      return found(files.get(followed(files, path)));
    case 'LINK':
      return found(files.get(path));
    case 'EACH':
      return found(files.get(followed(files, below)), 'x');
    case 'HAVING':
      return files.has(below) ? found('x') : missing;
    default:
      return missing;
  }
}

function found(content: string | undefined, ...before: readonly string[]): Answer {
  if (content === undefined) return missing;
  return { errno: 0, items: [...before, content].map((text) => Buffer.from(text)) };
}

/** Links are kept as files that hold where they lead. */
function followed(files: ReadonlyMap<string, string>, path: string): string {
  const link = `${ROOT}/x/${PROCESS}`;
  return path.startsWith(`${link}/`) ? (files.get(link) ?? '') + path.slice(link.length) : path;
}

function remember(files: Map<string, string>, op: HandsOp): void {
  if (op.op === 'writeFile') files.set(op.path, filled(op.text));
  if (op.op === 'symlink') files.set(op.path, filled(op.target));
  if (op.op === 'mkfifo') files.set(op.path, '');
  if (op.op === 'readFifo') files.delete(op.path);
  if (op.op === 'removeTree')
    for (const path of files.keys()) if (path.startsWith(op.path)) files.delete(path);
}

function filled(text: Template): string {
  if (typeof text === 'string') return text;
  return text.map((piece) => (typeof piece === 'string' ? piece : PID)).join('');
}
