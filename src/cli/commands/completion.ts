import { RailcarError } from '../../errors.ts';
import type { Finish } from '../../execute/messages.ts';
import { completions } from '../completion/completion.ts';
import type { Context } from '../context.ts';
import type { Values } from '../values.ts';

export async function completion(
  _context: Context,
  _values: Values,
  [shell = '']: readonly string[],
): Promise<Finish> {
  const script = Object.hasOwn(completions, shell) ? completions[shell] : undefined;
  if (script === undefined) {
    throw new RailcarError(
      'usage',
      `completion: ${JSON.stringify(shell)} is none of ${Object.keys(completions).join(', ')}`,
    );
  }
  return { code: 0, stdout: script(), stderr: '' };
}
