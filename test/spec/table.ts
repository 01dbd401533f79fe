import type { Config } from '../../src/config/config.ts';
import { stringifyJson } from '../../src/config/stringify.ts';
import { goldenCases, goldenConfig, missingOf, planText } from '../golden/plan.ts';
import { drop, type Property, values } from './properties.ts';
import { observed, type Readers } from './readers.ts';

export interface Row {
  readonly property: Property;
  /** Files of `src` that read it while planning. */
  readonly implemented: readonly string[];
  /** Golden cases whose plan is another one without the property. */
  readonly cases: readonly string[];
}

/** So many cases are named, though there may be more. */
const ENOUGH = 2;

/** Those last whose twins only show that they are refused. */
const names = goldenCases().names.toSorted(
  (one, other) => Number(missingOf(one) !== '') - Number(missingOf(other) !== ''),
);
const configs = new Map(names.map((name) => [name, goldenConfig(name)]));
const config = (name: string) => configs.get(name) as Config;
const plans = new Map(names.map((name) => [name, planText(name, config(name))]));

/**
 * For each property the golden plans that would be wrong if nothing were done about it. A plan.json holds what differs
 * from the base plan: for what base has too, base itself is the case that would be wrong.
 */
export function rows(properties: readonly Property[]): Row[] {
  return properties.map((property) => {
    const byBase =
      values(config('base'), property).length > 0 && planWithout('base', property) !== plans.get('base');
    const candidates = byBase
      ? ['base']
      : names.filter((name) => says(name, property) !== says('base', property));
    const cases: string[] = [];
    for (const name of candidates) {
      if (cases.length < ENOUGH && planWithout(name, property) !== plans.get(name)) cases.push(name);
    }
    return { property, cases, implemented: cases[0] === undefined ? [] : readersOf(cases[0], property) };
  });
}

/** What a configuration says about a property. */
function says(name: string, property: Property): string {
  return stringifyJson(values(config(name), property));
}

/** Null if the planner cannot do without. */
function planWithout(name: string, property: Property): string | null {
  const copy = structuredClone(config(name));
  drop(copy, property);
  try {
    return planText(name, copy);
  } catch {
    return null;
  }
}

function readersOf(name: string, property: Property): string[] {
  const readers: Readers = new Map();
  planText(name, observed(config(name), readers));
  const own = readers.get(property);
  // What is handed over as a whole is read where its parts are.
  const parts = [...readers].filter(
    ([other]) => /^[.[{]/.test(other.slice(property.length)) && other.startsWith(property),
  );
  return [...(own ?? new Set(parts.flatMap(([, files]) => [...files])))].sort();
}
