import { enumTables } from '../plan/ops.ts';
import { capabilityBit } from './capabilities.ts';
import type { CapabilitySet, Process, ProcessSpec, Rlimit } from './config.ts';
import type { Findings } from './findings.ts';
import { childPath } from './path.ts';
import { didYouMean } from './suggest.ts';
import { validateScheduling } from './validate-scheduling.ts';

/**
 * What types do not say about a process: it names a program and an absolute directory, its limits are each set once.
 * `path` is where the process lies in the file: `process`, or nothing for the file of `exec --process`. Null if no
 * program is named: there is a problem then.
 */
export function validateProcess(process: ProcessSpec, path: string, findings: Findings): Process | null {
  const at = (...names: (string | number)[]) => names.reduce<string>(childPath, path);
  const { args, cwd } = process;
  if (args === undefined) findings.problem(at('args'), 'is missing');
  else if (args.length === 0) findings.problem(at('args'), 'must not be empty');
  if (!cwd.startsWith('/')) {
    findings.problem(at('cwd'), `must be an absolute path, not ${JSON.stringify(cwd)}`);
  }
  for (const [index, entry] of (process.env ?? []).entries()) {
    if (entry.indexOf('=') > 0) continue;
    findings.problem(at('env', index), `must have the form NAME=value, not ${JSON.stringify(entry)}`);
  }
  validateScheduling(process, path, findings);
  validateRlimits(process.rlimits ?? [], at('rlimits'), findings);
  warnOfCapabilities(process, at('capabilities'), findings);
  warnOfAmbient(process, at('capabilities', 'ambient'), findings);
  return args === undefined ? null : { ...process, args };
}

function validateRlimits(rlimits: readonly Rlimit[], path: string, findings: Findings): void {
  const seen = new Set<string>();
  for (const [index, { type, soft, hard }] of rlimits.entries()) {
    const at = childPath(path, index);
    if (!Object.hasOwn(enumTables.rlimit, type)) {
      const meant = didYouMean(type, Object.keys(enumTables.rlimit));
      findings.problem(
        childPath(at, 'type'),
        `${JSON.stringify(type)} is no resource limit of Linux${meant}`,
      );
    }
    if (seen.has(type)) findings.problem(at, `sets ${type} a second time`);
    if (soft > hard) findings.problem(at, `has a soft limit ${soft} above the hard limit ${hard}`);
    seen.add(type);
  }
}

const sets: readonly CapabilitySet[] = ['bounding', 'effective', 'inheritable', 'permitted', 'ambient'];

/** The specification wants a warning, because a configuration may be written for a newer kernel. */
function warnOfCapabilities(process: ProcessSpec, path: string, findings: Findings): void {
  const unknown = new Map<string, string>();
  for (const set of sets) {
    for (const [index, name] of (process.capabilities?.[set] ?? []).entries()) {
      if (capabilityBit(name) === null && !unknown.has(name)) {
        unknown.set(name, childPath(childPath(path, set), index));
      }
    }
  }
  for (const [name, at] of unknown) {
    findings.warn(at, `unknown capability ${JSON.stringify(name)} is ignored`);
  }
}

/** The kernel refuses them; other runtimes go on without, and configurations that ask for it are in use. */
function warnOfAmbient({ capabilities = {} }: ProcessSpec, path: string, findings: Findings): void {
  const { ambient = [], permitted = [], inheritable = [] } = capabilities;
  const without = ambient.filter((name) => !permitted.includes(name) || !inheritable.includes(name));
  if (without.length === 0) return;
  findings.warn(path, `${without.join(', ')} cannot be ambient without being permitted and inheritable`);
}
