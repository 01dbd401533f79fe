import { cases } from './cases.ts';
import { type Elsewhere, elsewhere, families } from './elsewhere.ts';
import { type Property, properties } from './properties.ts';
import { type Row, rows } from './table.ts';

export interface Line {
  readonly property: Property;
  readonly implemented: readonly string[];
  /** A test file and a title in it, each of which is red if nothing is done about the property. */
  readonly tests: readonly (readonly [file: string, title: string])[];
  readonly note: string;
  /** What has to be forgotten to show it: the property, or the whole that it is a part of. */
  readonly forget: Property;
}

export const GOLDEN = 'test/golden/golden.test.ts';
export const CASES = 'test/spec/cases.test.ts';

let known: readonly Line[] | undefined;

/** Every property of config.json, with what is known of it. */
export function lines(): readonly Line[] {
  known ??= rows(properties('config-schema.json')).map(line);
  return known;
}

function line({ property, implemented, cases: golden }: Row): Line {
  const tests = golden.map((name) => [GOLDEN, name] as const);
  if (tests.length > 0) return { property, implemented, tests, note: '', forget: property };
  const one = cases.find((one) => one.properties.includes(property));
  if (one)
    return {
      property,
      implemented: readers(property),
      tests: [[CASES, property]],
      note: '',
      forget: property,
    };
  const other = elsewhere[property] ?? family(property);
  if (other === undefined) return { property, implemented: [], tests: [], note: '', forget: property };
  return {
    property,
    implemented: [other.implemented],
    tests: [other.test],
    note: other.why,
    forget: other.whole ?? property,
  };
}

function family(property: Property): Elsewhere | undefined {
  return Object.entries(families).find(([start]) => property.startsWith(start))?.[1];
}

/** Of cases, by where in the code their section is. */
function readers(property: Property): string[] {
  const found = Object.entries(homes).find(([start]) => property.startsWith(start));
  return found === undefined ? [] : [...found[1]];
}

const homes: Readonly<Record<Property, readonly string[]>> = {
  hooks: ['src/hooks/hooks.ts'],
  annotations: ['src/hooks/state.ts'],
  'linux.resources.rdma': ['src/cgroups/v1.ts'],
  'linux.resources.unified': ['src/cgroups/v2.ts'],
  'linux.resources': ['src/cgroups/v1.ts', 'src/cgroups/v2.ts'],
  'linux.seccomp': ['src/seccomp/compile.ts'],
  'linux.timeOffsets': ['src/plan/namespaces.ts'],
};

/** docs/spec.md. */
export function page(): string {
  return `${head}${lines().map(printed).join('')}`;
}

function printed({ property, implemented, tests, note }: Line): string {
  const by = tests.map(([file, title]) => shown(file, title)).join(', ');
  return `| \`${property}\` | ${implemented.map((file) => `\`${file}\``).join(' ')} | ${by}${note === '' ? '' : ` (${note})`} |\n`;
}

function shown(file: string, title: string): string {
  if (file === GOLDEN) return `[golden/${title}](../test/golden/${title})`;
  return file === CASES
    ? `[spec/cases](../${CASES})`
    : `[${file.replace(/^test\//, '')}](../${file}) "${title}"`;
}

const head = `# What of runtime-spec is done where

Every property of config.json in the JSON schema of runtime-spec 1.3, the code that acts on it, and tests that are red
if it does not. \`[]\` stands for each item of a list, \`{}\` for each member of a map.

This page is written by \`npm run spec\` and compared by \`test/spec/spec.test.ts\`; nobody keeps it by hand:

- *Done in* are the files that were seen reading the property while the plan of the first case was made, or where that
  section of the file is planned.
- *golden/NAME* is named because the plan of that case is another one when the property is taken out of what \`create\` has
  read, so that its plan.json would be wrong. Each golden case has a live twin, which is run in a container.
- *spec/cases* are plans for what few machines have; each of these tests takes its property away and sees the operation go.
- The others are named in \`test/spec/elsewhere.ts\` with the reason why no plan shows the property.

\`test/spec/prove\` makes the mistake itself: in a copy of the repository the reader of config.json forgets the property,
and the named test has to be red. \`test/spec/proof.txt\` is what it has said of each of them.

| property | done in | tested by |
|---|---|---|
`;
