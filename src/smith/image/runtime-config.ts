import type { Tree } from '../tree/tree.ts';
import type { ImageConfig } from './schema.ts';
import { resolveUser } from './user.ts';

export interface RuntimeOptions {
  /** The caller, if it is not root: mapped to the image's user, so that the files, which are the caller's, are the user's. */
  readonly rootless?: { readonly uid: number; readonly gid: number } | undefined;
  readonly readOnly?: boolean | undefined;
  /** In place of what the image runs: all of it, or what follows its entry point. */
  readonly args?: readonly string[] | undefined;
  readonly command?: readonly string[] | undefined;
  readonly terminal?: boolean | undefined;
}

/** What Docker leaves to a container's root; an ordinary user has none of it. */
const capabilities = [
  'CAP_AUDIT_WRITE',
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_MKNOD',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_RAW',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
];

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const masked = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];

const readonly = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** A runtime bundle's config.json from an image's configuration (conversion.md of the image specification). */
export function runtimeConfig(
  image: ImageConfig,
  tree: Tree,
  { rootless, readOnly = false, args: all, command, terminal = false }: RuntimeOptions = {},
) {
  const { User, Env, Entrypoint, Cmd, WorkingDir, Volumes } = image.config ?? {};
  const { home, additionalGids, ...ids } = resolveUser(tree, User ?? '');
  const args = all ?? [...(Entrypoint ?? []), ...(command ?? Cmd ?? [])];
  const isRoot = ids.uid === 0;
  return {
    ociVersion: '1.2.0',
    process: {
      terminal,
      // One id is mapped, so that no group could be added.
      user:
        rootless || additionalGids.length === 0 ? { uid: ids.uid, gid: ids.gid } : { ...ids, additionalGids },
      args: args.length > 0 ? args : ['sh'],
      env: environment(Env ?? [], home),
      cwd: WorkingDir?.startsWith('/') ? WorkingDir : `/${WorkingDir ?? ''}`,
      capabilities: {
        bounding: capabilities,
        ...(isRoot ? { effective: capabilities, permitted: capabilities } : {}),
      },
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: readOnly },
    hostname: 'railcar',
    mounts: [
      ...systemMounts(rootless !== undefined),
      ...Object.keys(Volumes ?? {})
        .sort()
        .map(volume),
    ],
    annotations: annotations(image),
    linux: {
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup', ...(rootless ? ['user'] : [])].map(
        (type) => ({ type }),
      ),
      ...(rootless
        ? {
            uidMappings: [{ containerID: ids.uid, hostID: rootless.uid, size: 1 }],
            gidMappings: [{ containerID: ids.gid, hostID: rootless.gid, size: 1 }],
          }
        : { resources: { devices: [{ allow: false, access: 'rwm' }] } }),
      maskedPaths: masked,
      readonlyPaths: readonly,
    },
  };
}

function environment(env: readonly string[], home: string): string[] {
  const has = (name: string) => env.some((line) => line.startsWith(`${name}=`));
  return [...(has('PATH') ? [] : [PATH]), ...env, ...(has('HOME') ? [] : [`HOME=${home}`])];
}

/** Labels, and what else the image says of itself; a label of the same name counts more. */
function annotations({
  os,
  architecture,
  variant,
  author,
  created,
  config,
}: ImageConfig): Record<string, string> {
  const of = (name: string, value: string | null | undefined) =>
    value ? { [`org.opencontainers.image.${name}`]: value } : {};
  return {
    ...of('os', os),
    ...of('architecture', architecture),
    ...of('variant', variant),
    ...of('author', author),
    ...of('created', created),
    ...of('stopSignal', config?.StopSignal),
    ...of(
      'exposedPorts',
      Object.keys(config?.ExposedPorts ?? {})
        .sort()
        .join(','),
    ),
    ...config?.Labels,
  };
}

interface Mount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

function systemMounts(rootless: boolean): Mount[] {
  const safe = ['nosuid', 'noexec', 'nodev'];
  const pts = [
    'nosuid',
    'noexec',
    'newinstance',
    'ptmxmode=0666',
    'mode=0620',
    ...(rootless ? [] : ['gid=5']),
  ];
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: safe },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: pts },
    { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...safe, 'mode=1777', 'size=65536k'] },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: safe },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...safe, 'ro'] },
    { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: [...safe, 'relatime', 'ro'] },
  ];
}

/** Empty, writable, and gone with the container, until whoever runs it says what is to be there. */
function volume(destination: string): Mount {
  return { destination, type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=1777'] };
}
