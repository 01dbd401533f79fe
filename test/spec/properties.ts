import { type Place, place, resolved } from './schemas.ts';

/**
 * A property as `mounts[].options` or `linux.resources.rdma{}.hcaHandles`: `[]` stands for each item of an array, `{}`
 * for each member of a map.
 */
export type Property = string;

/** Sections that are for other platforms are one property each. */
const foreign = new Set(['solaris', 'windows', 'vm', 'zos', 'freebsd']);

/** Every property of a document of runtime-spec, in the order of its schema. */
export function properties(file: string): Property[] {
  return [...new Set(walk(place(file), ''))];
}

function* walk(at: Place, path: string): Generator<Property> {
  const { schema, file } = resolved(at);
  for (const part of [...(schema.anyOf ?? []), ...(schema.allOf ?? [])])
    yield* walk({ schema: part, file }, path);
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const inner = path === '' ? name : `${path}.${name}`;
    yield inner;
    if (!foreign.has(inner)) yield* walk({ schema: member, file }, inner);
  }
  if (schema.items) yield* walk({ schema: schema.items, file }, `${path}[]`);
  if (schema.additionalProperties) yield* walk({ schema: schema.additionalProperties, file }, `${path}{}`);
}

/** Every value that a property has in a document. */
export function values(value: unknown, property: Property): unknown[] {
  return holders(value, steps(property)).map(({ object, key }) => object[key]);
}

/** Takes a property out of a document, wherever it is in it. */
export function drop(value: unknown, property: Property): void {
  for (const { object, key } of holders(value, steps(property))) delete object[key];
}

function steps(property: Property): string[] {
  return property.match(/\[\]|\{\}|[^.[\]{}]+/g) ?? [];
}

interface Holder {
  readonly object: Record<string, unknown>;
  readonly key: string;
}

function holders(value: unknown, [first = '', ...rest]: readonly string[]): Holder[] {
  if (typeof value !== 'object' || value === null) return [];
  if (first === '[]' || first === '{}') return Object.values(value).flatMap((inner) => holders(inner, rest));
  const object = value as Record<string, unknown>;
  if (!Object.hasOwn(object, first)) return [];
  return rest.length > 0 ? holders(object[first], rest) : [{ object, key: first }];
}
