import type { Config, Process } from '../config/config.ts';
import type { ExecFacts, ExecOptions } from './facts.ts';
import type { Plan } from './plan.ts';

/** The plan of `exec`: `process` in the container that `config` (of its record) describes. Throws PlanError. */
export function buildExec(process: Process, config: Config, facts: ExecFacts, options: ExecOptions): Plan {
  void process;
  void config;
  void facts;
  void options;
  return { hands: [], stubs: [], teardown: [] };
}
