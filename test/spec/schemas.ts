import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorObject, ValidateFunction } from 'ajv';
import draft04 from 'ajv-draft-04';

/** A JSON schema as far as those of runtime-spec use the language. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
}

const folder = join(import.meta.dirname, 'schema');

/** The files of runtime-spec by name. */
export const files: ReadonlyMap<string, JsonSchema> = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as JsonSchema]),
);

/** A schema and the file that its references are relative to. */
export interface Place {
  readonly schema: JsonSchema;
  readonly file: string;
}

/** What the schema says, with the schema that it refers to instead of the reference. */
export function resolved({ schema, file }: Place): Place {
  if (schema.$ref === undefined) return { schema, file };
  const [name = '', pointer = ''] = schema.$ref.split('#');
  const target = name === '' ? file : name;
  const found = pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], files.get(target));
  return resolved({ schema: found as JsonSchema, file: target });
}

export function place(file: string): Place {
  const schema = files.get(file);
  if (schema === undefined) throw new Error(`there is no schema ${file}`);
  return { schema, file };
}

/** The library's verdict by one of the files. */
export function validator(file: string): ValidateFunction {
  const ajv = new draft04.default({ allErrors: true, strict: false });
  for (const [name, schema] of files) ajv.addSchema(schema, name);
  const found = ajv.getSchema(file);
  if (found === undefined) throw new Error(`there is no schema ${file}`);
  return found;
}

/** Where an error is, as `mounts[3].options`; of a missing member where it would be. */
export function pathOf(error: ErrorObject, value: unknown): (string | number)[] {
  let inner = value;
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((name) => {
      const segment = Array.isArray(inner) ? Number(name) : name;
      inner = (inner as Record<string, unknown>)[name];
      return segment;
    });
  const missing = (error.params as { missingProperty?: string }).missingProperty;
  return missing === undefined ? path : [...path, missing];
}
