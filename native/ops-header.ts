/**
 * Prints `ops.h`: the C side's view of `src/plan/ops.ts`. Run by the Makefile; the result lies in the build folder
 * and is never committed. For every operation the header has its number, its signature for the decoder, and a struct
 * that gives the decoded arguments their names.
 */
import { readFileSync } from 'node:fs';
import { globalOptions } from '../src/cli/options.ts';
import { buildId } from '../src/execute/build-id.ts';
import { type ArgKind, enumTables, flagTables, handsOps, stubOps, variables } from '../src/plan/ops.ts';

const letters: Readonly<Record<string, string>> = {
  number: 'n',
  string: 's',
  bytes: 'b',
  strings: 'l',
  template: 't',
  slot: 'f',
  into: 'i',
  slots: 'F',
};

function letter(kind: ArgKind): string {
  return letters[kind] ?? 'n';
}

/** `mountFs` becomes `mount_fs`; a word that C reserves or that the C library defines gets an underscore. */
function snake(name: string): string {
  const word = name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
  return ['signal', 'register', 'default', 'stdin'].includes(word) ? `${word}_` : word;
}

function table(
  prefix: string,
  ops: Readonly<Record<string, { readonly args: Readonly<Record<string, ArgKind>> }>>,
): string {
  const entries = Object.entries(ops);
  const lower = prefix.toLowerCase();
  return [
    `/* X(code, name, signature): every operation of this table, in order from 1. */`,
    `#define ${prefix}_OPS(X) \\`,
    ...entries.map(
      ([name, { args }]) =>
        `    X(${snake(name)}, "${name}", "${Object.values(args).map(letter).join('')}") \\`,
    ),
    '',
    `enum ${lower}_code {`,
    ...entries.map(([name], index) => `    ${prefix}_${snake(name).toUpperCase()} = ${index + 1},`),
    `    ${prefix}_CODES = ${entries.length},`,
    '};',
    '',
    ...entries.flatMap(([name, { args }]) => [
      `struct ${lower}_${snake(name)} {`,
      ...Object.keys(args).map((arg) => `    union arg ${snake(arg)};`),
      ...(Object.keys(args).length === 0 ? ['    union arg unused;'] : []),
      '};',
      '',
    ]),
  ].join('\n');
}

function constants(prefix: string, values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `#define ${prefix}_${name.toUpperCase()} ${value}u`)
    .join('\n');
}

/** What the launcher has to know of the command line: which words before the command belong to an option. */
function globals(): string {
  const entries = Object.entries(globalOptions).filter(([, { type }]) => type === 'string');
  const values = entries
    .filter(([, { requiresArg }]) => requiresArg !== false)
    .flatMap(([name, { alias }]) => (typeof alias === 'string' ? [name, alias] : [name]));
  const choices = entries
    .filter(([, { requiresArg }]) => requiresArg === false)
    .flatMap(([name, option]) => option.choices?.map((choice) => [name, String(choice)]) ?? []);
  return [
    '/* X(name): global options whose value is the next word. */',
    `#define GLOBAL_VALUES(X) ${values.map((name) => `X("${name}")`).join(' ')}`,
    '/* X(name, word): those whose value is the next word if it is this one. */',
    `#define GLOBAL_CHOICES(X) ${choices.map(([name, word]) => `X("${name}", "${word}")`).join(' ')}`,
  ].join('\n');
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

process.stdout.write(`/* Generated from src/plan/ops.ts (and src/cli/options.ts) by native/ops-header.ts. Do not edit. */
#pragma once
#include "arg.h"

/* What the Node layer must have been built with as well; see src/execute/build-id.ts. */
#define BUILD_ID "${buildId(version)}"

${globals()}

${table('HANDS', handsOps)}
${table('STUB', stubOps)}
${Object.entries(enumTables)
  .map(([name, values]) => constants(snake(name).toUpperCase(), values))
  .join('\n\n')}

${constants('VARIABLE', Object.fromEntries(Object.entries(variables).map(([name, value]) => [snake(name), value])))}

${constants('SUPERBLOCK', flagTables.superblock)}
`);
