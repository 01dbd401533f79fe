import type { LinuxSpec, NamespaceType } from './config.ts';
import type { Findings } from './findings.ts';
import { childPath } from './path.ts';
import type { Namespaces } from './validate-linux.ts';

const ipcSysctls = new Set([
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
]);

/** A setting outside the container's own namespaces would change the host. */
export function validateSysctl(linux: LinuxSpec, namespaces: Namespaces, findings: Findings): void {
  for (const name of Object.keys(linux.sysctl ?? {})) {
    const path = childPath('linux.sysctl', name);
    const needed = sysctlNamespace(name);
    if (needed === null) findings.problem(path, 'belongs to no namespace: it would change the host');
    else if (!namespaces.has(needed)) {
      findings.problem(path, `needs a ${needed} namespace in linux.namespaces`);
    }
    if (plainSysctl(name).split(/[./]/).includes('')) findings.problem(path, 'is no name of a setting');
  }
}

/** The kernel's own tools take either separator; the first one found is it. */
function plainSysctl(name: string): string {
  return /^[^./]*\//.test(name) ? name.replaceAll(/[./]/g, (c) => (c === '/' ? '.' : '/')) : name;
}

/** The kind of namespace that a setting belongs to; null if it is the whole host's. */
export function sysctlNamespace(key: string): NamespaceType | null {
  const name = plainSysctl(key);
  if (name.startsWith('net.')) return 'network';
  if (name.startsWith('fs.mqueue.') || ipcSysctls.has(name)) return 'ipc';
  if (name.startsWith('user.')) return 'user';
  return name === 'kernel.domainname' || name === 'kernel.hostname' ? 'uts' : null;
}
