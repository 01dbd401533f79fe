import type { Finish } from '../../execute/messages.ts';
import { state as containerState } from '../../lifecycle/state.ts';
import type { Context } from '../context.ts';
import { stateText } from '../format/state.ts';
import { checkId } from '../id.ts';
import type { Values } from '../values.ts';

export async function state(
  context: Context,
  _values: Values,
  [id = '']: readonly string[],
): Promise<Finish> {
  return { code: 0, stdout: stateText(await containerState(context, { id: checkId(id) })), stderr: '' };
}
