import { signalName } from '../signals.ts';

/** How a process ended, from a status as wait(2) gives it: `exit status 3`, `killed by SIGKILL (signal 9)`. */
export function describeDeath(status: number): string {
  const signal = status & 0x7f;
  if (signal === 0) return `exit status ${(status >> 8) & 0xff}`;
  return `killed by ${signalName(signal)} (signal ${signal})${status & 0x80 ? ', core dumped' : ''}`;
}
