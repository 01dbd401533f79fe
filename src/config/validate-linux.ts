import { invalid } from './check.ts';
import type { LinuxSpec, NamespaceType, Spec } from './config.ts';
import { childPath } from './path.ts';
import type { Positions } from './positions.ts';

/** Namespaces and what only makes sense inside one of one's own. */
export function validateLinux(spec: Spec, positions: Positions, warnings: string[]): void {
  const linux = spec.linux ?? {};
  const namespaces = validateNamespaces(linux, positions);
  if (spec.hostname && !namespaces.has('uts')) {
    throw invalid('hostname', 'needs a uts namespace in linux.namespaces', positions);
  }
  if (spec.domainname && !namespaces.has('uts')) {
    throw invalid('domainname', 'needs a uts namespace in linux.namespaces', positions);
  }
  validateMappings(linux, namespaces, positions);
  validateSysctl(linux, namespaces, positions);
  validatePaths(linux, positions);
  validateDevices(linux, positions);
  warnOfArchitectures(linux, positions, warnings);
}

/** The path of each namespace that the container has apart from the caller's; empty for a new one. */
type Namespaces = ReadonlyMap<NamespaceType, string>;

function validateNamespaces(linux: LinuxSpec, positions: Positions): Namespaces {
  const namespaces = new Map<NamespaceType, string>();
  for (const [index, { type, path = '' }] of (linux.namespaces ?? []).entries()) {
    const at = childPath('linux.namespaces', index);
    if (namespaces.has(type)) throw invalid(at, `names the ${type} namespace a second time`, positions);
    if (path !== '' && !path.startsWith('/')) {
      throw invalid(`${at}.path`, `must be an absolute path, not ${JSON.stringify(path)}`, positions);
    }
    namespaces.set(type, path);
  }
  return namespaces;
}

function validateMappings(linux: LinuxSpec, namespaces: Namespaces, positions: Positions): void {
  const newUser = namespaces.get('user') === '';
  for (const name of ['uidMappings', 'gidMappings'] as const) {
    const path = `linux.${name}`;
    const mappings = linux[name] ?? [];
    if (mappings.length > 0 && !namespaces.has('user')) {
      throw invalid(path, 'needs a user namespace in linux.namespaces', positions);
    }
    if (mappings.length === 0 && newUser)
      throw invalid(path, 'is missing for the new user namespace', positions);
    for (const [index, { containerID, hostID, size }] of mappings.entries()) {
      const at = childPath(path, index);
      if (size === 0) throw invalid(`${at}.size`, 'must not be 0', positions);
      if (containerID + size > 2 ** 32 || hostID + size > 2 ** 32) {
        throw invalid(at, 'goes beyond the largest id, 4294967295', positions);
      }
    }
  }
  if (linux.timeOffsets !== undefined && namespaces.get('time') !== '') {
    throw invalid('linux.timeOffsets', 'needs a new time namespace in linux.namespaces', positions);
  }
}

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
function validateSysctl(linux: LinuxSpec, namespaces: Namespaces, positions: Positions): void {
  for (const name of Object.keys(linux.sysctl ?? {})) {
    const path = childPath('linux.sysctl', name);
    const needed = sysctlNamespace(name);
    if (needed === null) throw invalid(path, 'belongs to no namespace: it would change the host', positions);
    if (!namespaces.has(needed)) {
      throw invalid(path, `needs a ${needed} namespace in linux.namespaces`, positions);
    }
    if (plainSysctl(name).split(/[./]/).includes(''))
      throw invalid(path, 'is no name of a setting', positions);
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

function validatePaths(linux: LinuxSpec, positions: Positions): void {
  for (const name of ['maskedPaths', 'readonlyPaths'] as const) {
    for (const [index, path] of (linux[name] ?? []).entries()) {
      if (path.startsWith('/')) continue;
      const at = childPath(`linux.${name}`, index);
      throw invalid(at, `must be an absolute path, not ${JSON.stringify(path)}`, positions);
    }
  }
}

function validateDevices(linux: LinuxSpec, positions: Positions): void {
  for (const [index, { type, path, major, minor }] of (linux.devices ?? []).entries()) {
    const at = childPath('linux.devices', index);
    if (!path.startsWith('/')) {
      throw invalid(`${at}.path`, `must be an absolute path, not ${JSON.stringify(path)}`, positions);
    }
    if (type !== 'p' && (major === undefined || minor === undefined)) {
      throw invalid(at, `a device of type ${JSON.stringify(type)} needs major and minor`, positions);
    }
  }
}

function warnOfArchitectures(linux: LinuxSpec, positions: Positions, warnings: string[]): void {
  for (const [index, name] of (linux.seccomp?.architectures ?? []).entries()) {
    if (architectures.has(name)) continue;
    const at = childPath('linux.seccomp.architectures', index);
    warnings.push(invalid(at, `unknown architecture ${JSON.stringify(name)} is ignored`, positions).message);
  }
}

const architectures = new Set(
  (
    'NATIVE X86 X86_64 X32 ARM AARCH64 LOONGARCH64 M68K MIPS MIPS64 MIPS64N32 MIPSEL MIPSEL64 MIPSEL64N32 ' +
    'PPC PPC64 PPC64LE S390 S390X SH SHEB PARISC PARISC64 RISCV64'
  )
    .split(' ')
    .map((name) => `SCMP_ARCH_${name}`),
);
