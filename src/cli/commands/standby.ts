import { RailcarError } from '../../errors.ts';
import type { Finish } from '../../execute/messages.ts';
import type { Context } from '../context.ts';
import type { Values } from '../values.ts';

const MAX_COMMANDS = 20_000n;
const MAX_MEMORY = 160n;

/** All numbers fit into milliseconds and bytes below this. */
const MOST = 1_000_000_000n;

/** Only says what the launcher is to become: the process that serves is none of this one's descendants. */
export async function standby(_context: Context, values: Values): Promise<Finish> {
  return {
    code: 0,
    stdout: '',
    stderr: '',
    standby: {
      detach: values.flag('detach'),
      idleExit: natural(values, 'idle-exit', 0n),
      maxCommands: natural(values, 'max-commands', MAX_COMMANDS),
      maxMemory: natural(values, 'max-memory', MAX_MEMORY),
    },
  };
}

function natural(values: Values, name: string, preset: bigint): number {
  const number = values.integer(name) ?? preset;
  if (number < 0n || number > MOST) {
    throw new RailcarError('usage', `invalid value "${number}" for flag -${name}: must be 0 to ${MOST}`);
  }
  return Number(number);
}
