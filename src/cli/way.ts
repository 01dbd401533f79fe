import { RailcarError } from '../errors.ts';
import { type Request, type Way, ways } from '../execute/messages.ts';
import { environment } from './paths.ts';

const reasons: Readonly<Record<Exclude<Way, 'standby'>, string>> = {
  off: 'no standby is wanted',
  missing: 'no standby is running',
  distrusted: "the standby's directory is not the user's alone",
  busy: 'the standby is busy',
  silent: 'the standby did not answer in time',
  gone: 'the standby hung up: it was ended, or is of another build',
  garbled: 'the standby spoke another protocol',
  large: 'what the standby has to read is too large for it',
};

/** Which Node layer serves this command, for the log. */
export function wayText(request: Request): string {
  const way = ways[Number(request.numbers.way)] ?? 'off';
  return way === 'standby' ? 'served by the standby' : `served cold: ${reasons[way]}`;
}

/** The launcher takes a value that it does not know for `off`, so that the complaint comes from here. */
export function checkStandbyVariable(request: Request): void {
  const value = environment(request, 'RAILCAR_STANDBY');
  if (value === null || value === 'auto' || value === 'off' || value === 'require') return;
  throw new RailcarError(
    'usage',
    `invalid value ${JSON.stringify(value)} of RAILCAR_STANDBY: must be one of auto, off, require`,
  );
}
