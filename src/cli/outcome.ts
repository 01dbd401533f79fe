import { RailcarError } from '../errors.ts';
import type { Hands } from '../execute/hands.ts';
import type { Finish, Request } from '../execute/messages.ts';
import type { LogEntry } from '../log/line.ts';
import type { LogDaemon, LogTarget } from './log.ts';

/** Collects what one command has to say beside its result, and puts it into the Finish. */
export class Outcome {
  readonly #request: Request;
  readonly #log: LogTarget;
  readonly #debug: boolean;
  readonly #warnings: boolean;
  #entries: LogEntry[] = [];

  constructor(request: Request, log: LogTarget, debug: boolean, warnings = true) {
    this.#request = request;
    this.#log = log;
    this.#debug = debug;
    this.#warnings = warnings;
  }

  warn(message: string): void {
    if (this.#warnings) this.#entries.push({ level: 'warning', message });
  }

  /** Dropped unless `--debug` was given. */
  debug(message: string): void {
    if (this.#debug) this.#entries.push({ level: 'debug', message });
  }

  /** Hands whose plans carry the warnings that were given before, because success ends the command there and then. */
  wrap(hands: Hands): Hands {
    return {
      read: (reads) => hands.read(reads),
      execute: async (plan, finish) => {
        const entries = this.#entries;
        const result = await hands.execute(plan, await this.complete(finish));
        // The Finish that went with the plan is void: what it would have said is still to be said.
        if (result !== null) this.#entries = entries;
        return result;
      },
    };
  }

  async complete(finish: Finish): Promise<Finish> {
    const entries = this.#entries;
    this.#entries = [];
    if (entries.length === 0) return finish;
    if ('daemon' in this.#log) return this.#toDaemon(this.#log, entries, finish);
    const { path, format } = this.#log;
    if (path === null) {
      const lines = entries.map(({ level, message }) => (level === 'error' ? '' : `${level}: ${message}\n`));
      return { ...finish, stderr: prefixed(lines.join(''), finish.stderr) };
    }
    const { logLine } = await import('../log/line.ts');
    const now = new Date(Number(this.#request.numbers.now));
    const text = (finish.log?.text ?? '') + entries.map((entry) => logLine(format, now, entry)).join('');
    return { ...finish, log: { path, text } };
  }

  async #toDaemon(
    { daemon, identifier }: LogDaemon,
    entries: readonly LogEntry[],
    finish: Finish,
  ): Promise<Finish> {
    const { logDatagram, logSockets } = await import('../log/socket.ts');
    const pid = Number(this.#request.numbers.pid);
    const messages = entries.map((entry) => logDatagram(daemon, identifier, pid, entry));
    return {
      ...finish,
      log: { path: logSockets[daemon], text: (finish.log?.text ?? '') + messages.join('') },
    };
  }

  /** The end of a command that failed: message on standard error and as the last line of the log. */
  async fail(error: unknown, exitStatus: number, stdout = ''): Promise<Finish> {
    const known = error instanceof RailcarError ? error : this.#mistake(error);
    this.#entries.push({
      level: 'error',
      message: known.message,
      code: this.#debug ? known.code : undefined,
    });
    const hint = known.hint === null ? '' : `hint: ${known.hint}\n`;
    const code = known.exitStatus ?? exitStatus;
    return this.complete({ code, stdout, stderr: `${known.message}\n${hint}` });
  }

  #mistake(error: unknown): RailcarError {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const stack = this.#debug && error instanceof Error ? (error.stack ?? null) : null;
    return new RailcarError('internal', `internal error: ${text}`, {
      cause: error,
      hint: stack ?? 'this is a mistake in railcar; --debug shows where',
    });
  }
}

function prefixed(prefix: string, rest: string | Uint8Array): string | Uint8Array {
  return typeof rest === 'string' ? prefix + rest : Buffer.concat([Buffer.from(prefix), rest]);
}
