import type { Config, Process } from '../config/config.ts';
import { PlanError } from './error.ts';
import type { HandsOp, StubOp } from './ops.ts';

/** Which security modules of the kernel give processes labels here. */
export interface SecurityModules {
  readonly apparmor: boolean;
  readonly selinux: boolean;
}

/**
 * What the next execve is to bring: an AppArmor profile, an SELinux label. Where the module is missing, to go on would
 * be to start a process that is less confined than what was described.
 */
export function labelOps(process: Process, origin: string, modules: SecurityModules): StubOp[] {
  const { apparmorProfile = '', selinuxLabel = '' } = process;
  if (apparmorProfile !== '' && !modules.apparmor) {
    throw missing(`${origin}.apparmorProfile`, 'AppArmor', '/sys/module/apparmor/parameters/enabled');
  }
  if (selinuxLabel !== '' && !modules.selinux) {
    throw missing(`${origin}.selinuxLabel`, 'SELinux', '/sys/fs/selinux');
  }
  return [
    ...(apparmorProfile === '' ? [] : [profileOp(`exec ${apparmorProfile}`, `${origin}.apparmorProfile`)]),
    ...(selinuxLabel === '' ? [] : [attribute('exec', selinuxLabel, `${origin}.selinuxLabel`)]),
  ];
}

/** The label of what the container mounts; empty for none. */
export function mountLabel({ linux }: Config, modules: SecurityModules): string {
  const label = linux?.mountLabel ?? '';
  if (label !== '' && !modules.selinux) throw missing('linux.mountLabel', 'SELinux', '/sys/fs/selinux');
  return label;
}

/**
 * Asks SELinux whether there is such a label, since a mount that it is refused for would be what the message is about. A
 * caller whom the policy lets ask nothing learns it from that mount.
 */
export function checkMountLabel(config: Config, modules: SecurityModules): HandsOp[] {
  const text = mountLabel(config, modules);
  if (text === '') return [];
  const orElse = { on: ['EACCES', 'EPERM', 'ENOENT', 'EROFS'], do: [] } as const;
  return [{ op: 'write', path: '/sys/fs/selinux/context', text, orElse, origin: 'linux.mountLabel' }];
}

/** The session keyring, which other processes of the container must be able to use: it gets the process's label. */
export function keyringOps(name: string, { selinuxLabel = '' }: Process, origin: string): StubOp[] {
  const keyring: StubOp = { op: 'keyring', name, origin };
  if (selinuxLabel === '') return [keyring];
  const at = 'process.selinuxLabel';
  return [attribute('keycreate', selinuxLabel, at), keyring, attribute('keycreate', '', at)];
}

/** Kernels from 5.8 on have a directory for each module; before, one file is whoever's. */
function profileOp(text: string, origin: string): StubOp {
  const shared = attribute('exec', text, origin);
  return {
    ...attribute('apparmor/exec', text, origin),
    orElse: { on: ['ENOENT'], do: [shared] },
  };
}

function attribute(name: string, text: string, origin: string): StubOp & { readonly op: 'writeSelf' } {
  return { op: 'writeSelf', name: `attr/${name}`, text, origin };
}

function missing(origin: string, module: string, mark: string): PlanError {
  const message = `this kernel has no ${module}, or it is not enabled: see ${mark}`;
  return new PlanError('host-unsupported', origin, message);
}
