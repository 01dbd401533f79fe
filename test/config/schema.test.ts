import { readdirSync, readFileSync } from 'node:fs';
import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { typeIssues } from '../../src/config/check.ts';
import { specSchema } from '../../src/config/config.ts';
import { joinPath, type Segment } from '../../src/config/path.ts';
import { type JsonSchema, type Place, pathOf, place, resolved, validator } from '../spec/schemas.ts';

/**
 * railcar's schema and that of the specification, on the same configurations: each value that one of them refuses the
 * other refuses as well, or the difference is in this list.
 */
interface Exception {
  readonly where: RegExp;
  /** Who alone refuses. */
  readonly by: 'railcar' | 'specification';
  readonly when?: (value: unknown) => boolean;
  readonly why: string;
}

const exceptions: readonly Exception[] = [
  {
    where: /^ociVersion$/,
    by: 'railcar',
    when: (value) => typeof value === 'string',
    why: 'config.md: MUST be in SemVer v2.0.0 format; the schema takes any text',
  },
  {
    where: /^(vm|windows|solaris|zos|freebsd)\b/,
    by: 'specification',
    why: 'sections of other platforms are not looked into; vm is refused as a whole',
  },
  {
    where: /^process\.consoleSize\.(height|width)$/,
    by: 'railcar',
    when: (value) => Number.isInteger(value) && (value as number) > 0xffff,
    why: 'struct winsize has 16 bits',
  },
  {
    where: /^linux\.intelRdt\.schemata\[\d+\]$/,
    by: 'railcar',
    when: (value) => typeof value === 'string',
    why: 'config-linux.md: the value MUST NOT contain newlines; the schema takes any text',
  },
  {
    where: /^process\.oomScoreAdj$/,
    by: 'railcar',
    when: (value) => Number.isInteger(value) && Math.abs(value as number) > 1000,
    why: 'the kernel knows -1000 to 1000 (proc_pid_oom_score_adj(5))',
  },
  {
    where: /^process\.rlimits\[\d+\]\.type$/,
    by: 'specification',
    when: (value) => typeof value === 'string',
    why: 'which texts are limits is checked against the table of limits, later and more strictly',
  },
  {
    where: /^hooks\.\w+\[\d+\]\.timeout$/,
    by: 'railcar',
    when: (value) => Number.isInteger(value) && (value as number) >= 2 ** 31,
    why: 'more than 68 years',
  },
  {
    where: /^linux\.devices\[\d+\]\.fileMode$/,
    by: 'specification',
    when: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0o177777,
    why: 'config-linux.md says uint32; callers send the set-id and sticky bits and the file type as well',
  },
  {
    where: /^linux\.(devices|resources\.devices|resources\.blockIO\.\w+)\[\d+\]\.(major|minor)$/,
    by: 'railcar',
    when: (value) => Number.isInteger(value),
    why: 'numbers of devices are unsigned and have 32 bits at most; -1 stands for all in rules',
  },
  {
    where: /^linux\.resources\.devices\[\d+\]\.(type|access)$/,
    by: 'railcar',
    when: (value) => typeof value === 'string',
    why: 'config-linux.md names the letters; the schema takes any text',
  },
  {
    where: /^linux\.resources\.pids\.limit$/,
    by: 'specification',
    when: (value) => value === undefined,
    why: 'config-linux.md says OPTIONAL since 1.3',
  },
  {
    where: /^linux\.rootfsPropagation$/,
    by: 'specification',
    when: (value) => ['rprivate', 'rshared', 'rslave', 'runbindable'].includes(value as string),
    why: 'callers write the recursive words as often, and mean the same',
  },
  {
    where: /^linux\.seccomp\.architectures\[\d+\]$/,
    by: 'specification',
    when: (value) => typeof value === 'string',
    why: 'profiles are written for many machines: an unknown architecture is a warning',
  },
  {
    where: /(^annotations|^linux\.sysctl|^linux\.resources\.unified)\[""\]$/,
    by: 'railcar',
    why: 'the pattern of the schema leaves out the empty key, which the text forbids',
  },
  {
    where: /./,
    by: 'railcar',
    when: (value) => typeof value === 'number' && Math.abs(value) >= 2 ** 63,
    why: 'a number cannot hold the limits of 64 bits exactly; of a file they are read as bigints',
  },
  {
    where: /./,
    by: 'railcar',
    when: (value) => typeof value === 'number' && !Number.isSafeInteger(value) && Number.isInteger(value),
    why: 'the same for what lies between: a file has exact numbers, a generated value has not',
  },
];

const validate = validator('config-schema.json');

/** Places that one side alone complains of, and that no exception covers. */
function disagreements(value: unknown): string[] {
  const ours = new Map<string, readonly Segment[]>();
  for (const { path } of typeIssues(specSchema, value) ?? []) ours.set(joinPath(path), path);
  const theirs = new Map<string, readonly Segment[]>();
  if (!validate(value)) {
    for (const error of validate.errors ?? []) {
      // That no alternative fits follows from the errors of the alternatives.
      if (error.keyword !== 'anyOf') theirs.set(joinPath(pathOf(error, value)), pathOf(error, value));
    }
  }
  const only = (by: Exception['by'], some: typeof ours, others: typeof ours) =>
    [...some]
      .filter(([path]) => !others.has(path))
      .filter(([path, segments]) => !excused(by, path, valueAt(value, segments)))
      .map(
        ([path, segments]) => `${path}: only the ${by} refuses ${JSON.stringify(valueAt(value, segments))}`,
      );
  return [...only('railcar', ours, theirs), ...only('specification', theirs, ours)];
}

function excused(by: Exception['by'], path: string, value: unknown): boolean {
  return exceptions.some(
    (exception) =>
      exception.by === by &&
      exception.where.test(path) &&
      (exception.when === undefined || exception.when(value)),
  );
}

function valueAt(value: unknown, path: readonly Segment[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (inner as Record<Segment, unknown> | undefined)?.[name],
    value,
  );
}

describe('railcar refuses what the schema of the specification refuses, and nothing else', () => {
  test('generated configurations', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(arbitrary(place('config-schema.json')), (value) => {
        expect(disagreements(value)).toEqual([]);
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 500) },
    );
  });

  test.each(['good', 'bad'].flatMap((kind) => names(kind).map((name) => [kind, name] as const)))(
    'example %s/%s',
    (kind, name) => {
      const text = readFileSync(new URL(`data/${kind}/${name}`, import.meta.url), 'utf8');
      if (name === 'invalid-json.json') return expect(() => JSON.parse(text)).toThrow();
      const value: unknown = JSON.parse(text);
      expect(validate(value)).toBe(kind === 'good');
      expect(disagreements(value)).toEqual([]);
    },
  );

  test.each(readdirSync(new URL('../golden', import.meta.url)).filter((name) => !name.includes('.')))(
    'golden %s',
    (name) => {
      const text = readFileSync(new URL(`../golden/${name}/config.json`, import.meta.url), 'utf8');
      expect(disagreements(JSON.parse(text))).toEqual([]);
    },
  );
});

function names(kind: string): string[] {
  return readdirSync(new URL(`data/${kind}`, import.meta.url));
}

/** Values that mostly satisfy a schema, and now and then miss it: at its bounds, by a letter, by their type. */
function arbitrary(at: Place): Arbitrary<unknown> {
  const { schema, file } = resolved(at);
  return fc.oneof(
    { weight: 30, arbitrary: fitting(schema, file) },
    {
      weight: 1,
      arbitrary: fc.oneof(
        fc.jsonValue().filter((value) => !holdsNull(value)),
        fc.integer(),
      ),
    },
  );
}

function fitting(schema: JsonSchema, file: string): Arbitrary<unknown> {
  if (schema.anyOf?.[0]) return arbitrary({ schema: schema.anyOf[0], file });
  if (schema.allOf) {
    const parts = schema.allOf.map((part) => fitting(resolved({ schema: part, file }).schema, file));
    return fc.tuple(...parts).map((objects) => Object.assign({}, ...objects) as object);
  }
  switch (schema.type) {
    case 'object':
      return objects(schema, file);
    case 'array':
      return fc.array(arbitrary({ schema: schema.items ?? {}, file }), { maxLength: 3 });
    case 'integer':
      return integers(schema);
    case 'boolean':
      return fc.boolean();
    case 'string':
      return texts(schema);
    default:
      return schema.properties ? objects(schema, file) : fc.jsonValue().filter((value) => !holdsNull(value));
  }
}

function objects(schema: JsonSchema, file: string): Arbitrary<unknown> {
  const members = Object.entries(schema.properties ?? {}).map(
    ([name, member]): [string, Arbitrary<unknown>] => [name, arbitrary({ schema: member, file })],
  );
  const map = schema.additionalProperties ?? Object.values(schema.patternProperties ?? {})[0];
  if (map)
    return fc.dictionary(fc.string({ maxLength: 3 }), arbitrary({ schema: map, file }), {
      maxKeys: 3,
      noNullPrototype: true,
    });
  const required = schema.required ?? [];
  const record = fc.record(Object.fromEntries(members), {
    requiredKeys: [...required],
    noNullPrototype: true,
  });
  if (required.length === 0) return record;
  return fc.oneof(
    { weight: 20, arbitrary: record },
    {
      weight: 1,
      arbitrary: fc.record(Object.fromEntries(members), { requiredKeys: [], noNullPrototype: true }),
    },
  );
}

function integers({ minimum = -(2 ** 31), maximum = 2 ** 31 }: JsonSchema): Arbitrary<number> {
  const bounds = [minimum, maximum, 0, 1, -1].flatMap((bound) => [bound - 1, bound, bound + 1]);
  return fc.oneof(
    fc.constantFrom(...bounds),
    fc.maxSafeInteger(),
    fc.integer({ min: -2000, max: 70_000 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
}

const samples = [
  'RLIMIT_CPU',
  'MB:0=10',
  'MB:\n',
  '2MB',
  '0-3,7',
  'c',
  'b',
  'rwm',
  'SCMP_ARCH_X86',
  '1.3.0',
  'rshared',
];

function texts(schema: JsonSchema): Arbitrary<string> {
  if (schema.enum) return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...schema.enum) }, fc.string());
  return fc.oneof(fc.constantFrom(...samples), fc.string());
}

function holdsNull(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === null;
  return Object.values(value).some(holdsNull);
}
