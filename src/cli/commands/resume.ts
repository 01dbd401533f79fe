import type { Finish } from '../../execute/messages.ts';
import { resume as resumeContainer } from '../../lifecycle/resume.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import type { Values } from '../values.ts';

export async function resume(
  context: Context,
  _values: Values,
  [id = '']: readonly string[],
): Promise<Finish | null> {
  return resumeContainer(context, { id: checkId(id) });
}
