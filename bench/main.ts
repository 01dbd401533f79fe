import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Bench, Row, Scenario } from './bench.ts';
import { check, judgementText } from './check.ts';
import { findContestants } from './contestants.ts';
import { describeMachine } from './machine.ts';
import { help, type Options, parseOptions } from './options.ts';
import { asJson, asMarkdown, type Findings } from './report.ts';
import { scenarios } from './scenarios.ts';
import { table } from './table.ts';
import { makeWorld } from './world.ts';

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
    const field = await findContestants(world, options.programs);
    return conclude(options, await measure(options, { world, field, n: options.n, full: options.full }));
  } finally {
    world.end();
  }
}

async function measure(options: Options, bench: Bench): Promise<Findings> {
  const { absent } = bench.field;
  const rows: Row[] = [];
  for (const [what, value] of describeMachine(bench.field)) say(`${what}: ${value}\n`);
  for (const scenario of scenarios.filter((each) => isWanted(each, options))) {
    const measured = await scenario.measure(bench);
    say(`\n${table(measured)}\n`);
    rows.push(...measured);
  }
  const { n, full } = options;
  const date = new Date().toISOString().slice(0, 10);
  return { date, n, full, machine: describeMachine(bench.field), absent, rows, judgement: check(rows) };
}

function isWanted({ name, fullOnly }: Scenario, { scenarios: named, full }: Options): boolean {
  return named.length > 0 ? named.includes(name) : full || !fullOnly;
}

/** With --full and no choice of scenarios nothing may stay unmeasured: what nobody looked at has not been reached. */
function conclude(options: Options, findings: Findings): number {
  const { judgement, absent } = findings;
  for (const reason of absent) say(`\nnot measured: ${reason}\n`);
  if (options.json !== undefined) writeFileSync(options.json, asJson(findings));
  if (options.report) writeFileSync(resolve(import.meta.dirname, 'report.md'), asMarkdown(findings));
  const everything = options.full && options.scenarios.length === 0;
  const notMeasured = everything ? judgement.notMeasured : [];
  say(judgementText({ ...judgement, notMeasured }));
  return judgement.missed.length > 0 || notMeasured.length > 0 ? 1 : 0;
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
