import type { Finish } from '../../execute/messages.ts';
import { start as startContainer } from '../../lifecycle/start.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import type { Values } from '../values.ts';

export async function start(
  context: Context,
  _values: Values,
  [id = '']: readonly string[],
): Promise<Finish | null> {
  return startContainer(context, { id: checkId(id) });
}
