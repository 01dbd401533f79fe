import { enumTables } from '../plan/ops.ts';
import { capabilityBit } from './capabilities.ts';
import { invalid } from './check.ts';
import type { CapabilitySet, Process, ProcessSpec, Rlimit } from './config.ts';
import { childPath } from './path.ts';
import type { Positions } from './positions.ts';

/**
 * What types do not say about a process: it names a program and an absolute directory, its limits are each set once.
 * `path` is where the process lies in the file: `process`, or nothing for the file of `exec --process`.
 */
export function validateProcess(
  process: ProcessSpec,
  path: string,
  positions: Positions,
  warnings: string[],
): Process {
  const at = (...names: (string | number)[]) => names.reduce<string>(childPath, path);
  const { args } = process;
  if (args === undefined) throw invalid(at('args'), 'is missing', positions);
  if (args.length === 0) throw invalid(at('args'), 'must not be empty', positions);
  if (!process.cwd.startsWith('/')) {
    throw invalid(at('cwd'), `must be an absolute path, not ${JSON.stringify(process.cwd)}`, positions);
  }
  for (const [index, entry] of (process.env ?? []).entries()) {
    if (entry.indexOf('=') > 0) continue;
    throw invalid(at('env', index), `must have the form NAME=value, not ${JSON.stringify(entry)}`, positions);
  }
  validateRlimits(process.rlimits ?? [], at('rlimits'), positions);
  warnOfCapabilities(process, at('capabilities'), positions, warnings);
  warnOfAmbient(process, at('capabilities', 'ambient'), positions, warnings);
  return { ...process, args };
}

function validateRlimits(rlimits: readonly Rlimit[], path: string, positions: Positions): void {
  const seen = new Set<string>();
  for (const [index, { type, soft, hard }] of rlimits.entries()) {
    const at = childPath(path, index);
    if (!(type in enumTables.rlimit)) {
      throw invalid(
        childPath(at, 'type'),
        `${JSON.stringify(type)} is no resource limit of Linux`,
        positions,
      );
    }
    if (seen.has(type)) throw invalid(at, `sets ${type} a second time`, positions);
    if (soft > hard) throw invalid(at, `has a soft limit ${soft} above the hard limit ${hard}`, positions);
    seen.add(type);
  }
}

const sets: readonly CapabilitySet[] = ['bounding', 'effective', 'inheritable', 'permitted', 'ambient'];

/** The specification wants a warning, because a configuration may be written for a newer kernel. */
function warnOfCapabilities(
  process: ProcessSpec,
  path: string,
  positions: Positions,
  warnings: string[],
): void {
  const unknown = new Map<string, string>();
  for (const set of sets) {
    for (const [index, name] of (process.capabilities?.[set] ?? []).entries()) {
      if (capabilityBit(name) === null && !unknown.has(name)) {
        unknown.set(name, childPath(childPath(path, set), index));
      }
    }
  }
  for (const [name, at] of unknown) {
    warnings.push(invalid(at, `unknown capability ${JSON.stringify(name)} is ignored`, positions).message);
  }
}

/** The kernel refuses them; other runtimes go on without, and configurations that ask for it are in use. */
function warnOfAmbient(
  { capabilities = {} }: ProcessSpec,
  path: string,
  positions: Positions,
  warnings: string[],
): void {
  const { ambient = [], permitted = [], inheritable = [] } = capabilities;
  const without = ambient.filter((name) => !permitted.includes(name) || !inheritable.includes(name));
  if (without.length === 0) return;
  const problem = `${without.join(', ')} cannot be ambient without being permitted and inheritable`;
  warnings.push(invalid(path, problem, positions).message);
}
