import { parseArgs } from 'node:util';
import { scenarios } from './scenarios.ts';

export interface Options {
  readonly full: boolean;
  readonly n: number;
  readonly scenarios: readonly string[];
  readonly programs: Readonly<Record<string, string | undefined>>;
  readonly json: string | undefined;
  readonly report: boolean;
  readonly help: boolean;
}

const names = scenarios.map(({ name, fullOnly }) => (fullOnly ? `${name}*` : name));

export const help = `bench/run [SCENARIO]...: railcar beside runc and crun, in turn, on this machine

  --full            100 rounds; pauses in every scenario; the scenarios with a star too
  --n N             rounds (default: 30; 100 with --full)
  --json FILE       all samples and what follows from them
  --report          write bench/report.md
  --railcar PATH    the launcher to measure (default: build/railcar)
  --runc PATH, --crun PATH
  --help

Exits 1 and names the ratio if a target of bench/targets.ts is missed.

Scenarios: ${names.join(' ')}
What each isolates is in bench/README.md. Needs root.
`;

export function parseOptions(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      full: { type: 'boolean', default: false },
      n: { type: 'string' },
      json: { type: 'string' },
      report: { type: 'boolean', default: false },
      railcar: { type: 'string' },
      runc: { type: 'string' },
      crun: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const n = Number(values.n ?? (values.full ? 100 : 30));
  if (!Number.isInteger(n) || n < 1) throw new Error(`--n: not a number of rounds: "${values.n}"`);
  const unknown = positionals.find((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown !== undefined) throw new Error(`no such scenario: "${unknown}"`);
  const { railcar, runc, crun, json, ...flags } = values;
  return { ...flags, n, scenarios: positionals, programs: { railcar, runc, crun }, json };
}
