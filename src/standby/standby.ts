import { Socket } from 'node:net';
import { buildInfo } from '../build-info.ts';
import { runCommand } from '../cli/command.ts';
import { rehearse } from '../warm-up.ts';
import { newMemory } from './memory.ts';
import { Standby, type StandbyOptions } from './server.ts';

/** After so many rounds V8 has optimised what there is to optimise. */
const REHEARSALS = 30;

/** What the supervisor (native/launcher/supervisor.c) is told, one byte each. */
const words = { ready: 'R', retire: 'X', idle: 'I' } as const;

/**
 * Gets ready for commands, then waits for them. `supervisor` is the descriptor of a socket: what is said to it is said
 * there, and its end is the order to stop.
 */
export async function startStandby(
  host: Omit<StandbyOptions, 'build' | 'command' | 'say'>,
  supervisor: number,
): Promise<void> {
  for (let round = 0; round < REHEARSALS; round++) await rehearse();
  const remember = newMemory();
  const socket = new Socket({ fd: supervisor, readable: true, writable: true });
  const standby = new Standby({
    ...host,
    build: buildInfo.id,
    command: (request, hands) => runCommand(request, hands, remember),
    say: (word) => socket.write(words[word]),
  });
  socket.on('error', () => undefined);
  socket.on('close', () => standby.stop());
  socket.resume();
}
