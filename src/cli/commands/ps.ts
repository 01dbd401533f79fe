import type { Finish } from '../../execute/messages.ts';
import { ps as containerProcesses } from '../../lifecycle/ps.ts';
import type { Context } from '../context.ts';
import { psText } from '../format/ps.ts';
import { checkId } from '../id.ts';
import type { Values } from '../values.ts';

export async function ps(context: Context, values: Values, words: readonly string[]): Promise<Finish> {
  const [id = '', ...rest] = words;
  const psArgs = rest[0] === '--' ? rest.slice(1) : rest;
  const processes = await containerProcesses(context, {
    id: checkId(id),
    format: values.text('format') === 'json' ? 'json' : 'table',
    psArgs: psArgs.length === 0 ? ['-ef'] : psArgs,
  });
  return { code: 0, stdout: psText(processes), stderr: '' };
}
