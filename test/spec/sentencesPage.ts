import type { Sentence, Test } from './sentence.ts';
import { notForRuntimes } from './sentences/elsewhere.ts';
import { sentences } from './sentences.ts';

/** docs/spec-sentences.md. */
export function sentencesPage(): string {
  return `${head}${documents().map(chapter).join('')}${foot}`;
}

const text = 'https://github.com/opencontainers/runtime-spec/blob/v1.3.0/';

function documents(): string[] {
  return [...new Set(sentences.map(({ at }) => documentOf(at)))];
}

function documentOf(at: string): string {
  return at.split('#', 1)[0] ?? '';
}

function chapter(document: string): string {
  const own = sentences.filter(({ at }) => documentOf(at) === document);
  const lines = own.map(line).join('');
  return `## ${document}\n\n| section | word | says | tested by |\n|---|---|---|---|\n${lines}\n`;
}

function line({ at, word, says, tests, note }: Sentence): string {
  const [, anchor = ''] = at.split('#');
  const [name = '', below] = anchor.split('/');
  const link = `[${below ?? name}](${text}${documentOf(at)}#${name})`;
  return `| ${link} | ${word} | ${cell(says)}${note === undefined ? '' : ` (${cell(note)})`} | ${tests.map(shown).join('; ')} |\n`;
}

function shown([file, title, row]: Test): string {
  if (file === 'test/golden') return `[golden/${title}](../test/golden/${title})`;
  const more = row === undefined ? '' : `: ${cell(row)}`;
  return `[${file.replace(/^test\//, '')}](../${file}) "${cell(title)}${more}"`;
}

function cell(words: string): string {
  return words.replaceAll('|', String.raw`\|`);
}

const head = `# What runtime-spec says MUST and SHOULD, and the tests that hold it

Every sentence of runtime-spec 1.3.0 that says MUST, MUST NOT, SHOULD, SHOULD NOT to a runtime on Linux, in other words,
with the tests that hold it; and what is REQUIRED of documents that a runtime writes. What is REQUIRED of config.json is
held as a whole: \`test/config/schema.test.ts\` compares what railcar refuses with what the JSON schema refuses. Words in
lower case oblige nobody (RFC 2119), and railcar has the properties they are about all the same
([spec.md](spec.md)).

The list is in \`test/spec/sentences\`; \`npm run spec\` writes this page. \`test/spec/sentences.test.ts\` compares the two,
looks for each named test, and counts: the words of each section are as many as the sentences listed here and the ones
that bind somebody else (at the end) account for.

A golden case is a plan that is compared, and a container that is run.

`;

const foot = `## What binds others

| section | whom |
|---|---|
${notForRuntimes.map(({ at, who }) => `| ${at.replace('#', ' ')} | ${who} |\n`).join('')}`;
