import { parseArgs } from 'node:util';

export interface Options {
  readonly full: boolean;
  readonly n: number;
  readonly scenarios: readonly string[];
  readonly programs: Readonly<Record<string, string | undefined>>;
  readonly help: boolean;
}

export const help = `bench/run [SCENARIO]...: railcar beside runc and crun, in turn, on this machine

  --full            at least 100 rounds, and the scenarios that take long
  --n N             rounds (default: 30; 100 with --full)
  --railcar PATH    the launcher to measure (default: build/railcar)
  --runc PATH, --crun PATH
  --help

Needs root. What each scenario isolates is in bench/README.md.
`;

export function parseOptions(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      full: { type: 'boolean', default: false },
      n: { type: 'string' },
      railcar: { type: 'string' },
      runc: { type: 'string' },
      crun: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const n = Number(values.n ?? (values.full ? 100 : 30));
  if (!Number.isInteger(n) || n < 1) throw new Error(`--n: not a number of rounds: "${values.n}"`);
  const programs = { railcar: values.railcar, runc: values.runc, crun: values.crun };
  return { full: values.full, n, scenarios: positionals, programs, help: values.help };
}
