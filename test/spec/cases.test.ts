import { describe, expect, test } from 'vitest';
import { cases, configOf, operations } from './cases.ts';
import { drop } from './properties.ts';

/** Null if a configuration without the property is refused: that, too, is something that is done about it. */
function withoutIt(one: (typeof cases)[number], property: string): string[] | null {
  const config = structuredClone(configOf(one));
  drop(config, property);
  try {
    return operations(one, config);
  } catch {
    return null;
  }
}

describe('properties that golden plans are not about', () => {
  for (const one of cases) {
    const wanted = (op: string) => one.has.every((text) => op.includes(text));
    for (const property of one.properties) {
      test(property, () => {
        expect(operations(one, configOf(one)).filter(wanted)).toHaveLength(1);
        expect(withoutIt(one, property)?.filter(wanted) ?? []).toEqual([]);
      });
    }
  }
});
