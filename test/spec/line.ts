import type { Property } from './properties.ts';

/** A test file and the title of a test in it. */
export type Test = readonly [file: string, title: string];

/** What runtime-spec has schemas or tables of properties for. */
export type Document = 'config' | 'state' | 'process' | 'features';

/** What is known of one property. */
export interface Line {
  readonly document: Document;
  readonly property: Property;
  readonly implemented: readonly string[];
  /** Each of them is red if nothing is done about the property. */
  readonly tests: readonly Test[];
  /** Tests with a container or the real command. */
  readonly live: readonly Test[];
  /** Why this machine cannot show it, or what it would need to show more than a refusal; empty where it can. */
  readonly missing: string;
  readonly note: string;
}

export const GOLDEN = 'test/golden/golden.test.ts';
