import type { Finish } from '../../execute/messages.ts';
import { run as runContainer } from '../../lifecycle/run.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import type { Values } from '../values.ts';
import { createVerb } from './creating.ts';

export async function run(
  context: Context,
  values: Values,
  [id = '']: readonly string[],
): Promise<Finish | null> {
  return runContainer(context, createVerb('run', checkId(id), context, values));
}
