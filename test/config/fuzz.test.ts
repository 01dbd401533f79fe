import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultSpec } from '../../src/cli/format/spec.ts';
import { complaint } from './messages.ts';

/** Either nothing is wrong, or it is said in one line with its place; anything else would be a mistake in railcar. */
function checkComplaint(config: object | string): void {
  const said = complaint(config);
  if (said !== null) expect(said).toMatch(/^config\.json:\d+:\d+: [^\n]+$/);
}

type Path = readonly (string | number)[];

const base = defaultSpec();
const paths = [...pathsOf(base, [])];

function* pathsOf(value: unknown, path: Path): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    yield* pathsOf(member, [...path, Array.isArray(value) ? Number(name) : name]);
  }
}

function replaced(path: Path, value: unknown): object {
  const copy: unknown = structuredClone(base);
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((inner, name) => (inner as Record<string | number, unknown>)[name], copy);
  (holder as Record<string | number, unknown>)[path.at(-1) ?? ''] = value;
  return copy as object;
}

test('a good configuration with one value replaced by any other', () => {
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) =>
      checkComplaint(replaced(path, value)),
    ),
    { numRuns: 500 },
  );
});

test('a good configuration cut short', () => {
  const text = JSON.stringify(base, null, 1);
  fc.assert(fc.property(fc.nat(text.length - 1), (length) => checkComplaint(text.slice(0, length))));
});

test('any text', () => {
  fc.assert(fc.property(fc.string(), checkComplaint));
});
