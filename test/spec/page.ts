import { type Document, GOLDEN, type Line, type Test } from './line.ts';
import { lines } from './lines.ts';

/** docs/spec.md. */
export function page(): string {
  return `${head}${sections.map(([document, text]) => `\n${text}\n\n${table(document)}`).join('')}`;
}

function table(document: Document): string {
  const rows = lines().filter((line) => line.document === document);
  return `| property | done in | tested by | live |\n|---|---|---|---|\n${rows.map(printed).join('')}`;
}

function printed({ property, implemented, tests, live, missing, note }: Line): string {
  const by = `${tests.map(shown).join(', ')}${note === '' ? '' : ` (${note})`}`;
  const cells = [
    `\`${property}\``,
    implemented.map((file) => `\`${file}\``).join(' '),
    by,
    lived(live, missing),
  ];
  return `| ${cells.join(' | ')} |\n`;
}

/** A golden case says it for its twin. */
function lived(live: readonly Test[], missing: string): string {
  if (missing !== '') return live.length > 0 ? `refused: no ${missing}` : `not here: ${missing}`;
  const shown = live.map(([file]) =>
    file.endsWith('golden.bats') ? 'twin' : `[${file.replace(/^test\//, '')}](../${file})`,
  );
  return [...new Set(shown)].join(', ');
}

function shown([file, title]: Test): string {
  if (file === GOLDEN) return `[golden/${title}](../test/golden/${title})`;
  return `[${file.replace(/^test\//, '')}](../${file}) "${title}"`;
}

const head = `# What of runtime-spec is done where

Every property of the JSON schemas of runtime-spec 1.3 that concerns Linux, the code that acts on it, tests that are red
if it does not, and tests with a container. \`[]\` stands for each item of a list, \`{}\` for each member of a map.

This page is written by \`npm run spec\` and compared by \`test/spec/spec.test.ts\`; nobody keeps it by hand:

- *Done in* are the files that were seen reading a property while the plan of the first case was made.
- *golden/NAME* is named because the plan of that case is another one when the property is taken out of what \`create\` has
  read, so that its plan.json would be wrong. What shows in no plan is named in \`test/spec/elsewhere.ts\` with the reason,
  what railcar writes itself in \`test/spec/documents.ts\`.
- *twin*: the case is run as a container by \`test/live/golden.bats\`, which compares what its process sees.
- *refused*: the twin shows that the container is refused, and why, since the machine that these tests were written on has
  no such thing (the file \`missing\` of the case); on one that has it, the twin says so and is skipped.

\`test/spec/prove\` makes the mistake itself: in a copy of the repository the reader of config.json forgets the property,
or the writer of a document does, and each of the named tests has to be red. \`test/spec/proof.txt\` is what it has said.
`;

const sections: readonly (readonly [Document, string])[] = [
  ['config', '## config.json'],
  ['state', '## State\n\nWhat `state` prints and hooks read.'],
  ['process', '## Container process state\n\nWhat is sent to `linux.seccomp.listenerPath`.'],
  [
    'features',
    '## Features\n\nWhat `features` prints. *Done in* is also where the build is looked at for what it can do.',
  ],
];
