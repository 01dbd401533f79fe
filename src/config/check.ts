import type * as z from 'zod/mini';
import { RailcarError } from '../errors.ts';
import { joinPath, type Segment } from './path.ts';
import type { Positions } from './positions.ts';

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
  const issue = result.error.issues[0];
  if (!issue) throw result.error;
  throw invalid(
    joinPath(issue.path as Segment[]),
    describe(issue, valueAt(value, issue.path as Segment[])),
    positions,
  );
}

/** The error for a value that is not as it should be: `config.json:LINE:COL: PATH: what is wrong`. */
export function invalid(path: string, problem: string, positions: Positions): RailcarError {
  return new RailcarError('config-invalid', path === '' ? problem : `${path}: ${problem}`, {
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
      return `must be one of ${issue.values.map((option) => JSON.stringify(option)).join(', ')}, not ${show(value)}`;
    default:
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
