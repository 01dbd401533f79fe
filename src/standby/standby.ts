import { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { buildInfo } from '../build-info.ts';
import { runCommand } from '../cli/command.ts';
import { Guess } from '../guess.ts';
import { rehearse } from '../warm-up.ts';
import { newMemory } from './memory.ts';
import { Standby, type StandbyOptions } from './server.ts';

/** Loads all that a command may need; the first real one is not much slower than the others. */
const FIRST_REHEARSALS = 5;
/** After so many more V8 has optimised what is worth it: a quarter of the time of a command. */
const MORE_REHEARSALS = 600;
/** Between two rehearsed commands (ms), so that they take a small part of a processor; longer while there are real ones. */
const REST = 1;
const LONG_REST = 50;

/** What the supervisor (native/launcher/supervisor.c) is told, one byte each. */
const words = { ready: 'R', retire: 'X', idle: 'I', alive: 'A' } as const;

/**
 * Gets ready for commands, then waits for them. `supervisor` is the descriptor of a socket: what is said to it is said
 * there, a byte from it asks whether this still serves, and its end is the order to stop.
 */
export async function startStandby(
  host: Omit<StandbyOptions, 'build' | 'command' | 'say'>,
  supervisor: number,
): Promise<void> {
  for (let round = 0; round < FIRST_REHEARSALS; round++) await rehearse();
  const remember = newMemory();
  const guess = new Guess();
  const socket = new Socket({ fd: supervisor, readable: true, writable: true });
  const standby = new Standby({
    ...host,
    build: buildInfo.id,
    command: (request, hands, trace) => runCommand(request, hands, trace, remember, guess),
    say: (word) => socket.write(words[word]),
  });
  socket.on('error', () => undefined);
  socket.on('close', () => standby.stop());
  socket.on('data', () => standby.answer());
  await rehearseMore(standby);
}

async function rehearseMore(standby: Standby): Promise<void> {
  const rest = (): Promise<void> => wait(standby.busy ? LONG_REST : REST, undefined, { ref: false });
  for (let round = 0; round < MORE_REHEARSALS && !standby.stopped; round++) await rehearse(rest);
}
