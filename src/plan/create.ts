import type { Config } from '../config/config.ts';
import type { CreateOptions, Facts } from './facts.ts';
import type { Plan } from './plan.ts';

/** The plan of `create` and `run`. Throws PlanError or CgroupError for what cannot be planned. */
export function buildCreate(config: Config, facts: Facts, options: CreateOptions): Plan {
  void config;
  void facts;
  void options;
  return { hands: [], stubs: [], teardown: [] };
}
