import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml';
import { childPath, parentPath } from '../../config/path.ts';
import { type Positions, positionAt } from '../../config/positions.ts';
import { RailcarError } from '../../errors.ts';

/** A YAML document as maps, lists and texts, and where each of them is; an entry of a map is where its key is. */
export interface YamlFile {
  readonly value: unknown;
  readonly positions: Positions;
}

/** Enough for anything that people write, too few for aliases of aliases that blow up. */
const MOST_ALIASES = 1000;

/**
 * Reads one YAML document (JSON is one, too). Every scalar stays the text that was written: whether `1.10` is a version
 * and `yes` a truth, the schema knows better than YAML.
 *
 * @throws {RailcarError} `config-syntax`, with line and column
 */
export function parseYaml(text: string, file: string): YamlFile {
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false, strict: true });
  const [error] = document.errors;
  if (error) throw syntaxError(error.message, text, file, error.pos[0]);
  const reader = new Reader(document, text, file);
  const value = reader.read(document.contents, '');
  return { value, positions: positionsOf(text, file, reader.offsets) };
}

class Reader {
  readonly offsets = new Map<string, number>();
  readonly #document: Document;
  readonly #text: string;
  readonly #file: string;
  #left = MOST_ALIASES;

  constructor(document: Document, text: string, file: string) {
    this.#document = document;
    this.#text = text;
    this.#file = file;
  }

  read(node: Node | null, path: string): unknown {
    if (node === null) return null;
    this.#place(node, path);
    if (isAlias(node)) {
      if (--this.#left < 0) throw this.#error('too many aliases of aliases', node);
      return this.read(node.resolve(this.#document) ?? null, path);
    }
    if (isMap(node)) return this.#map(node.items as Pair<Node, Node | null>[], path);
    if (isSeq(node))
      return (node.items as (Node | null)[]).map(
        (item, index) => this.read(item, childPath(path, index)) ?? '',
      );
    return isScalar(node) && !isNull(node) ? String(node.value) : null;
  }

  #map(items: readonly Pair<Node, Node | null>[], path: string): Record<string, unknown> {
    const result: Record<string, unknown> = Object.create(null);
    for (const { key, value } of items) {
      if (!isScalar(key)) throw this.#error('a key has to be a text', key);
      const name = String(key.value);
      this.#place(key, childPath(path, name));
      result[name] = this.read(value, childPath(path, name));
    }
    return result;
  }

  /** What an alias names is where the alias is first. */
  #place(node: Node, path: string): void {
    if (node.range && !this.offsets.has(path)) this.offsets.set(path, node.range[0]);
  }

  #error(message: string, node: Node): RailcarError {
    return syntaxError(message, this.#text, this.#file, node.range?.[0] ?? 0);
  }
}

function isNull({ type, value }: Scalar): boolean {
  return type === 'PLAIN' && /^(|~|null|Null|NULL)$/.test(String(value));
}

function syntaxError(message: string, text: string, file: string, offset: number): RailcarError {
  const [line = message] = message.split('\n');
  return new RailcarError('config-syntax', line.charAt(0).toLowerCase() + line.slice(1), {
    file,
    position: positionAt(text, offset),
  });
}

/** The nearest value around one that is missing, as `positionsOf` of JSON has it. */
function positionsOf(text: string, file: string, offsets: ReadonlyMap<string, number>): Positions {
  return {
    file,
    of(path) {
      for (let at: string | null = path; at !== null; at = parentPath(at)) {
        const offset = offsets.get(at);
        if (offset !== undefined) return positionAt(text, offset);
      }
      return null;
    },
  };
}
