import type { LogEntry } from './line.ts';

/** Severities of syslog(3), which the journal has taken over. */
const severities = { error: 3, warning: 4, debug: 7 } as const;

/** LOG_DAEMON of syslog(3). */
const FACILITY = 3 << 3;

/** Where the daemons listen: systemd-journald(8), syslog(3). */
export const logSockets = { journald: '/run/systemd/journal/socket', syslog: '/dev/log' } as const;

/**
 * One message for a log daemon, after a NUL: that tells the launcher to send what follows, to the next NUL, as a datagram.
 * The journal's form has a field a line (systemd.io/JOURNAL_NATIVE_PROTOCOL), so a message cannot have several.
 */
export function logDatagram(
  daemon: keyof typeof logSockets,
  identifier: string,
  pid: number,
  { level, message }: LogEntry,
): string {
  const line = message.replaceAll(/[\n\0]+/g, ' ');
  const severity = severities[level];
  return daemon === 'syslog'
    ? `\0<${FACILITY | severity}>${identifier}[${pid}]: ${line}`
    : `\0MESSAGE=${line}\nPRIORITY=${severity}\nSYSLOG_IDENTIFIER=${identifier}\n`;
}
