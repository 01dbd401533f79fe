import type { Finish } from '../../execute/messages.ts';
import { remove as removeContainer, removeMatching } from '../../lifecycle/delete.ts';
import type { Context } from '../context.ts';
import { standsInFor } from '../format/version.ts';
import { checkId } from '../id.ts';
import type { Values } from '../values.ts';

export async function remove(
  context: Context,
  values: Values,
  [id = '']: readonly string[],
): Promise<Finish | null> {
  const verb = {
    force: values.flag('force'),
    // Whose callers know that it is killed then, against the specification.
    evenCreated: standsInFor(context.request.argv[0] ?? '') !== null,
  };
  return values.flag('regex')
    ? removeMatching(context, id, verb)
    : removeContainer(context, { id: checkId(id), ...verb });
}
