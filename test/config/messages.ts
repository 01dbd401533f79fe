import { loadConfig } from '../../src/config/load.ts';
import { RailcarError } from '../../src/errors.ts';

/** A configuration that is as small as possible, with these members set or replaced. */
export function minimal(more: object = {}): Record<string, unknown> {
  return { ociVersion: '1.3.0', root: { path: 'rootfs' }, process: { cwd: '/', args: ['sh'] }, ...more };
}

/** What is said about a config.json; null if nothing is wrong with it. */
export function complaint(config: object | string): string | null {
  try {
    load(config);
    return null;
  } catch (error) {
    if (error instanceof RailcarError) return error.message;
    throw error;
  }
}

export function load(config: object | string) {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  return loadConfig(Buffer.from(text), 'config.json');
}
