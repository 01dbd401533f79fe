import type { Context } from '../cli/context.ts';
import type { PlanVerb } from '../cli/verbs.ts';
import type { Plan } from '../plan/plan.ts';
import { prepareContainer } from './prepare.ts';

/** What `create` or `run` would do to this host. Changes nothing. */
export async function plan(context: Context, verb: PlanVerb): Promise<Plan> {
  const prepared = await prepareContainer(context, verb, verb.options, null);
  return prepared.plan;
}
