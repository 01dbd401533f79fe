import {
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { RailcarError } from '../../errors.ts';
import { loadRecipe } from './load.ts';

/**
 * The text of a smith.yaml with more `paths`. Nothing else of it changes, not a blank: so they are put into the text, and
 * the document only says where.
 *
 * @throws {RailcarError} `config-unsupported` for a file that they cannot be put into
 */
export function addPaths(text: string, paths: readonly string[], file: string): string {
  if (paths.length === 0) return text;
  const before = loadRecipe(Buffer.from(text), file).recipe;
  const changed = insert(text, paths);
  const wanted = JSON.stringify({ ...before, paths: [...(before.paths ?? []), ...paths] });
  if (
    changed !== null &&
    sorted(loadRecipe(Buffer.from(changed), file).recipe) === sorted(JSON.parse(wanted))
  ) {
    return changed;
  }
  throw new RailcarError(
    'config-unsupported',
    `cannot add to "paths": it is written in a way that is too unusual`,
    {
      file,
      hint: 'Add what is printed yourself.',
    },
  );
}

function insert(text: string, paths: readonly string[]): string | null {
  const { contents } = parseDocument(text, { schema: 'failsafe' });
  const items = paths.map((path) => `- ${yamlText(path)}`);
  if (contents === null) return `${lineEnded(text)}paths:\n${items.join('\n')}\n`;
  if (!isMap(contents) || contents.flow) return null;
  const pair = (contents as YAMLMap<Node, Node | null>).items.find(
    ({ key }) => isScalar(key) && String(key.value).toLowerCase() === 'paths',
  );
  if (pair === undefined) return `${lineEnded(text)}paths:\n${items.join('\n')}\n`;
  return insertInto(text, pair, paths);
}

function insertInto(
  text: string,
  { value }: Pair<Node, Node | null>,
  paths: readonly string[],
): string | null {
  if (!isSeq(value) || value.anchor !== undefined) return null;
  const last = (value as YAMLSeq<Node>).items.at(-1);
  if (value.flow) {
    const end = last?.range?.[1] ?? (value.range?.[0] ?? 0) + 1;
    const list = paths.map(yamlText).join(', ');
    return `${text.slice(0, end)}${last ? ', ' : ''}${list}${text.slice(end)}`;
  }
  if (!last?.range || !value.range) return null;
  const start = value.range[0];
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  if (!/^ *$/.test(indent)) return null;
  // Behind what is said on the line of the last one.
  const newline = text.indexOf('\n', last.range[1]);
  const end = newline < 0 ? text.length : newline + 1;
  const lines = paths.map((path) => `${indent}- ${yamlText(path)}\n`).join('');
  return `${lineEnded(text.slice(0, end))}${lines}${text.slice(end)}`;
}

/** As it can stand in a list of either kind. */
export function yamlText(text: string): string {
  return /^[\w/.][\w/.+@%~*=-]*$/.test(text) ? text : JSON.stringify(text);
}

function lineEnded(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function sorted(recipe: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(recipe).sort(([a], [b]) => (a < b ? -1 : 1))));
}
