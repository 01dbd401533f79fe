import { drop } from './properties.ts';

/**
 * What `prove` puts into a copy of the sources. FORGET names what is forgotten there: a property of config.json, or
 * DOCUMENT/PROPERTY of what railcar writes.
 */
const [named = '', property] = (process.env.FORGET ?? '').split('/');
const ofConfig = named !== '' && property === undefined;

/** Takes the property out of a config.json. */
export function forget(config: unknown): void {
  if (ofConfig) drop(config, named);
}

/** The same with a copy. */
export function forgotten<T>(config: T): T {
  if (!ofConfig) return config;
  const copy = structuredClone(config);
  forget(copy);
  return copy;
}

/** A document without the property, if it is one of that document. */
export function without<T>(document: string, whole: T): T {
  if (named !== document || property === undefined) return whole;
  const copy = structuredClone(whole);
  drop(copy, property);
  return copy;
}

/** The same with a template (ops.ts) whose text is JSON: everything else in it stays as it is. */
export function withoutText<T>(document: string, whole: T): T {
  if (named !== document || property === undefined) return whole;
  const pieces: unknown[] = Array.isArray(whole) ? whole : [whole];
  const marks = new Map(pieces.map((piece, index) => [`<${index}>`, piece]));
  const text = pieces.map((piece, index) => (typeof piece === 'string' ? piece : `<${index}>`)).join(SEAM);
  const left = withoutMember(text, property)
    .split(SEAM)
    .map((piece) => marks.get(piece) ?? piece);
  return (Array.isArray(whole) ? left : left[0]) as T;
}

/** Between the pieces of a template. */
const SEAM = '\u0001';

function withoutMember(text: string, name: string): string {
  const [start, end] = [text.indexOf('{') + 1, text.lastIndexOf('}')];
  const kept = members(text.slice(start, end)).filter(
    (member) => !member.replaceAll(SEAM, '').startsWith(`"${name}":`),
  );
  return `${text.slice(0, start)}${kept.join(',')}${text.slice(end)}`;
}

/** What stands between the commas that are in no string, object or list. */
function members(text: string): string[] {
  const parts = text.match(/"(?:[^"\\]|\\.)*"|[^"]/g) ?? [];
  const found = [''];
  let depth = 0;
  for (const part of parts) {
    if (part === '{' || part === '[') depth++;
    if (part === '}' || part === ']') depth--;
    if (part === ',' && depth === 0) found.push('');
    else found.push(`${found.pop()}${part}`);
  }
  return found;
}
