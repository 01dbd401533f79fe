import { RailcarError } from '../errors.ts';
import { signals } from '../signals.ts';

/** The C library keeps 32 and 33 for itself, so the first one that programs see is 34. */
const RTMIN = 34;
const LAST = 64;

/** A signal as `kill` takes it: a number, or a name with or without SIG in either case. */
export function parseSignal(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= LAST) return Number(text);
  const name = text.toUpperCase().replace(/^SIG/, '');
  const known = Object.hasOwn(signals, name) ? signals[name] : realTime(name);
  if (known === undefined || known > LAST)
    throw new RailcarError('usage', `unknown signal ${JSON.stringify(text)}`);
  return known;
}

function realTime(name: string): number | undefined {
  const match = /^RT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name);
  if (!match) return undefined;
  const offset = Number(match[3] ?? 0) * (match[2] === '-' ? -1 : 1);
  const number = (match[1] === 'MIN' ? RTMIN : LAST) + offset;
  return number >= RTMIN ? number : undefined;
}
