import type { Finish } from '../../execute/messages.ts';
import { start as startContainer } from '../../lifecycle/start.ts';
import { NOTIFY_VARIABLE } from '../../plan/notify.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import { environment } from '../paths.ts';
import type { Values } from '../values.ts';

export async function start(
  context: Context,
  _values: Values,
  [id = '']: readonly string[],
): Promise<Finish | null> {
  const notifySocket = environment(context.request, NOTIFY_VARIABLE);
  return startContainer(context, { id: checkId(id), notifySocket });
}
