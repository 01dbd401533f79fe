import type * as z from 'zod/mini';
import { checkTypes } from './check.ts';
import { type Config, type Mount, mountsSchema, type Process, type Resources, specSchema } from './config.ts';
import { Findings, sentences, throwFirst } from './findings.ts';
import { decodeText, parseJson } from './json.ts';
import { type Positions, positionsOf } from './positions.ts';
import { processSchema } from './schema/process.ts';
import { resourcesSchema } from './schema/resources.ts';
import { warnOfUnknownKeys } from './unknown.ts';
import { validateConfig, validateMounts } from './validate.ts';
import { validateProcess } from './validate-process.ts';
import { validateResources } from './validate-resources.ts';

interface Found {
  /** Finds the line and column of a path such as `mounts[3].options[0]`; computed when first asked. */
  readonly positions: Positions;
  /** Complete sentences, with position: what is odd but not refused. */
  readonly warnings: readonly string[];
}

/**
 * Turns the bytes of config.json into a configuration that makes sense by itself; whether this host can do it is
 * found out later. `file` is what messages call it, usually `config.json`. Throws RailcarError.
 */
export function loadConfig(bytes: Uint8Array, file: string): { readonly config: Config } & Found {
  const { value, ...found } = load(bytes, file, specSchema, validateConfig);
  return { config: value, ...found };
}

/** The file of `exec --process`: what `process` is in config.json. */
export function loadProcess(bytes: Uint8Array, file: string): { readonly process: Process } & Found {
  const { value, ...found } = load(bytes, file, processSchema, (process, findings) =>
    validateProcess(process, '', findings),
  );
  return { process: value, ...found };
}

/** The file of `update --resources`: what `linux.resources` is in config.json. */
export function loadResources(bytes: Uint8Array, file: string): { readonly resources: Resources } & Found {
  const { value, ...found } = load(bytes, file, resourcesSchema, (resources, findings) => {
    validateResources(resources, '', findings);
    return resources;
  });
  return { resources: value, ...found };
}

/** The file of `mounts add`: what `mounts` is in config.json. */
export function loadMounts(bytes: Uint8Array, file: string): { readonly mounts: readonly Mount[] } & Found {
  const { value, ...found } = load(bytes, file, mountsSchema, (mounts, findings) => {
    validateMounts(mounts, '', findings);
    return mounts;
  });
  return { mounts: value, ...found };
}

function load<T extends z.ZodMiniType, V>(
  bytes: Uint8Array,
  file: string,
  schema: T,
  validate: (value: z.infer<T>, findings: Findings) => V | null,
): { readonly value: V } & Found {
  const text = decodeText(bytes, file);
  const positions = positionsOf(text, file);
  const typed = checkTypes(schema, parseJson(text, file), positions);
  const findings = new Findings();
  warnOfUnknownKeys(schema, typed, findings);
  const value = validate(typed, findings);
  throwFirst(findings, positions);
  if (value === null) throw new Error('a file was found to be incomplete, and nobody said why');
  return { value, positions, warnings: sentences(findings.warnings, positions) };
}
