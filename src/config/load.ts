import { checkTypes } from './check.ts';
import { type Config, type Process, type Resources, specSchema } from './config.ts';
import { decodeText, parseJson } from './json.ts';
import { type Positions, positionsOf } from './positions.ts';
import { processSchema } from './schema/process.ts';
import { resourcesSchema } from './schema/resources.ts';
import { validateConfig } from './validate.ts';
import { validateProcess } from './validate-process.ts';

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
  const text = decodeText(bytes, file);
  const positions = positionsOf(text, file);
  const spec = checkTypes(specSchema, parseJson(text, file), positions);
  const warnings: string[] = [];
  return { config: validateConfig(spec, positions, warnings), positions, warnings };
}

/** The file of `exec --process`: what `process` is in config.json. */
export function loadProcess(bytes: Uint8Array, file: string): { readonly process: Process } & Found {
  const text = decodeText(bytes, file);
  const positions = positionsOf(text, file);
  const value = checkTypes(processSchema, parseJson(text, file), positions);
  const warnings: string[] = [];
  return { process: validateProcess(value, '', positions, warnings), positions, warnings };
}

/** The file of `update --resources`: what `linux.resources` is in config.json. */
export function loadResources(bytes: Uint8Array, file: string): { readonly resources: Resources } & Found {
  const text = decodeText(bytes, file);
  const positions = positionsOf(text, file);
  const resources = checkTypes(resourcesSchema, parseJson(text, file), positions);
  return { resources, positions, warnings: [] };
}
