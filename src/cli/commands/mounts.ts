import { RailcarError } from '../../errors.ts';
import type { Finish } from '../../execute/messages.ts';
import { mounts as changeMounts } from '../../lifecycle/mounts.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import { absolute } from '../paths.ts';
import type { Values } from '../values.ts';

export async function mounts(
  context: Context,
  _values: Values,
  [action = '', id = '', file = '']: readonly string[],
): Promise<Finish | null> {
  if (action !== 'add' && action !== 'remove') {
    throw new RailcarError('usage', `mounts: ${JSON.stringify(action)} is neither add nor remove`);
  }
  return changeMounts(context, { id: checkId(id), action, file: absolute(context.request, file) });
}
