/** How a test went. */
interface Outcome {
  readonly result: 'passed' | 'failed' | 'skipped';
  /** Of a skip. */
  readonly reason: string;
}

/** What was run in a guest. */
export interface Run {
  readonly guest: string;
  readonly date: string;
  readonly commit: string;
  readonly kernel: string;
  readonly systemd: string;
  /** By the name of the test. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Tests that were planned and never reported. */
  readonly missing: number;
}

/** Reads the TAP of one guest, of which there may be several suites, one after the other. */
export function read(text: string): Run {
  const lines = text.split('\n');
  const note = (name: string) =>
    lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3) ?? 'unknown';
  const planned = lines.map((line) => Number(/^1\.\.(\d+)/.exec(line)?.[1] ?? 0));
  const tests = lines.map(outcome).filter((each) => each !== undefined);
  return {
    ...{ guest: note('guest'), date: note('date'), commit: note('commit') },
    ...{ kernel: note('Linux'), systemd: note('systemd') },
    outcomes: new Map(tests),
    missing: planned.reduce((sum, each) => sum + each, 0) - tests.length,
  };
}

function outcome(line: string): [string, Outcome] | undefined {
  const [, result, rest = ''] = /^(ok|not ok) \d+ (.*)$/.exec(line) ?? [];
  if (result === undefined) return undefined;
  const [, name = rest, reason] = /^(.*?)(?: # skip ?(.*))?$/.exec(rest) ?? [];
  const title = name.replace(/ in \d+ms$/, '');
  if (reason !== undefined) return [title, { result: 'skipped', reason: reason || 'no reason' }];
  return [title, { result: result === 'ok' ? 'passed' : 'failed', reason: '' }];
}

/** test/guests/report.md */
export function page(given: readonly Run[]): string {
  const runs = [...new Set(given.map(({ guest }) => guest))].map((guest) =>
    given.filter((run) => run.guest === guest).reduce(joined),
  );
  return `${[
    '# Tests in guests',
    '',
    'Written by `test/guests/run --report`: the live tests and the validation suite in guests of Debian, under emulation.',
    '',
    '| guest | date | commit | kernel | systemd | passed | failed | skipped | never reported |',
    '| --- | --- | --- | --- | --- | ---: | ---: | ---: | ---: |',
    ...runs.map(
      (run) =>
        `| ${[run.guest, run.date, run.commit, run.kernel, run.systemd, count(run, 'passed'), count(run, 'failed'), count(run, 'skipped'), run.missing].join(' | ')} |`,
    ),
    '',
    '## What fails',
    '',
    ...listed(runs, 'failed', (name) => name),
    '',
    '## What is skipped, and why',
    '',
    ...listed(runs, 'skipped', (_, { reason }) => reason),
    '',
  ].join('\n')}`;
}

function joined(first: Run, second: Run): Run {
  const join = (key: 'date' | 'commit') => [...new Set([first[key], second[key]])].join(', ');
  return {
    ...second,
    date: join('date'),
    commit: join('commit'),
    outcomes: new Map([...first.outcomes, ...second.outcomes]),
    missing: first.missing + second.missing,
  };
}

function count({ outcomes }: Run, result: Outcome['result']): number {
  return [...outcomes.values()].filter((each) => each.result === result).length;
}

/** Each once, with how often it is so in which guests. */
function listed(
  runs: readonly Run[],
  result: Outcome['result'],
  what: (name: string, outcome: Outcome) => string,
): string[] {
  const where = new Map<string, Map<string, number>>();
  for (const { guest, outcomes } of runs)
    for (const [name, each] of outcomes) {
      if (each.result !== result) continue;
      const counts = where.get(what(name, each)) ?? new Map<string, number>();
      where.set(what(name, each), counts.set(guest, (counts.get(guest) ?? 0) + 1));
    }
  if (where.size === 0) return ['Nothing.'];
  return [...where].map(([text, counts]) => {
    const guests = [...counts].map(([guest, n]) => (n === 1 ? guest : `${guest}: ${n}`));
    return `- ${text} (${guests.join(', ')})`;
  });
}
