import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

export type Verb = 'run' | 'inside' | 'try' | 'spawn' | 'join' | 'collect' | 'gone';

/** One line of timer.c's program. */
export interface Step {
  readonly verb: Verb;
  /** Under which name the result is kept; a step without one is not measured. */
  readonly tag?: string;
  readonly argv?: readonly string[];
}

export interface Measured {
  readonly tag: string;
  readonly milliseconds: number;
  readonly status: number;
  readonly kilobytes: number;
  readonly pid: number;
}

/** The process that executes what is measured; see timer.c. */
export class Timer {
  readonly process: ChildProcess;
  private readonly replies: Interface;
  private readonly folder: string;
  private readonly log: string;

  constructor(program: string, folder: string) {
    this.folder = folder;
    this.log = join(folder, 'errors');
    writeFileSync(this.log, '');
    this.process = spawn(program, [this.log], { stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdout } = this.process;
    if (!stdout) throw new Error('no pipe to the timer');
    this.replies = createInterface({ input: stdout });
  }

  /** Executes the steps without a pause but those asked for before measured steps, and gives a result for each. */
  async perform(steps: readonly Step[], pauseMs = 0): Promise<Measured[]> {
    const program = join(this.folder, 'program');
    const results = join(this.folder, 'results');
    writeFileSync(program, steps.map((step) => line(step, pauseMs)).join(''));
    writeFileSync(results, '');
    this.process.stdin?.write(`${program}\t${results}\n`);
    const [reply] = (await once(this.replies, 'line')) as [string];
    const measured = readFileSync(results, 'utf8').split('\n').slice(0, -1).map(parse);
    if (reply !== 'done') throw new Error(this.explain(steps, measured));
    return measured;
  }

  private explain(steps: readonly Step[], measured: readonly Measured[]): string {
    const failed = steps[measured.length - 1];
    const status = measured.at(-1)?.status ?? 0;
    const words = status & 127 ? `signal ${status & 127}` : `exit status ${status >> 8}`;
    const said = readFileSync(this.log, 'utf8').trimEnd().split('\n').slice(-3).join('\n');
    return `${failed?.verb} ${failed?.argv?.join(' ') ?? ''}: ${words}\n${said}`;
  }
}

function line({ verb, tag, argv = [] }: Step, pauseMs: number): string {
  const pause = tag === undefined ? 0 : pauseMs * 1000;
  return `${[verb, tag ?? '-', pause, ...argv].join('\t')}\n`;
}

function parse(result: string): Measured {
  const [tag = '', nanoseconds, status, kilobytes, pid] = result.split('\t');
  return {
    tag,
    milliseconds: Number(nanoseconds) / 1e6,
    status: Number(status),
    kilobytes: Number(kilobytes),
    pid: Number(pid),
  };
}
