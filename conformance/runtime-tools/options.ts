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
  readonly systemdCgroup: boolean;
  readonly jobs: number;
  readonly limitSeconds: number;
  readonly part: readonly [number, number];
  readonly place: string;
  readonly commit: string | undefined;
  readonly help: boolean;
}

export const help = `conformance/runtime-tools/run [TEST]...: the OCI runtime-tools validation suite, as TAP

  --runtime PATH    the runtime to judge (default: build/railcar)
  --runc PATH, --crun PATH
                    its peers in the same run, which show what is the suite's or the machine's fault
  --alone           without peers: every failure counts that excuses.json does not list
  --report FILE     a page for people
  --json FILE       every assertion of every runtime; pages.ts makes one page of several of these
  --also FILE       judge what an earlier run with --json has found of other programs, too
  --systemd-cgroup  has the runtimes ask systemd for their cgroups
  --jobs N          programs at once, which sleep most of the time (default: 6)
  --limit SECONDS   for each program (default: 90)
  --part K/N        the K-th of N parts of the programs
  --place NAME      what the page calls this machine (default: host)
  --commit HASH     where there is no repository to ask
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
      'systemd-cgroup': { type: 'boolean', default: false },
      jobs: { type: 'string', default: '6' },
      limit: { type: 'string', default: '90' },
      part: { type: 'string', default: '1/1' },
      place: { type: 'string', default: 'host' },
      commit: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    ...values,
    report: values.report,
    json: values.json,
    commit: values.commit,
    systemdCgroup: values['systemd-cgroup'],
    jobs: positive('--jobs', values.jobs),
    limitSeconds: positive('--limit', values.limit),
    part: part(values.part),
    tests: positionals,
  };
}

function positive(option: string, value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new Error(`${option} has to be a positive number, not "${value}"`);
  return Number(value);
}

function part(value: string): readonly [number, number] {
  const [, which, of] = /^(\d+)\/([1-9]\d*)$/.exec(value) ?? [];
  if (!(Number(which) >= 1 && Number(which) <= Number(of)))
    throw new Error(`--part has to be of the form 1/2, not "${value}"`);
  return [Number(which), Number(of)];
}
