import pino from 'pino';

export interface LogEntry {
  readonly level: 'error' | 'warning' | 'debug';
  readonly message: string;
  /** Code of the error; written with `--debug` only. */
  readonly code?: string | undefined;
}

/**
 * One line of the `--log` file, in the shape that Docker, containerd and Podman parse: JSON
 * `{"level":"error","time":"…","msg":"…"}`, or the text form of logrus. Loaded only when a line is due.
 */
export function logLine(format: 'text' | 'json', now: Date, entry: LogEntry): string {
  return format === 'json' ? jsonLine(now, entry) : textLine(now, entry);
}

function jsonLine(now: Date, { level, message, code }: LogEntry): string {
  let line = '';
  const logger = pino(
    {
      base: null,
      level: 'debug',
      customLevels: { warning: 40 },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":"${rfc3339(now)}"`,
    },
    { write: (text: string) => (line += text) },
  );
  logger[level](code === undefined ? {} : { code }, '%s', message);
  return line;
}

function textLine(now: Date, { level, message, code }: LogEntry): string {
  const fields = [`time="${rfc3339(now)}"`, `level=${level}`, `msg=${quote(message)}`];
  if (code !== undefined) fields.push(`code=${quote(code)}`);
  return `${fields.join(' ')}\n`;
}

function quote(text: string): string {
  return /^[A-Za-z0-9._/@^+-]+$/.test(text) ? text : JSON.stringify(text);
}

/** Seconds are what runc writes and every reader expects. */
function rfc3339(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}
