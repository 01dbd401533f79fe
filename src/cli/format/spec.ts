import type { Mount, Spec } from '../../config/config.ts';
import { SPEC_VERSION } from '../../config/versions.ts';

/** What `spec` writes: runc's example, so that its users find what they know. */
export function defaultSpec(): Spec {
  const capabilities = ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'];
  return {
    ociVersion: SPEC_VERSION,
    process: {
      terminal: true,
      user: { uid: 0, gid: 0 },
      args: ['sh'],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'],
      cwd: '/',
      capabilities: {
        bounding: capabilities,
        effective: capabilities,
        permitted: capabilities,
      },
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    hostname: 'railcar',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      tmpfs('/dev', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
      {
        destination: '/dev/pts',
        type: 'devpts',
        source: 'devpts',
        options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
      },
      tmpfs('/dev/shm', 'shm', [...closed, 'mode=1777', 'size=65536k']),
      { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: closed },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...closed, 'ro'] },
      {
        destination: '/sys/fs/cgroup',
        type: 'cgroup',
        source: 'cgroup',
        options: [...closed, 'relatime', 'ro'],
      },
    ],
    linux: {
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      namespaces: [{ type: 'pid' }, { type: 'network' }, { type: 'ipc' }, { type: 'uts' }, { type: 'mount' }],
      maskedPaths: [
        '/proc/acpi',
        '/proc/asound',
        '/proc/kcore',
        '/proc/keys',
        '/proc/latency_stats',
        '/proc/timer_list',
        '/proc/timer_stats',
        '/proc/sched_debug',
        '/sys/firmware',
        '/proc/scsi',
      ],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  };
}

/**
 * The same for a user without privileges: a user namespace in which only he exists, the network of the host, whose
 * sysfs cannot be mounted afresh then, no limits, and no group 5 to own terminals.
 */
export function rootlessSpec(uid: number, gid: number): Spec {
  const spec = defaultSpec();
  const { resources: _, namespaces, ...linux } = spec.linux ?? {};
  return {
    ...spec,
    mounts: (spec.mounts ?? []).map(rootlessMount),
    linux: {
      uidMappings: [{ containerID: 0, hostID: uid, size: 1 }],
      gidMappings: [{ containerID: 0, hostID: gid, size: 1 }],
      namespaces: [...(namespaces ?? []).filter(({ type }) => type !== 'network'), { type: 'user' }],
      ...linux,
    },
  };
}

function rootlessMount(mount: Mount): Mount {
  if (mount.destination === '/sys') {
    return { destination: '/sys', type: 'none', source: '/sys', options: ['rbind', ...closed, 'ro'] };
  }
  if (mount.destination !== '/dev/pts') return mount;
  return { ...mount, options: (mount.options ?? []).filter((option) => option !== 'gid=5') };
}

const closed = ['nosuid', 'noexec', 'nodev'];

function tmpfs(destination: string, source: string, options: string[]): Mount {
  return { destination, type: 'tmpfs', source, options };
}
