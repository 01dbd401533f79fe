import type * as z from 'zod/mini';
import type { Findings } from './findings.ts';
import { joinPath, type Segment } from './path.ts';
import { nearest } from './suggest.ts';

/**
 * Warns of members that the schema does not name. The specification wants them ignored, but one that is nearly a name
 * of the schema (`readOnly`) is a setting that somebody believes to be in force.
 */
export function warnOfUnknownKeys(schema: z.ZodMiniType, value: unknown, findings: Findings): void {
  visitUnknown(schema as unknown as Schema, value, [], (path, key, known) => {
    const meant = nearest(key, known) ?? elsewhere(schema as unknown as Schema, key);
    findings.warn(
      joinPath([...path, key]),
      `unknown key is ignored${meant === null ? '' : `; did you mean ${JSON.stringify(meant)}?`}`,
    );
  });
}

/** What is needed of zod's description of a schema. */
interface Schema {
  readonly _zod: {
    readonly def: {
      readonly type: string;
      readonly shape?: Readonly<Record<string, Schema>>;
      readonly innerType?: Schema;
      readonly element?: Schema;
      readonly valueType?: Schema;
    };
  };
}

type Visit = (path: readonly Segment[], key: string, known: readonly string[]) => void;

/** `path` is reused. */
function visitUnknown(schema: Schema, value: unknown, path: Segment[], visit: Visit): void {
  if (typeof value !== 'object' || value === null) return;
  const { type, shape, innerType, element, valueType } = schema._zod.def;
  if (type === 'optional' && innerType) return visitUnknown(innerType, value, path, visit);
  if (type === 'array' && element) {
    // Most arrays are lists of texts: nothing to look at.
    if (!Array.isArray(value) || !isDeep(element)) return;
    value.forEach((item: unknown, index) => {
      step(element, item, index, path, visit);
    });
    return;
  }
  // Of the wrong type, which is another complaint.
  if (Array.isArray(value)) return;
  for (const [key, member] of Object.entries(value)) {
    const inner = type === 'record' ? valueType : Object.hasOwn(shape ?? {}, key) ? shape?.[key] : undefined;
    if (inner) step(inner, member, key, path, visit);
    else if (shape) visit(path, key, Object.keys(shape));
  }
}

function step(schema: Schema, value: unknown, segment: Segment, path: Segment[], visit: Visit): void {
  path.push(segment);
  visitUnknown(schema, value, path, visit);
  path.pop();
}

function isDeep({ _zod: { def } }: Schema): boolean {
  return def.shape !== undefined || def.innerType !== undefined || def.element !== undefined;
}

/** The only place where the key would be known: `oomScoreAdj` was once a resource. */
function elsewhere(schema: Schema, key: string): string | null {
  const [place, ...more] = [...placesOf(schema, key, [])];
  return place !== undefined && more.length === 0 ? place : null;
}

function* placesOf({ _zod: { def } }: Schema, key: string, path: readonly Segment[]): Generator<string> {
  if (def.innerType) yield* placesOf(def.innerType, key, path);
  for (const [name, member] of Object.entries(def.shape ?? {})) {
    const here = [...path, name];
    if (name === key) yield joinPath(here);
    else yield* placesOf(member, key, here);
  }
}
