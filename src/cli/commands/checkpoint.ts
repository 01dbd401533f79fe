import type { Finish } from '../../execute/messages.ts';
import { checkpoint as checkpointContainer } from '../../lifecycle/checkpoint.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import type { Values } from '../values.ts';

export async function checkpoint(
  context: Context,
  values: Values,
  [id = '']: readonly string[],
): Promise<Finish | null> {
  return checkpointContainer(context, { id: checkId(id), preDump: values.flag('pre-dump') });
}
