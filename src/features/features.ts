import { capabilityNames } from '../config/capabilities.ts';
import { hookKinds } from '../config/validate-hooks.ts';
import { seccompArchitectures } from '../config/validate-seccomp.ts';
import { OLDEST_SPEC_VERSION, SPEC_VERSION } from '../config/versions.ts';
import { INIT_ANNOTATION } from '../plan/init.ts';
import { mountOptionNames } from '../plan/mountOptions.ts';
import { enumTables, flagTables } from '../plan/ops.ts';
import { actions, operators } from '../seccomp/compile.ts';
import { PROPERTY_PREFIX } from '../systemd/annotations.ts';
import { knownFlags, supportedFlags } from './seccomp.ts';
import { does, hosts } from './trial.ts';

/** Who made this runtime, as `annotations` tells it. */
export interface Maker {
  readonly version: string;
  readonly commit: string;
  /** Null where it cannot be loaded. */
  readonly libseccomp?: string | null;
}

/**
 * The document of features.md. Lists are the tables by which config.json is read and planned; whether something is done
 * at all is found out by planning a container that asks for it. So it says of this very build what it does, and nothing
 * of the host.
 */
export function features({ version, commit, libseccomp = null }: Maker) {
  return {
    ociVersionMin: OLDEST_SPEC_VERSION,
    ociVersionMax: SPEC_VERSION,
    hooks: hookKinds.filter((kind) => does({ hooks: { [kind]: [{ path: '/x' }] } }, `hooks.${kind}[0]`)),
    mountOptions: [...mountOptionNames].sort(),
    linux: {
      namespaces: Object.keys(flagTables.namespaces).sort(),
      capabilities: [...capabilityNames],
      cgroup: cgroupFeatures(),
      seccomp: {
        enabled: Object.keys(actions).length > 0,
        actions: Object.keys(actions).sort(),
        operators: Object.keys(operators).sort(),
        // NATIVE is libseccomp's word, not the specification's.
        archs: [...seccompArchitectures].filter((name) => name !== 'SCMP_ARCH_NATIVE').sort(),
        knownFlags: knownFlags(),
        supportedFlags: supportedFlags(),
      },
      apparmor: { enabled: does({ process: { apparmorProfile: 'x' } }, 'process.apparmorProfile') },
      selinux: { enabled: does({ process: { selinuxLabel: 'x' } }, 'process.selinuxLabel') },
      intelRdt: {
        enabled: does({ linux: { intelRdt: { closID: 'x' } } }, 'linux.intelRdt'),
        schemata: does(
          { linux: { intelRdt: { closID: 'x', schemata: ['L3:0=f'] } } },
          'linux.intelRdt.schemata',
        ),
        monitoring: does(
          { linux: { intelRdt: { closID: 'x', enableMonitoring: true } } },
          'linux.intelRdt.enableMonitoring',
        ),
      },
      memoryPolicy: {
        modes: Object.keys(enumTables.memoryPolicyMode).sort(),
        flags: Object.keys(flagTables.memoryPolicy).sort(),
      },
      mountExtensions: { idmap: { enabled: does({ mounts: [idmapped] }, 'mounts[0]', 'idmap') } },
      netDevices: {
        enabled: does(
          { linux: { namespaces: [{ type: 'network' }], netDevices: { x: {} } } },
          'linux.netDevices',
        ),
      },
    },
    annotations: {
      'org.railcar.version': version,
      'org.railcar.commit': commit,
      ...(libseccomp !== null && { 'io.github.seccomp.libseccomp.version': libseccomp }),
      // Callers ask for it under this name, whatever the runtime is called. Whether this host has CRIU is not asked.
      'org.opencontainers.runc.checkpoint.enabled': 'true',
    },
    // A file of options for CRIU, which it reads as root; properties of a unit, some of which name programs; an init process.
    potentiallyUnsafeConfigAnnotations: ['org.criu.config', PROPERTY_PREFIX, INIT_ANNOTATION],
  };
}

const idmapped = {
  destination: '/x',
  type: 'bind',
  source: '/x',
  uidMappings: [{ containerID: 0, hostID: 1, size: 1 }],
  gidMappings: [{ containerID: 0, hostID: 1, size: 1 }],
};

function cgroupFeatures() {
  const pids = { linux: { resources: { pids: { limit: 1 } } } };
  const slice = { linux: { cgroupsPath: 'a.slice:b:c' } };
  const rdma = { linux: { resources: { rdma: { x: { hcaHandles: 1 } } } } };
  return {
    v1: does(pids, 'linux.resources.pids.limit', null, { host: hosts.v1 }),
    v2: does(pids, 'linux.resources.pids.limit', null, { host: hosts.v2 }),
    systemd: does(slice, 'linux.cgroupsPath', 'busJob', { host: hosts.systemd, systemdCgroup: true }),
    systemdUser: does(slice, 'linux.cgroupsPath', 'busJob', {
      host: hosts.systemd,
      systemdCgroup: true,
      uid: 1000,
    }),
    rdma: does(rdma, 'linux.resources.rdma', null, { host: hosts.v1 }),
  };
}
