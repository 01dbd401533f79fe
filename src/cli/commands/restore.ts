import type { Finish } from '../../execute/messages.ts';
import { restore as restoreContainer } from '../../lifecycle/restore.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import type { Values } from '../values.ts';

export async function restore(
  context: Context,
  _values: Values,
  [id = '']: readonly string[],
): Promise<Finish | null> {
  return restoreContainer(context, { id: checkId(id) });
}
