import { PlanError } from '../plan/error.ts';
import { type Property, property } from './message.ts';
import { parseVariant } from './variant-text.ts';

/** What of a container's annotations is for its unit. */
export const PROPERTY_PREFIX = 'org.systemd.property.';

/**
 * `org.systemd.property.NAME: VALUE` sets a property of the container's unit, as runc and crun have it; VALUE in the text
 * format of GVariant. NAME may be one of a unit file that ends with Sec: then it is a number of seconds. Throws PlanError.
 */
export function annotatedProperties(annotations: Readonly<Record<string, string>> = {}): Property[] {
  return Object.entries(annotations)
    .filter(([key]) => key.startsWith(PROPERTY_PREFIX))
    .map(([key, text]) => {
      try {
        return named(key.slice(PROPERTY_PREFIX.length), text);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        const message = `"${text}" is no value of systemd: ${error.message}`;
        throw new PlanError('config-invalid', `annotations["${key}"]`, message);
      }
    });
}

function named(name: string, text: string): Property {
  // A name may not smuggle in another of the properties that make the unit the container's.
  if (!/^[A-Z][A-Za-z]*$/.test(name)) throw new SyntaxError(`"${name}" is no name of a property`);
  if (reserved.has(name)) throw new SyntaxError(`${name} is what makes the unit the container's`);
  const variant = parseVariant(text);
  if (!/[^U]Sec$/.test(name)) return [name, variant];
  const seconds = Number(variant.value);
  if (!Number.isFinite(seconds) || seconds < 0 || typeof variant.value === 'string') {
    throw new SyntaxError('it is no number of seconds');
  }
  return property(name.replace(/Sec$/, 'USec'), 't', BigInt(Math.round(seconds * 1e6)));
}

const reserved = new Set(['PIDs', 'Slice', 'Delegate', 'DefaultDependencies']);
