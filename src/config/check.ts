import type * as z from 'zod/mini';
import { type ErrorCode, RailcarError } from '../errors.ts';
import { joinPath, type Segment } from './path.ts';
import type { Positions } from './positions.ts';
import { didYouMean } from './suggest.ts';

/**
 * Checks the types of a parsed file. The value itself is returned, not zod's copy of it: members that no schema names
 * stay, because later readers of the stored configuration may know them.
 */
export function checkTypes<T extends z.ZodMiniType>(
  schema: T,
  value: unknown,
  positions: Positions,
): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return value as z.infer<T>;
  const [first] = issuesOf(result.error, value);
  if (!first) throw result.error;
  throw invalid(joinPath(first.path), first.text, positions);
}

/** What is wrong with the types of a value, in words. Null: nothing is. */
export function typeIssues(schema: z.ZodMiniType, value: unknown): TypeIssue[] | null {
  const result = schema.safeParse(value);
  return result.success ? null : issuesOf(result.error, value);
}

export interface TypeIssue {
  readonly path: readonly Segment[];
  readonly text: string;
}

function issuesOf({ issues }: z.core.$ZodError, value: unknown): TypeIssue[] {
  return issues.map((issue) => {
    const path = issue.path as Segment[];
    return { path, text: describe(issue, valueAt(value, path)) };
  });
}

/** The error for a value that is not as it should be: `config.json:LINE:COL: PATH: what is wrong`. */
export function invalid(
  path: string,
  problem: string,
  positions: Positions,
  code: ErrorCode = 'config-invalid',
): RailcarError {
  return new RailcarError(code, path === '' ? problem : `${path}: ${problem}`, {
    file: positions.file,
    position: positions.of(path) ?? positions.of(''),
  });
}

type Issue = z.core.$ZodIssue;

function describe(issue: Issue, value: unknown): string {
  if (value === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${expectations[issue.expected] ?? issue.expected}, not ${show(value)}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map((option) => JSON.stringify(option)).join(', ')}, not ${show(value)}${didYouMean(value, issue.values)}`;
    case 'unrecognized_keys':
      return `has no member ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
    default:
      if (typeof value === 'number' && issue.code === 'too_big')
        return `must be at most ${issue.maximum}, not ${value}`;
      return Array.isArray(value) ? issue.message : `${issue.message}, not ${show(value)}`;
  }
}

const expectations: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  record: 'an object',
};

/** The value as it was written if that is short, else its kind. */
function show(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (value === null) return 'null';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'bigint') return String(value);
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}..."`;
}

function valueAt(value: unknown, path: readonly Segment[]): unknown {
  return path.reduce<unknown>(
    (inner, segment) => (inner as Record<Segment, unknown> | undefined)?.[segment],
    value,
  );
}
