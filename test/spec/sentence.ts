/** Where the text is: a document of runtime-spec and the anchor of its section. */
export type Place = `${string}.md#${string}`;

export type Word = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'REQUIRED';

/** A test by its file and title; of a table of cases also a text that stands in the row. */
export type Test = readonly [file: string, title: string, row?: string];

/** One sentence of runtime-spec that binds a runtime on Linux, in other words than its own. */
export interface Sentence {
  readonly at: Place;
  readonly word: Word;
  readonly says: string;
  readonly tests: readonly Test[];
  /** How railcar reads it, or why it does otherwise: only what SHOULD be may be otherwise. */
  readonly note?: string;
  /** How many such words the text spends on it; `REQUIRED` is not counted. */
  readonly words: number;
}

/** Sentences that bind somebody else: who writes bundles, other platforms, later versions of the specification. */
export interface Elsewhere {
  readonly at: Place;
  readonly words: number;
  readonly who: string;
}

interface More {
  readonly note?: string;
  readonly words?: number;
}

/** A writer of sentences of one section. */
export function section(at: Place) {
  const say =
    (word: Word) =>
    (says: string, tests: readonly Test[], more: More = {}): Sentence => ({
      at,
      word,
      says,
      tests,
      ...more,
      words: more.words ?? (word === 'REQUIRED' ? 0 : 1),
    });
  return {
    must: say('MUST'),
    mustNot: say('MUST NOT'),
    should: say('SHOULD'),
    shouldNot: say('SHOULD NOT'),
    required: say('REQUIRED'),
  };
}

const file =
  (path: string) =>
  (title: string, row?: string): Test =>
    row === undefined ? [path, title] : [path, title, row];

export const golden = (name: string): Test => ['test/golden', name];

/** Of config.json: the row of what is refused that says this. */
export const refused = (row: string): Test => [
  'test/config/load.test.ts',
  'what is wrong is told with its place',
  row,
];

/** Of the suites that judge any runtime. */
export const hooksSuite = file('conformance/hooks.bats');
export const lifecycleSuite = file('conformance/lifecycle.bats');
export const processSuite = file('conformance/process.bats');
export const refusalSuite = file('conformance/refusals.bats');

export const live = (name: string, title: string): Test => [`test/live/${name}.bats`, title];
export const unit = (name: string, title: string, row?: string): Test =>
  file(`test/${name}.test.ts`)(title, row);
