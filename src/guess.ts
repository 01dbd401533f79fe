/** Longer ids stand for themselves wherever they appear; a short one only as a whole name in a path. */
const DISTINCT = 12;
/** More would cost more than the exchange that they save. */
const MOST = 64;
/** Each command reads its own files. */
export type Guesser = 'create' | 'events';
/** No path has it. */
const ID = '\0';

/**
 * What the last container's cgroups made `create` or `events` read, for the next one to ask for together with its
 * config.json or record, before it knows what it needs. Only a guess about what to read, never about what is there: nothing that was read is kept, and
 * what had not been guessed is read as ever.
 */
export class Guess {
  readonly #paths = new Map<Guesser, readonly string[]>();

  /** The paths that a container of this id will probably need. */
  of(id: string, by: Guesser = 'create'): string[] {
    return (this.#paths.get(by) ?? []).map((path) => path.replaceAll(ID, id));
  }

  learn(id: string, paths: readonly string[], by: Guesser = 'create'): void {
    if (paths.length > MOST) return;
    const learned = paths.map((path) =>
      path
        .split('/')
        .map((name) => (name === id ? ID : id.length >= DISTINCT ? name.replace(id, ID) : name))
        .join('/'),
    );
    this.#paths.set(by, learned);
  }
}
