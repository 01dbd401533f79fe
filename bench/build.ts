import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../build/bench');

export interface Tools {
  readonly timer: string;
  readonly count: string;
  readonly smallest: string;
}

/** Static and against musl: what a command inherits from its parent at fork counts towards its peak memory. */
export function buildTools(): Tools {
  mkdirSync(folder, { recursive: true });
  return { timer: compile('timer'), count: compile('count'), smallest: compile('true') };
}

function compile(name: string): string {
  const source = resolve(import.meta.dirname, `${name}.c`);
  const program = resolve(folder, name);
  if (changed(program) < changed(source)) {
    const flags = ['-std=gnu11', '-D_GNU_SOURCE', '-Os', '-static', '-s', '-Wall', '-Wextra', '-Werror'];
    execFileSync('musl-gcc', [...flags, '-o', program, source], { stdio: 'inherit' });
  }
  return program;
}

function changed(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
