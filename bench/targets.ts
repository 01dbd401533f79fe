import type { Row } from './bench.ts';
import { quantile, ratio } from './statistics.ts';
import { words } from './table.ts';

/** Something that has to be true of the measured rows. */
export interface Target {
  readonly what: string;
  readonly limit: string;
  /** Undefined as long as what it speaks of has not been measured. */
  readonly judge: (rows: readonly Row[]) => Verdict | undefined;
}

export interface Verdict {
  readonly value: string;
  readonly met: boolean;
}

/** Columns that railcar answers for. */
const ours = ['standby', 'cold'] as const;

export function targetsFor(rows: readonly Row[]): readonly Target[] {
  return [
    atMost(0.65, 'crun', 'run', 'run'),
    atMost(0.4, 'crun', 'run', 'run', 50),
    atMost(0.5, 'crun', 'lifecycle', 'total'),
    atMost(0.65, 'crun', 'exec', 'exec'),
    atMost(0.8, 'crun', 'state', 'state'),
    atMost(0.8, 'crun', 'lifecycle', 'start'),
    atMost(0.8, 'crun', 'lifecycle', 'delete --force'),
    atMost(0.8, 'crun', 'kill', 'kill'),
    atMost(0.8, 'crun', 'kill', 'delete'),
    ...rows.filter(isCommand).map((row) => atMost(0.3, 'runc', row.scenario, row.measure, row.pauseMs)),
    coldLifecycle(1.5),
    atLeast(1, 'crun', 'parallel', '8 creates'),
    growth(1.15),
    ...ours.map((name) => kilobytes(160, name, 'limit', 'smallest that starts')),
    ...ours.map((name) => kilobytes(0, name, 'resident', 'per detached container')),
    ...ours.map((name) => kilobytes(1536, name, 'resident', 'per container in the foreground')),
  ];
}

/** What a runtime's own speed decides; how long a killed process takes to end is the kernel's. */
function isCommand({ unit, measure, samples }: Row): boolean {
  return unit === 'ms' && measure !== 'exit' && samples.has('standby');
}

function atMost(limit: number, other: string, scenario: string, measure: string, pauseMs = 0): Target {
  const what = against(other, scenario, measure, pauseMs);
  return {
    what,
    limit: `at most ${limit}`,
    judge: compare(other, scenario, measure, pauseMs, (v) => v <= limit),
  };
}

function atLeast(limit: number, other: string, scenario: string, measure: string): Target {
  const what = against(other, scenario, measure, 0);
  return { what, limit: `at least ${limit}`, judge: compare(other, scenario, measure, 0, (v) => v >= limit) };
}

function against(other: string, scenario: string, measure: string, pauseMs: number): string {
  const name = scenario === measure ? scenario : `${scenario}: ${measure}`;
  return `${name}${pauseMs > 0 ? ` after ${pauseMs} ms` : ''}, standby/${other}`;
}

function compare(
  other: string,
  scenario: string,
  measure: string,
  pauseMs: number,
  holds: (value: number) => boolean,
): Target['judge'] {
  return (rows) => {
    const row = find(rows, scenario, measure, pauseMs);
    const mine = row?.samples.get('standby');
    const others = row?.samples.get(other);
    if (!mine?.length || !others?.length) return undefined;
    const measured = ratio(mine, others);
    return { value: words(measured), met: holds(measured.value) };
  };
}

/** Node has to start for each command; the rest of a cold command must not be much more than it is through standby. */
function coldLifecycle(limit: number): Target {
  return {
    what: 'lifecycle: total, cold/(4 × an empty Node script + standby)',
    limit: `at most ${limit}`,
    judge(rows) {
      const lifecycle = find(rows, 'lifecycle', 'total', 0);
      const cold = median(lifecycle, 'cold');
      const standby = median(lifecycle, 'standby');
      const node = median(find(rows, 'run', 'run', 0), 'node');
      if (cold === undefined || standby === undefined || node === undefined) return undefined;
      const value = cold / (4 * node + standby);
      return { value: value.toFixed(2), met: value <= limit };
    },
  };
}

function growth(limit: number): Target {
  return {
    what: 'many: create after 50 ms, standby, the 500th/the 1st',
    limit: `at most ${limit}`,
    judge(rows) {
      const first = median(find(rows, 'many', 'create as number 1', 50), 'standby');
      const last = median(find(rows, 'many', 'create as number 500', 50), 'standby');
      if (first === undefined || last === undefined) return undefined;
      return { value: (last / first).toFixed(2), met: last / first <= limit };
    },
  };
}

function kilobytes(limit: number, name: string, scenario: string, measure: string): Target {
  return {
    what: `${scenario}: ${measure}, ${name}`,
    limit: `at most ${limit} KiB`,
    judge(rows) {
      const row = rows.find((each) => each.scenario === scenario && each.measure.startsWith(measure));
      const value = median(row, name);
      return value === undefined ? undefined : { value: `${value.toFixed(0)} KiB`, met: value <= limit };
    },
  };
}

function find(rows: readonly Row[], scenario: string, measure: string, pauseMs: number): Row | undefined {
  return rows.find((row) => row.scenario === scenario && row.measure === measure && row.pauseMs === pauseMs);
}

function median(row: Row | undefined, name: string): number | undefined {
  const samples = row?.samples.get(name);
  return samples?.length ? quantile(samples, 0.5) : undefined;
}
