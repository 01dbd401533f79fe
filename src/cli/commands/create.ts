import type { Finish } from '../../execute/messages.ts';
import { create as createContainer } from '../../lifecycle/create.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import type { Values } from '../values.ts';
import { createVerb } from './creating.ts';

export async function create(
  context: Context,
  values: Values,
  [id = '']: readonly string[],
): Promise<Finish | null> {
  return createContainer(context, createVerb('create', checkId(id), context, values));
}
