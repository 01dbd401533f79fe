import { basename } from 'node:path/posix';
import type { Finish } from '../../execute/messages.ts';
import { plan as containerPlan } from '../../lifecycle/plan.ts';
import { planJson, printPlan } from '../../plan/print.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import type { Values } from '../values.ts';
import { createVerb } from './creating.ts';

/**
 * As `run` would do it, which has a terminal of its own, or as `create` would, which has not, if a console socket is given.
 * The id is part of what would be made; without one the bundle's name stands in for it.
 */
export async function plan(context: Context, values: Values, [id]: readonly string[]): Promise<Finish> {
  const verb = createVerb(values.text('console-socket') === null ? 'run' : 'create', '', context, values);
  const options = { ...verb, id: checkId(id ?? nameOf(verb.bundle)) };
  const found = await containerPlan(context, { ...options, options });
  return { code: 0, stdout: values.flag('json') ? planJson(found) : printPlan(found), stderr: '' };
}

function nameOf(bundle: string): string {
  return basename(bundle).replaceAll(/[^A-Za-z0-9_+.-]/g, '-') || 'container';
}
