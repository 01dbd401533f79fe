import type { Bench, Row } from './bench.ts';
import { findContestants } from './contestants.ts';
import { help, type Options, parseOptions } from './options.ts';
import { exec, execLarge } from './scenarios/exec.ts';
import { lifecycle } from './scenarios/lifecycle.ts';
import { run } from './scenarios/run.ts';
import { table } from './table.ts';
import { makeWorld } from './world.ts';

const scenarios = [run, lifecycle, exec, execLarge];

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    say(help);
    return 0;
  }
  const world = makeWorld();
  process.once('SIGINT', () => leave(world.end, 130));
  process.once('SIGTERM', () => leave(world.end, 143));
  try {
    const field = findContestants(world, options.programs);
    for (const { name, version } of field.contestants) say(`${name}: ${version}\n`);
    for (const reason of field.absent) say(`not measured: ${reason}\n`);
    await measure({ world, field, n: options.n, full: options.full, say }, options);
    return 0;
  } finally {
    world.end();
  }
}

async function measure(bench: Bench, options: Options): Promise<Row[]> {
  const all: Row[] = [];
  for (const { name, fullOnly, measure } of scenarios) {
    const wanted =
      options.scenarios.length > 0 ? options.scenarios.includes(name) : options.full || !fullOnly;
    if (!wanted) continue;
    const rows = await measure(bench);
    say(`\n${table(rows)}\n`);
    all.push(...rows);
  }
  return all;
}

function leave(end: () => void, code: number): never {
  end();
  process.exit(code);
}

function say(text: string): void {
  process.stdout.write(text);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`bench/run: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
