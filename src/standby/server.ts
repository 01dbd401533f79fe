import { createServer, type Server, type Socket } from 'node:net';
import type { Command } from '../execute/hands.ts';
import { serveSession } from '../execute/session.ts';
import type { Clock } from '../execute/trace.ts';
import { socketTransport } from './stream.ts';

export interface StandbyOptions {
  /** The listening socket. */
  readonly listen: { readonly fd: number } | { readonly path: string };
  readonly build: string;
  readonly command: Command;
  /** 0: no limit. Seconds, commands, MiB. */
  readonly idleExit: number;
  readonly maxCommands: number;
  readonly maxMemory: number;
  /** Resident memory of this process in bytes; fails when no descriptor is left to ask with. */
  readonly memory: () => number;
  readonly clock: Clock;
  /** To the supervisor: it answers; it wants to be replaced; nobody has needed it for a while; it was asked, and serves. */
  readonly say: (word: 'ready' | 'retire' | 'idle' | 'alive') => void;
}

/** How long (ms) a launcher may take to say what it wants: it has nothing to wait for. */
const REQUEST_DEADLINE = 5000;

/** So many launchers that gave up, and none that was answered meanwhile, mean that something is wrong with this process. */
const MANY_DISAPPOINTED = 2;

/** Asking the kernel for the memory takes as long as a tenth of a command. */
const COMMANDS_PER_LOOK = 32;

/**
 * Serves commands, any number at a time, until it is stopped. It says when it wants to be replaced or is idle, but
 * goes on: what becomes of it is decided by its supervisor.
 */
export class Standby {
  readonly #options: StandbyOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #idle: NodeJS.Timeout | undefined;
  #commands = 0;
  #retiring = false;
  /** Launchers since the supervisor asked last: those that were answered, those that hung up before. */
  #answered = 0;
  #disappointed = 0;

  constructor(options: StandbyOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket));
    this.#server.listen(options.listen, () => {
      this.#awaitIdle();
      options.say('ready');
    });
  }

  get busy(): boolean {
    return this.#sockets.size > 0;
  }

  /** Told to stop; something may still be in flight. */
  get stopped(): boolean {
    return !this.#server.listening;
  }

  /** To the supervisor's question whether commands are served: says so, or wants to be replaced. */
  answer(): void {
    const serves = this.#answered > 0 || this.#disappointed < MANY_DISAPPOINTED;
    this.#answered = 0;
    this.#disappointed = 0;
    this.#options.say(serves && this.#hasDescriptors() ? 'alive' : 'retire');
  }

  /** Without any, what connects is hung up on before this process hears of it. */
  #hasDescriptors(): boolean {
    try {
      this.#options.memory();
      return true;
    } catch {
      return false;
    }
  }

  /** Accepts no more; what is in flight is finished. The process then has nothing left to wait for. */
  stop(): void {
    clearTimeout(this.#idle);
    this.#retiring = true;
    this.#server.close();
  }

  #serve(socket: Socket): void {
    clearTimeout(this.#idle);
    this.#sockets.add(socket);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (socket.bytesWritten > 0) this.#answered += 1;
      this.#awaitIdle();
    });
    socket.on('end', () => {
      if (socket.bytesRead > 0 && socket.bytesWritten === 0) this.#disappointed += 1;
    });
    void this.#converse(socket);
  }

  async #converse(socket: Socket): Promise<void> {
    const { build, clock, command } = this.#options;
    const overdue = setTimeout(() => socket.destroy(), REQUEST_DEADLINE);
    try {
      const obey: Command = (request, hands, trace) => {
        clearTimeout(overdue);
        return command(request, hands, trace);
      };
      await serveSession(socketTransport(socket), build, obey, { clock });
      socket.end();
    } catch {
      // Whoever could be told is gone, or speaks another protocol; the launcher goes on without us.
      socket.destroy();
    } finally {
      clearTimeout(overdue);
      this.#count();
    }
  }

  #count(): void {
    const { maxCommands, maxMemory, memory } = this.#options;
    this.#commands += 1;
    const many = maxCommands > 0 && this.#commands >= maxCommands;
    const look = maxMemory > 0 && this.#commands % COMMANDS_PER_LOOK === 0;
    if (many || (look && memory() > maxMemory * 1024 * 1024)) this.#retire();
  }

  #retire(): void {
    if (this.#retiring) return;
    this.#retiring = true;
    this.#options.say('retire');
  }

  #awaitIdle(): void {
    const { idleExit, say } = this.#options;
    if (idleExit === 0 || this.#sockets.size > 0 || !this.#server.listening) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => say('idle'), idleExit * 1000);
  }
}
