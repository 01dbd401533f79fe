import { type CgroupHost, parseCgroupHost } from '../cgroups/host.ts';
import type { Config, LinuxSpec, Process } from '../config/config.ts';
import { buildCreate } from '../plan/create.ts';
import { PlanError } from '../plan/error.ts';
import type { HandsOp, StubOp } from '../plan/ops.ts';
import { SYSTEMD_MARK, unitOf } from '../systemd/unit.ts';

/** What a trial container asks for beside what every container has. */
export interface Wish extends Partial<Omit<Config, 'process' | 'linux'>> {
  readonly process?: Partial<Process>;
  readonly linux?: LinuxSpec;
}

interface Circumstances {
  readonly host?: CgroupHost;
  readonly systemdCgroup?: boolean;
  readonly uid?: number;
}

/**
 * Whether the plan of a container has an operation (of this name, if one is given) because of a part of its config.json.
 * `origin` is that part or what it begins with. Nothing is executed, and nothing of this machine is looked at.
 */
export function does(
  wish: Wish,
  origin: string,
  name: string | null = null,
  circumstances: Circumstances = {},
): boolean {
  return trial(wish, circumstances).some(
    (op) =>
      (name === null || op.op === name) &&
      (op.origin === origin || op.origin.startsWith(`${origin}.`) || op.origin.startsWith(`${origin}[`)),
  );
}

const v2Mount = '60 31 0:60 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n';
const v2 = {
  ...parseCgroupHost(v2Mount, '0::/\n'),
  files: { '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory hugetlb pids rdma misc' },
};

/** Machines that may be. */
export const hosts = {
  v1: parseCgroupHost(
    ['pids', 'memory', 'devices', 'freezer', 'rdma']
      .map(
        (name, index) => `4${index} 31 0:4${index} / /sys/fs/cgroup/${name} rw - cgroup cgroup rw,${name}\n`,
      )
      .join(''),
    ['pids', 'memory', 'devices', 'freezer', 'rdma']
      .map((name, index) => `${index + 1}:${name}:/\n`)
      .join(''),
  ),
  v2,
  systemd: { ...v2, files: { ...v2.files, [SYSTEMD_MARK]: '' } },
} as const;

/** All operations; none of a container that is refused. */
function trial(
  wish: Wish,
  { host = hosts.v1, systemdCgroup = false, uid = 0 }: Circumstances,
): (HandsOp | StubOp)[] {
  try {
    const plan = buildCreate(
      configOf(wish),
      {
        id: 'x',
        bundle: '/x',
        stateDir: '/x',
        caller: { ...caller, uid },
        cgroups: host,
        unit: systemdCgroup ? unitOf(undefined, 'x', host, { ...caller, uid }, []) : null,
        resctrl,
        modules,
        seccomp: null,
      },
      { ...options, systemdCgroup },
    );
    return [...plan.hands, ...plan.stubs.flat(), ...plan.teardown];
  } catch (error) {
    if (error instanceof PlanError) return [];
    throw error;
  }
}

function configOf({ process, linux, ...wish }: Wish): Config {
  return {
    ociVersion: '1.0.0',
    root: { path: 'x' },
    ...wish,
    process: { cwd: '/', args: ['x'], ...process },
    linux: { ...linux, namespaces: [{ type: 'mount' }, ...(linux?.namespaces ?? [])] },
  };
}

const resctrl = { mountPoint: '/x', schemata: '' };
const modules = { apparmor: true, selinux: true };

const caller = {
  gid: 0,
  capabilities: ~0n,
  initialUserNamespace: true,
  umask: 0,
  pid: 1,
  startTime: 1,
  now: '',
  window: { rows: 0, columns: 0 },
};

const options = {
  verb: 'run',
  detach: false,
  keep: false,
  noPivot: false,
  noNewKeyring: false,
  preserveFds: 0,
  listenFds: 0,
  consoleSocket: null,
  pidfdSocket: null,
  pidFile: null,
} as const;
