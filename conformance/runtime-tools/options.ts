import { parseArgs } from 'node:util';

export interface Options {
  readonly runtime: string;
  readonly runc: string;
  readonly crun: string;
  readonly alone: boolean;
  readonly tests: readonly string[];
  readonly report: string | undefined;
  readonly json: string | undefined;
  readonly also: readonly string[];
  readonly help: boolean;
}

export const help = `conformance/runtime-tools/run [TEST]...: the OCI runtime-tools validation suite, as TAP

  --runtime PATH    the runtime to judge (default: build/railcar)
  --runc PATH, --crun PATH
                    its peers in the same run, which show what is the suite's or the machine's fault
  --alone           without peers: every failure counts that excuses.json does not list
  --report FILE     a page for people; conformance/report.md is one
  --json FILE       every assertion of every runtime
  --also FILE       judge what an earlier run with --json has found of other programs, too
  --help

Needs root, Go and the Go module proxy. Without the latter two the suite is skipped, unless CI=true.
`;

export function parseOptions(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      runtime: { type: 'string', default: 'build/railcar' },
      runc: { type: 'string', default: 'runc' },
      crun: { type: 'string', default: 'crun' },
      alone: { type: 'boolean', default: false },
      report: { type: 'string' },
      json: { type: 'string' },
      also: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return { ...values, report: values.report, json: values.json, tests: positionals };
}
