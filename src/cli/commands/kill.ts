import type { Finish } from '../../execute/messages.ts';
import { kill as killContainer, killMatching } from '../../lifecycle/kill.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import { parseSignal } from '../signals.ts';
import type { Values } from '../values.ts';

export async function kill(
  context: Context,
  values: Values,
  words: readonly string[],
): Promise<Finish | null> {
  const [id = '', signal = 'SIGTERM'] = words;
  const verb = { signal: parseSignal(signal), all: values.flag('all') };
  return values.flag('regex')
    ? killMatching(context, id, verb)
    : killContainer(context, { id: checkId(id), ...verb });
}
