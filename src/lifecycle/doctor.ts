import { posix } from 'node:path';
import { parseCgroupHost } from '../cgroups/host.ts';
import type { Context } from '../cli/context.ts';
import { cgroupChecks, controllersFile, ownDirectory } from '../doctor/cgroups.ts';
import type { Check, Host } from '../doctor/check.ts';
import { engineChecks, engineFiles, engines } from '../doctor/engines.ts';
import { kernelChecks, namespaceFiles } from '../doctor/kernel.ts';
import {
  type Criu,
  criuCheck,
  libseccompCheck,
  nodeCheck,
  rootCheck,
  standbyCheck,
} from '../doctor/programs.ts';
import { rootlessChecks, sysctls } from '../doctor/rootless.ts';
import type { Answer } from '../execute/messages.ts';
import { exists, file, isThere, readGroups, stat, textOf } from '../execute/reads.ts';
import type { HandsOp } from '../plan/ops.ts';
import { done } from './carry-out.ts';

/** What only the Node layer knows, and the command line. */
export interface Versions {
  readonly node: string;
  /** Null: the addon cannot be loaded. */
  readonly libseccomp: string | null;
  readonly standby: { readonly served: boolean; readonly way: string };
}

/** Looks at the host as the caller sees it, and changes nothing. */
export async function doctor(context: Context, versions: Versions): Promise<Check[]> {
  const { hands, request, root } = context;
  const home = variable(context, 'HOME');
  const mountinfo = textOf((await hands.read([file('/proc/self/mountinfo')]))[0] ?? nothing) ?? '';
  const cgroups = parseCgroupHost(mountinfo, request.cgroups);
  const candidates = programNames.flatMap((name) => searchPath(context).map((folder) => `${folder}/${name}`));
  const paths = {
    files: [...hostFiles, ...engineFiles(home), ...cgroups.hierarchies.map(controllersFile)],
    exists: [...namespaceFiles.map((type) => `/proc/self/ns/${type}`), ...markers, ...candidates],
    stats: [...cgroups.hierarchies.map(ownDirectory), ...candidates, root, posix.dirname(root)],
  };
  const found = await readGroups(hands, {
    files: Object.fromEntries(paths.files.map((path) => [path, file(path)])),
    exists: Object.fromEntries(paths.exists.map((path) => [path, exists(path)])),
    stats: Object.fromEntries(paths.stats.map((path) => [path, stat(path)])),
  });
  const host: Host = {
    uid: Number(request.numbers.euid),
    user: variable(context, 'USER'),
    home,
    release: request.release,
    privileged: request.numbers.euid === 0n && request.numbers.userNamespace === INITIAL_USER_NAMESPACE,
    file: (path) => textOf(found.files[path] ?? nothing),
    exists: (path) => isThere(found.exists[path] ?? nothing),
    stat: (path) => statOf(found.stats[path] ?? nothing),
    program: (name) =>
      candidates.find((path) => posix.basename(path) === name && isThere(found.exists[path] ?? nothing)),
  };
  const owner = host.stat(root)?.uid ?? host.stat(posix.dirname(root))?.uid;
  return [
    ...kernelChecks(host),
    ...cgroupChecks(host, cgroups),
    ...rootlessChecks(host),
    rootCheck(root, host.uid, owner),
    nodeCheck(versions.node),
    libseccompCheck(versions.libseccomp),
    standbyCheck(versions.standby.served, versions.standby.way),
    criuCheck(await askCriu(context, host.program('criu'))),
    ...engineChecks(host),
  ];
}

/** PROC_USER_INIT_INO. */
const INITIAL_USER_NAMESPACE = 0xeffffffdn;

const nothing: Answer = { errno: 2, items: [] };

const hostFiles = [
  '/proc/sys/vm/memfd_noexec',
  '/sys/module/apparmor/parameters/enabled',
  '/sys/kernel/security/lsm',
  '/proc/sys/kernel/seccomp/actions_avail',
  ...Object.values(sysctls),
  '/etc/subuid',
  '/etc/subgid',
];
const markers = ['/sys/fs/selinux/enforce', '/run/systemd/system'];
const programNames = ['criu', 'newuidmap', 'newgidmap', ...engines.map(({ program }) => program)];

function variable({ request }: Context, name: string): string | null {
  const entry = request.env.find((text) => text.startsWith(`${name}=`));
  return entry?.slice(name.length + 1) || null;
}

/** Daemons lie where an ordinary user's PATH does not lead. */
function searchPath(context: Context): string[] {
  const own = (variable(context, 'PATH') ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return [
    ...new Set([...own, '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']),
  ];
}

/** Of STAT: `mode uid gid …`. */
function statOf(answer: Answer): { readonly mode: number; readonly uid: number } | undefined {
  const [mode, uid] = (textOf(answer) ?? '').split(' ').map(Number);
  return mode === undefined || uid === undefined ? undefined : { mode, uid };
}

/** Its check needs root, as using it does. */
async function askCriu({ hands, request }: Context, path: string | undefined): Promise<Criu | null> {
  if (path === undefined) return null;
  const ask = (word: string): HandsOp => ({
    op: 'capture',
    path,
    args: ['criu', word],
    env: request.env,
    origin: 'criu',
  });
  const plan = { hands: [ask('--version'), ask('check')], stubs: [], teardown: [] };
  const result = await hands.execute(plan, { ...done, report: true });
  const said = Buffer.from(result?.captured ?? []).toString();
  const version = /Version:\s*(\S+)/.exec(said)?.[1] ?? 'of an unknown version';
  const detail = result?.failures[0]?.detail.trim().split('\n')[0] ?? '';
  return { path, version, complaint: result?.ok === true ? null : detail || 'its check failed' };
}
