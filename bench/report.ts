import type { Row } from './bench.ts';
import type { Judgement } from './check.ts';
import { judgementText } from './check.ts';
import { ratio, summarize } from './statistics.ts';
import { pairs, table } from './table.ts';

/** All that one run of the bench found. */
export interface Findings {
  readonly date: string;
  readonly n: number;
  readonly full: boolean;
  readonly machine: readonly (readonly [string, string])[];
  readonly absent: readonly string[];
  readonly rows: readonly Row[];
  readonly judgement: Judgement;
}

export function asMarkdown({ date, n, full, machine, absent, rows, judgement }: Findings): string {
  const scenarios = [...new Set(rows.map(({ scenario }) => scenario))];
  const tables = scenarios.map((name) => fenced(table(rows.filter(({ scenario }) => scenario === name))));
  return `# railcar beside runc and crun

Written by \`bench/run${full ? ' --full' : ''} --report\` on ${date}, ${n} rounds. Milliseconds unless something else is said:
median, in brackets the 99th percentile; ratios of medians with the interval that holds 95 of 100 resamplings.
[README.md](README.md) says what each scenario isolates.

| machine | |
|---|---|
${machine.map(([what, value]) => `| ${what} | ${value} |`).join('\n')}
${absent.map((reason) => `\nNot measured: ${reason}.\n`).join('')}
${tables.join('\n')}
${fenced(judgementText(judgement).trim())}`;
}

export function asJson({ rows, ...rest }: Findings): string {
  return `${JSON.stringify({ ...rest, rows: rows.map(plain) }, null, 2)}\n`;
}

function plain({ samples, ...row }: Row): object {
  const results = [...samples].map(([name, values]) => [name, { ...summarize(values), samples: values }]);
  const ratios = pairs.flatMap(([a, b]) => {
    const mine = samples.get(a);
    const others = samples.get(b);
    return mine?.length && others?.length ? [[`${a}/${b}`, ratio(mine, others)]] : [];
  });
  return { ...row, results: Object.fromEntries(results), ratios: Object.fromEntries(ratios) };
}

function fenced(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\`\n`;
}
