import type { Finish } from '../../execute/messages.ts';
import { pause as pauseContainer } from '../../lifecycle/pause.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import type { Values } from '../values.ts';

export async function pause(
  context: Context,
  _values: Values,
  [id = '']: readonly string[],
): Promise<Finish | null> {
  return pauseContainer(context, { id: checkId(id) });
}
