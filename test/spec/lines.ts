import { missingOf } from '../golden/plan.ts';
import { documentLines } from './documents.ts';
import { elsewhere } from './elsewhere.ts';
import { GOLDEN, type Line, type Test } from './line.ts';
import { type Property, properties } from './properties.ts';
import { type Row, rows } from './table.ts';

const TWINS = 'test/live/golden.bats';

let known: readonly Line[] | undefined;

/** Every property of every document. */
export function lines(): readonly Line[] {
  known ??= [...rows(properties('config-schema.json')).map(configLine), ...documentLines()];
  return known;
}

/** As proof.txt and `prove` call a property. */
export function nameOf({ document, property }: Pick<Line, 'document' | 'property'>): string {
  return document === 'config' ? property : `${document}/${property}`;
}

function configLine({ property, implemented, cases }: Row): Line {
  const golden = {
    implemented,
    tests: cases.map((name): Test => [GOLDEN, name]),
    live: cases.map((name): Test => [TWINS, name]),
    missing: cases.every((name) => missingOf(name) !== '') ? missingOf(cases[0] ?? '') : '',
    note: '',
  };
  return { document: 'config', property, ...(cases.length > 0 ? golden : otherwise(property)) };
}

function otherwise(property: Property) {
  const other = elsewhere[property];
  if (other === undefined) return { implemented: [], tests: [], live: [], missing: '', note: '' };
  const { implemented, test, live, missing = '', why } = other;
  return { implemented: [implemented], tests: [test], live: live === null ? [] : [live], missing, note: why };
}
