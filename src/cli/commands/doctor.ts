import type { Finish } from '../../execute/messages.ts';
import { ways } from '../../execute/messages.ts';
import { versions } from '../../kernel/kernel.ts';
import { doctor as examine } from '../../lifecycle/doctor.ts';
import type { Context } from '../context.ts';
import { checksJson, checksText } from '../format/doctor.ts';
import type { Values } from '../values.ts';
import { wayText } from '../way.ts';

export async function doctor(context: Context, values: Values): Promise<Finish> {
  const standby = {
    served: ways[Number(context.request.numbers.way)] === 'standby',
    way: wayText(context.request).replace(/^served cold: /, ''),
  };
  const checks = await examine(context, { ...versions(), standby });
  const stdout = values.flag('json') ? checksJson(checks) : checksText(checks);
  return { code: checks.some(({ fatal }) => fatal) ? 1 : 0, stdout, stderr: '' };
}
