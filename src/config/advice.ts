import { adviseOnIds } from './advice-ids.ts';
import { adviseOnMounts } from './advice-mounts.ts';
import type { Spec } from './config.ts';
import type { Findings } from './findings.ts';
import { childPath } from './path.ts';
import { SPEC_VERSION } from './versions.ts';

/** What a run does not complain of and the author should know: what has no effect, what is deprecated, what clashes. */
export function advise(spec: Spec, findings: Findings): void {
  adviseOnVersion(spec, findings);
  adviseOnIneffective(spec, findings);
  adviseOnProcess(spec, findings);
  adviseOnIds(spec, findings);
  adviseOnMounts(spec, findings);
  adviseOnDevices(spec, findings);
  adviseOnCaches(spec, findings);
  for (const index of (spec.hooks?.prestart ?? []).keys()) {
    findings.warn(
      `hooks.prestart[${index}]`,
      'prestart is deprecated: createRuntime runs at the same moment',
    );
  }
}

function adviseOnVersion({ ociVersion }: Spec, findings: Findings): void {
  const [, minor = '0'] = ociVersion.split('.');
  const [, known = '0'] = SPEC_VERSION.split('.');
  if (Number(minor) <= Number(known)) return;
  findings.warn('ociVersion', `is newer than ${SPEC_VERSION}: what it has added is unknown here`);
}

/** Members that are read and checked, and that nothing on Linux, or nothing any more, is done about. */
const ineffective: Readonly<Record<string, string>> = {
  'process.commandLine': 'is for Windows and ignored',
  'process.user.username': 'is for Windows and ignored: Linux knows uid and gid only',
  'linux.resources.memory.kernel':
    'is accepted but not enforced: Linux has no limit on kernel memory since 5.16',
  'linux.resources.memory.kernelTCP':
    'is accepted but not enforced on cgroup v2, which limits all memory together',
  'linux.resources.memory.swappiness':
    'is accepted but not enforced on cgroup v2, which has it for the whole host',
  'linux.resources.memory.disableOOMKiller':
    'is accepted but not enforced on cgroup v2, where memory that runs out always kills',
  'linux.resources.cpu.realtimePeriod': 'is accepted but not enforced on cgroup v2',
  'linux.resources.cpu.realtimeRuntime': 'is accepted but not enforced on cgroup v2',
  'linux.resources.memory.useHierarchy':
    'is accepted but not enforced: memory is always counted by hierarchy',
};

function adviseOnIneffective(spec: Spec, findings: Findings): void {
  for (const [path, text] of Object.entries(ineffective)) {
    const value = path
      .split('.')
      .reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], spec);
    if (value !== undefined && !(path.endsWith('.disableOOMKiller') && value === false)) {
      findings.warn(path, text);
    }
  }
}

function adviseOnProcess({ process }: Spec, findings: Findings): void {
  if (process?.consoleSize !== undefined && process.terminal !== true) {
    findings.warn('process.consoleSize', 'is accepted but has no effect without process.terminal');
  }
  const seen = new Set<string>();
  for (const [index, entry] of (process?.env ?? []).entries()) {
    const [name = ''] = entry.split('=', 1);
    if (seen.has(name)) findings.warn(childPath('process.env', index), `sets ${name} a second time`);
    seen.add(name);
  }
}

function adviseOnDevices({ linux = {} }: Spec, findings: Findings): void {
  const seen = new Set<string>();
  for (const [index, { type, major, minor }] of (linux.devices ?? []).entries()) {
    if (type === 'p') continue;
    const numbers = `${type} ${major}:${minor}`;
    if (seen.has(numbers)) {
      findings.warn(childPath('linux.devices', index), `is a second device of the numbers ${numbers}`);
    }
    seen.add(numbers);
  }
}

function adviseOnCaches({ linux = {} }: Spec, findings: Findings): void {
  const { schemata = [], l3CacheSchema, memBwSchema } = linux.intelRdt ?? {};
  if (l3CacheSchema && !l3CacheSchema.startsWith('L3:')) {
    findings.warn('linux.intelRdt.l3CacheSchema', 'should begin with "L3:"');
  }
  if (l3CacheSchema?.includes('\n')) findings.warn('linux.intelRdt.l3CacheSchema', 'should be one line');
  if (schemata.length === 0) return;
  for (const [name, value] of Object.entries({ l3CacheSchema, memBwSchema })) {
    if (value)
      findings.warn(`linux.intelRdt.${name}`, 'should not be given beside schemata, which come later');
  }
}
