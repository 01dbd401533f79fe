import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from './world.ts';

/** How a command ended. */
export interface Ending {
  readonly code: number | null;
  readonly output: string;
}

/** What commands came to, over all lanes. */
export class Tally {
  commands = 0;
  readonly failures: string[] = [];
  /** By what they were served, as they say themselves: how many. */
  readonly ways = new Map<string, number>();

  count(ending: Ending): void {
    this.commands += 1;
    const way = /^debug: served (.*)$/m.exec(ending.output)?.[1];
    if (way !== undefined) this.ways.set(way, (this.ways.get(way) ?? 0) + 1);
  }
}

/** Runs one command after the other. */
export class Lane {
  readonly #world: World;
  readonly #tally: Tally;
  readonly #standby: string;
  readonly #output: string;

  constructor(world: World, tally: Tally, standby: string, name: string) {
    this.#world = world;
    this.#tally = tally;
    this.#standby = standby;
    this.#output = join(world.folder, `output-${name}`);
  }

  /** Whatever is not among `codes` is a failure. */
  async expect(codes: readonly number[], ...words: string[]): Promise<Ending> {
    const ending = await this.run(words);
    if (ending.code === null || !codes.includes(ending.code)) this.fail(words, ending);
    return ending;
  }

  async run(words: readonly string[], killAfter?: number): Promise<Ending> {
    const { runtime, root } = this.#world;
    // A container that stays would hold a pipe open, so it is a file.
    const output = openSync(this.#output, 'w');
    const child = spawn(runtime, ['--debug', `--standby=${this.#standby}`, '--root', root, ...words], {
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    const killer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
    const code = await new Promise<number | null>((end, fail) => {
      child.on('error', fail);
      child.on('exit', end);
    });
    clearTimeout(killer);
    const ending = { code, output: readFileSync(this.#output, 'utf8') };
    this.#tally.count(ending);
    return ending;
  }

  fail(words: readonly string[], { code, output }: Ending): void {
    this.#tally.failures.push(
      `${words.join(' ')}: ${code === null ? 'killed' : code}: ${output.slice(0, 2000)}`,
    );
  }
}
