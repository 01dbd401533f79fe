/** `; did you mean "network"?` for a word that is nearly one of the candidates, else nothing. */
export function didYouMean(word: unknown, candidates: Iterable<unknown>): string {
  const found = typeof word === 'string' ? nearest(word, candidates) : null;
  return found === null ? '' : `; did you mean ${JSON.stringify(found)}?`;
}

/** The candidate that somebody who wrote `word` is likely to have meant; null if there is none. */
export function nearest(word: string, candidates: Iterable<unknown>): string | null {
  let best: { readonly candidate: string; readonly distance: number } | null = null;
  for (const candidate of candidates) {
    if (typeof candidate !== 'string') continue;
    const distance = spelling(word.toLowerCase(), candidate.toLowerCase());
    if (distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { candidate, distance };
  }
  return best !== null && best.distance <= tolerance(word) ? best.candidate : null;
}

/** One slip in a short word, two in a long one. */
function tolerance(word: string): number {
  return word.length < 3 ? 0 : word.length < 8 ? 1 : 2;
}

/** Typing errors that lead from one word to the other; a word cut short (`net`) counts as one. */
function spelling(from: string, to: string): number {
  const typed = typingErrors(from, to);
  return typed > 1 && from.length >= 3 && to.startsWith(from) ? 1 : typed;
}

/** Letters to add, drop, change or swap with their neighbour (optimal string alignment). */
function typingErrors(from: string, to: string): number {
  let [before, above]: number[][] = [[], Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row[j] = Math.min(
        at(above, j) + 1,
        at(row, j - 1) + 1,
        at(above, j - 1) + (same ? 0 : 1),
        swapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, above] = [above, row];
  }
  return at(above, to.length);
}

function at(row: readonly number[] | undefined, index: number): number {
  return row?.[index] ?? Number.POSITIVE_INFINITY;
}
