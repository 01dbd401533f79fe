import type { Finish } from '../../execute/messages.ts';
import { kill as killContainer } from '../../lifecycle/kill.ts';
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
  return killContainer(context, { id: checkId(id), signal: parseSignal(signal), all: values.flag('all') });
}
