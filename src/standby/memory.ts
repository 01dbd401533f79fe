import type { Remember } from '../remember.ts';

/** Enough for the images of a busy host; a container's own config.json is of use for a few seconds. */
const MOST_ENTRIES = 64;
/** Characters of content, over all entries of a kind. */
const MOST_CONTENT = 4 * 1024 * 1024;

/**
 * Remembers by content and by nothing else: a result is found again only for the very same content, wherever that
 * came from. What was used least recently is forgotten first.
 */
export function newMemory(most = MOST_ENTRIES, mostContent = MOST_CONTENT): Remember {
  const kinds = new Map<string, Shelf>();
  return (kind, content, make) => {
    let shelf = kinds.get(kind);
    if (!shelf) {
      shelf = new Shelf(most, mostContent);
      kinds.set(kind, shelf);
    }
    return shelf.find(content, make);
  };
}

class Shelf {
  /** In the order of use. */
  readonly #entries = new Map<string, unknown>();
  readonly #most: number;
  readonly #mostContent: number;
  #content = 0;

  constructor(most: number, mostContent: number) {
    this.#most = most;
    this.#mostContent = mostContent;
  }

  find<T>(content: string, make: () => T): T {
    const found = this.#entries.get(content) as T | undefined;
    if (found === undefined) return this.#keep(content, frozen(make()));
    this.#entries.delete(content);
    this.#entries.set(content, found);
    return found;
  }

  #keep<T>(content: string, result: T): T {
    if (content.length > this.#mostContent) return result;
    this.#entries.set(content, result);
    this.#content += content.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most && this.#content <= this.#mostContent) break;
      this.#entries.delete(oldest);
      this.#content -= oldest.length;
    }
    return result;
  }
}

/** One command must not change what the next one is given. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value))
    return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
