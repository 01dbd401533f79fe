import { RailcarError } from '../../errors.ts';
import type { Finish } from '../../execute/messages.ts';
import { events as containerEvents } from '../../lifecycle/events.ts';
import type { Context } from '../context.ts';
import { parseDuration } from '../duration.ts';
import { checkId } from '../id.ts';
import type { Values } from '../values.ts';

/** A year: what is longer is a mistake, and the launcher counts milliseconds in 64 bits. */
const LONGEST = 366 * 24 * 3_600_000;

export async function events(
  context: Context,
  values: Values,
  [id = '']: readonly string[],
): Promise<Finish | null> {
  const text = values.text('interval') ?? '';
  const interval = parseDuration(text);
  if (interval === null || interval > LONGEST) {
    const message = `invalid value ${JSON.stringify(text)} for flag -interval: parse error`;
    throw new RailcarError('usage', message, {
      hint: 'a time is a number with a unit, such as 500ms, 5s or 1m',
    });
  }
  if (interval <= 0) throw new RailcarError('usage', 'duration interval must be greater than 0');
  return containerEvents(context, { id: checkId(id), once: values.flag('stats'), interval });
}
