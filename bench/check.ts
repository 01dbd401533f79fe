import type { Row } from './bench.ts';
import { targetsFor } from './targets.ts';

export interface Judgement {
  readonly missed: readonly string[];
  readonly met: readonly string[];
  readonly notMeasured: readonly string[];
}

export function check(rows: readonly Row[]): Judgement {
  const judged = targetsFor(rows).map((target) => ({ target, verdict: target.judge(rows) }));
  const lines = (wanted: boolean) =>
    judged.flatMap(({ target: { what, limit }, verdict }) =>
      verdict?.met === wanted ? [`${what}: ${verdict.value} (${limit})`] : [],
    );
  const notMeasured = judged.filter(({ verdict }) => verdict === undefined);
  return {
    missed: lines(false),
    met: lines(true),
    notMeasured: notMeasured.map(({ target: { what, limit } }) => `${what} (${limit})`),
  };
}

export function judgementText({ missed, met, notMeasured }: Judgement): string {
  const list = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? `\n${title}\n${lines.map((line) => `  ${line}\n`).join('')}` : '';
  return (
    list('targets met', met) + list('targets not measured', notMeasured) + list('targets missed', missed)
  );
}
