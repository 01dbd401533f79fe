import type { LinuxSpec, NamespaceType, Spec } from './config.ts';
import type { Findings } from './findings.ts';
import { childPath } from './path.ts';
import { validateDevices } from './validate-devices.ts';
import { validateIdMappings } from './validate-mappings.ts';
import { validateResources } from './validate-resources.ts';
import { validateMemoryPolicy } from './validate-scheduling.ts';
import { validateSeccomp } from './validate-seccomp.ts';
import { validateSysctl } from './validate-sysctl.ts';

/** Namespaces and what only makes sense inside one of one's own. */
export function validateLinux(spec: Spec, findings: Findings): void {
  const linux = spec.linux ?? {};
  const namespaces = validateNamespaces(linux, findings);
  for (const name of ['hostname', 'domainname'] as const) {
    if (spec[name] && !namespaces.has('uts')) {
      findings.problem(name, 'needs a uts namespace in linux.namespaces');
    }
  }
  validateMappings(linux, namespaces, findings);
  validateTimeOffsets(linux, namespaces, findings);
  validateSysctl(linux, namespaces, findings);
  validatePaths(linux, findings);
  validateDevices(linux, findings);
  validateNetDevices(linux, namespaces, findings);
  validateResources(linux.resources ?? {}, 'linux.resources', findings);
  validateAllocation(linux, findings);
  if (linux.seccomp !== undefined) validateSeccomp(linux.seccomp, 'linux.seccomp', findings);
}

/** The path of each namespace that the container has apart from the caller's; empty for a new one. */
export type Namespaces = ReadonlyMap<NamespaceType, string>;

function validateNamespaces(linux: LinuxSpec, findings: Findings): Namespaces {
  const namespaces = new Map<NamespaceType, string>();
  for (const [index, { type, path = '' }] of (linux.namespaces ?? []).entries()) {
    const at = childPath('linux.namespaces', index);
    if (namespaces.has(type)) findings.problem(at, `names the ${type} namespace a second time`);
    if (path !== '' && !path.startsWith('/')) {
      findings.problem(`${at}.path`, `must be an absolute path, not ${JSON.stringify(path)}`);
    }
    namespaces.set(type, path);
  }
  return namespaces;
}

function validateMappings(linux: LinuxSpec, namespaces: Namespaces, findings: Findings): void {
  for (const name of ['uidMappings', 'gidMappings'] as const) {
    const path = `linux.${name}`;
    const mappings = linux[name] ?? [];
    if (mappings.length > 0 && !namespaces.has('user')) {
      findings.problem(path, 'needs a user namespace in linux.namespaces');
    }
    if (mappings.length === 0 && namespaces.get('user') === '') {
      findings.problem(path, 'is missing for the new user namespace');
    }
    validateIdMappings(mappings, path, findings);
  }
}

const NANOSECONDS = 1_000_000_000;

function validateTimeOffsets({ timeOffsets }: LinuxSpec, namespaces: Namespaces, findings: Findings): void {
  if (timeOffsets === undefined) return;
  if (namespaces.get('time') !== '') {
    findings.problem('linux.timeOffsets', 'needs a new time namespace in linux.namespaces');
  }
  for (const clock of ['boottime', 'monotonic'] as const) {
    const nanosecs = timeOffsets[clock]?.nanosecs ?? 0;
    if (nanosecs < NANOSECONDS) continue;
    findings.problem(`linux.timeOffsets.${clock}.nanosecs`, `must be below ${NANOSECONDS}, not ${nanosecs}`);
  }
}

function validatePaths(linux: LinuxSpec, findings: Findings): void {
  for (const name of ['maskedPaths', 'readonlyPaths'] as const) {
    for (const [index, path] of (linux[name] ?? []).entries()) {
      if (path.startsWith('/')) continue;
      const at = childPath(`linux.${name}`, index);
      findings.problem(at, `must be an absolute path, not ${JSON.stringify(path)}`);
    }
  }
}

/** IFNAMSIZ, with its final NUL. */
const INTERFACE_NAME = 16;

/** Names as the kernel takes them (dev_valid_name), each of which there can be only one inside. */
function validateNetDevices(linux: LinuxSpec, namespaces: Namespaces, findings: Findings): void {
  const devices = Object.entries(linux.netDevices ?? {});
  if (devices.length > 0 && !namespaces.has('network')) {
    findings.problem('linux.netDevices', 'needs a network namespace in linux.namespaces');
  }
  const inside = new Set<string>();
  for (const [key, { name }] of devices) {
    const at = childPath('linux.netDevices', key);
    const final = name || key;
    for (const [place, text] of name
      ? [[at, key] as const, [`${at}.name`, name] as const]
      : [[at, key] as const]) {
      if (Buffer.byteLength(text) < INTERFACE_NAME && /^(?!\.{1,2}$)[^/:\s]+$/.test(text)) continue;
      findings.problem(place, `${JSON.stringify(text)} is no name of a network device`);
    }
    // The kernel numbers what ends in %d.
    if (inside.has(final) && !final.endsWith('%d'))
      findings.problem(at, `gives a second device the name ${JSON.stringify(final)}`);
    inside.add(final);
  }
}

/** What is given out by other means than cgroups: caches, memory nodes. */
function validateAllocation({ intelRdt, memoryPolicy, personality }: LinuxSpec, findings: Findings): void {
  const { closID } = intelRdt ?? {};
  if (closID !== undefined && closID !== '/' && /^(\.{1,2})?$|[/\n]/.test(closID)) {
    findings.problem(
      'linux.intelRdt.closID',
      `must be the name of a directory, not ${JSON.stringify(closID)}`,
    );
  }
  if (memoryPolicy !== undefined) validateMemoryPolicy(memoryPolicy, 'linux.memoryPolicy', findings);
  if (personality !== undefined && personality.domain === undefined) {
    findings.problem('linux.personality.domain', 'is missing');
  }
  if ((personality?.flags ?? []).length > 0) {
    findings.problem('linux.personality.flags', 'the specification knows no flags yet');
  }
}
