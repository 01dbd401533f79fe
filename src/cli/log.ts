import type { logSockets } from '../log/socket.ts';

/** Where `--log` wants the messages of this command. */
export type LogTarget = LogFile | LogDaemon;

export interface LogFile {
  /** Null: warnings go to standard error as lines of text. */
  readonly path: string | null;
  readonly format: 'text' | 'json';
}

export interface LogDaemon {
  readonly daemon: keyof typeof logSockets;
  readonly identifier: string;
}

/** A file, or as crun has it `file:PATH`, `journald:ID`, `syslog:ID`. What else is called like that: `./journald:x`. */
export function parseLog(log: string | null, format: LogFile['format']): LogTarget {
  const match = /^(file|journald|syslog):(.*)$/s.exec(log ?? '');
  if (!match) return { path: log || null, format };
  const [, kind, rest = ''] = match;
  if (kind === 'file') return { path: rest || null, format };
  // A field of the journal and the first word of a line: nothing in it may end either.
  const identifier = rest.replaceAll(/[^\x21-\x7e]/g, '_') || 'railcar';
  return { daemon: kind === 'syslog' ? 'syslog' : 'journald', identifier };
}
