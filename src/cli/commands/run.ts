import type { Finish } from '../../execute/messages.ts';
import { run as runContainer } from '../../lifecycle/run.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import type { Values } from '../values.ts';
import { createVerb } from './creating.ts';

export async function run(
  context: Context,
  values: Values,
  words: readonly string[],
): Promise<Finish | null> {
  const verb = createVerb('run', checkId(words[0] ?? ''), context, values);
  const image = values.text('image');
  if (image === null) return runContainer(context, verb);
  const { runImage } = await import('./image.ts');
  return runImage(context, values, verb, image, words.slice(1));
}
