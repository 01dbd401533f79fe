import type { Process } from '../config/config.ts';
import { splitPath } from '../config/path.ts';
import type { Positions } from '../config/positions.ts';
import { stringifyJson } from '../config/stringify.ts';
import { RailcarError } from '../errors.ts';
import type { Hands } from '../execute/hands.ts';
import { file } from '../execute/reads.ts';
import type { ContainerRecord } from '../state/record.ts';

/** Looks for places in a file only when something has failed: a command that goes well does not read it. */
export type Locate = () => Promise<Positions | null>;

/**
 * Of the config.json that a container was made from. The record has what was in it, not where; the file in the bundle
 * still says that, unless it is another one by now: then there are no places.
 */
export function inBundle(hands: Hands, { bundle, config }: ContainerRecord): Locate {
  return async () => {
    const [answer] = await hands.read([file(`${bundle}/config.json`)]);
    const bytes = answer?.errno === 0 ? answer.items[0] : undefined;
    if (bytes === undefined) return null;
    const { loadConfig } = await import('../config/load.ts');
    try {
      const found = loadConfig(bytes, 'config.json');
      return stringifyJson(found.config) === stringifyJson(config) ? found.positions : null;
    } catch (error) {
      if (error instanceof RailcarError) return null;
      throw error;
    }
  };
}

/** Of a file that is a process as a whole; origins call it `process` as in config.json. */
export function inProcessFile(positions: Positions): Positions {
  return {
    file: positions.file,
    of: (path) => (/^process\b/.test(path) ? positions.of(path.replace(/^process\.?/, '')) : null),
  };
}

/** Only of those members of the container's process that a further process has from it. */
export function inherited(locate: Locate, own: Process, process: Process): Locate {
  const same = (name: keyof Process) =>
    stringifyJson(own[name] ?? null) === stringifyJson(process[name] ?? null);
  return async () => {
    const positions = await locate();
    if (positions === null) return null;
    return {
      file: positions.file,
      of: (path) => {
        const [first, name] = splitPath(path);
        return first === 'process' && !same(name as keyof Process) ? null : positions.of(path);
      },
    };
  };
}
