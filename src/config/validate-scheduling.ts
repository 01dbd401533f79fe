import { parseBitList } from './bit-list.ts';
import type { LinuxSpec, ProcessSpec } from './config.ts';
import type { Findings } from './findings.ts';
import { joinPath } from './path.ts';

/** `path` is where the process lies in the file, as in `validateProcess`. */
export function validateScheduling(process: ProcessSpec, path: string, findings: Findings): void {
  const at = (...names: string[]) => joinPath([...(path === '' ? [] : [path]), ...names]);
  validateScheduler(process, (name) => at('scheduler', name), findings);
  const { ioPriority, execCPUAffinity = {} } = process;
  const level = ioPriority?.priority ?? 0;
  if (level < 0 || level > 7) {
    findings.problem(at('ioPriority', 'priority'), `must be from 0 to 7, not ${level}`);
  }
  for (const name of ['initial', 'final'] as const) {
    validateList(execCPUAffinity[name], at('execCPUAffinity', name), 'processors', findings);
  }
}

/** Each policy has parameters of its own; to set others would have no effect. */
function validateScheduler(
  { scheduler }: ProcessSpec,
  at: (name: string) => string,
  findings: Findings,
): void {
  if (scheduler === undefined) return;
  const { policy, nice = 0, priority = 0 } = scheduler;
  if (nice < -20 || nice > 19) findings.problem(at('nice'), `must be from -20 to 19, not ${nice}`);
  const realtime = policy === 'SCHED_FIFO' || policy === 'SCHED_RR';
  if (priority !== 0 && !realtime) {
    findings.problem(at('priority'), 'is only for SCHED_FIFO and SCHED_RR');
  }
  for (const name of ['runtime', 'deadline', 'period'] as const) {
    if (!scheduler[name] || policy === 'SCHED_DEADLINE') continue;
    findings.problem(at(name), 'is only for SCHED_DEADLINE');
  }
}

type MemoryPolicy = NonNullable<LinuxSpec['memoryPolicy']>;

/** Whether a mode needs a set of nodes (2), may have one (1) or must not (0): set_mempolicy(2). */
const nodesOf = {
  MPOL_DEFAULT: 0,
  MPOL_LOCAL: 0,
  MPOL_PREFERRED: 1,
  MPOL_PREFERRED_MANY: 2,
  MPOL_BIND: 2,
  MPOL_INTERLEAVE: 2,
  MPOL_WEIGHTED_INTERLEAVE: 2,
} as const;

export function validateMemoryPolicy(policy: MemoryPolicy, at: string, findings: Findings): void {
  const { mode, nodes = '', flags = [] } = policy;
  validateList(nodes, `${at}.nodes`, 'memory nodes', findings);
  if (mode === undefined) {
    findings.problem(`${at}.mode`, 'is missing');
    return;
  }
  if (nodesOf[mode] === 2 && nodes === '') {
    findings.problem(`${at}.nodes`, `is missing: ${mode} needs a set of nodes`);
  }
  if (nodesOf[mode] === 0 && (nodes !== '' || flags.length > 0)) {
    findings.problem(at, `${mode} has neither nodes nor flags`);
  }
}

function validateList(list: string | undefined, at: string, what: string, findings: Findings): void {
  if (list === undefined || parseBitList(list) !== null) return;
  findings.problem(at, `must be a list of ${what} such as "0-3,7", not ${JSON.stringify(list)}`);
}
