import type { Row } from './bench.ts';
import { type Ratio, ratio, type Samples, summarize } from './statistics.ts';

export const columns = ['node', 'cold', 'standby', 'runc', 'crun'] as const;

/** Which contestant is divided by which. */
export const pairs = [
  ['standby', 'crun'],
  ['standby', 'runc'],
  ['cold', 'crun'],
  ['cold', 'runc'],
] as const;

/** The rows of one scenario as text: a table of medians and 99th percentiles, a table of ratios. */
export function table(rows: readonly Row[]): string {
  const present = columns.filter((column) => rows.some(({ samples }) => samples.has(column)));
  const shown = pairs.filter((pair) => pair.every((name) => present.includes(name)));
  const head = [rows[0]?.scenario ?? '', ...present, ...shown.map(([a, b]) => `${a}/${b}`)];
  const body = rows.map((row) => [
    `  ${titleOf(row)}`,
    ...present.map((column) => cell(row, row.samples.get(column))),
    ...shown.map(([a, b]) => quotient(row.samples.get(a), row.samples.get(b))),
  ]);
  return align([head, ...body]);
}

export function titleOf({ measure, pauseMs, unit }: Row): string {
  return `${measure}${pauseMs > 0 ? ` after ${pauseMs} ms` : ''}${unit === 'ms' ? '' : ` (${unit})`}`;
}

/** Median, and the 99th percentile where there is more than one sample. */
function cell({ unit }: Row, samples: Samples | undefined): string {
  if (!samples || samples.length === 0) return '-';
  const { median, p99, n } = summarize(samples);
  const digits = unit === 'ms' && median < 100 ? 2 : 0;
  return n > 1 ? `${median.toFixed(digits)} (${p99.toFixed(digits)})` : median.toFixed(digits);
}

function quotient(mine: Samples | undefined, others: Samples | undefined): string {
  if (!mine?.length || !others?.length) return '-';
  return others.some((value) => value > 0) ? words(ratio(mine, others)) : '-';
}

export function words({ value, low, high }: Ratio): string {
  return low === high ? value.toFixed(2) : `${value.toFixed(2)} [${low.toFixed(2)}-${high.toFixed(2)}]`;
}

function align(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, index) =>
    Math.max(...lines.map((line) => line[index]?.length ?? 0)),
  );
  const padded = lines.map((line) =>
    line.map((text, index) =>
      index === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[index] ?? 0),
    ),
  );
  return padded.map((line) => line.join('  ').trimEnd()).join('\n');
}
