import { compareNames } from '../tree/name.ts';
import type { Tree } from '../tree/tree.ts';

/**
 * The paths that match a pattern of glob(3), sorted: `*`, `?` and `[…]`; links are followed, hidden names have to be asked
 * for. Patterns in a source image are its maker's, so that they are not made into regular expressions: a few stars in
 * one of those keep a processor busy for years. This takes at most the length of the pattern times that of the name.
 */
export function matches(tree: Tree, pattern: string): string[] {
  let places = [''];
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    const pieces = piecesOf(part);
    places = places.flatMap((place) => {
      if (pieces.every((piece) => piece.length === 1 && piece !== '*' && piece !== '?')) {
        return tree.resolve(`${place}/${part}`).node === undefined ? [] : [`${place}/${part}`];
      }
      const { node } = tree.resolve(place === '' ? '/' : place);
      if (node?.kind !== 'directory') return [];
      return [...node.children.keys()]
        .filter((name) => (part.startsWith('.') || !name.startsWith('.')) && fits(pieces, [...name]))
        .sort(compareNames)
        .map((name) => `${place}/${name}`);
    });
  }
  return places;
}

/** Characters, `*`, `?`, and sets with their brackets. */
function piecesOf(part: string): string[] {
  const pieces: string[] = [];
  const characters = [...part];
  for (let at = 0; at < characters.length; at++) {
    // The first character of a set may be `]`.
    const end =
      characters[at] === '[' ? characters.indexOf(']', at + (characters[at + 1] === '!' ? 3 : 2)) : -1;
    pieces.push(end < 0 ? (characters[at] ?? '') : characters.slice(at, end + 1).join(''));
    if (end >= 0) at = end;
  }
  return pieces;
}

/** When a piece does not fit, the last star takes one character more: those before it need not change. */
function fits(pieces: readonly string[], name: readonly string[]): boolean {
  let piece = 0;
  let star = -1;
  let taken = 0;
  for (let at = 0; at < name.length; ) {
    if (pieces[piece] === '*') {
      star = piece++;
      taken = at;
    } else if (piece < pieces.length && fitsOne(pieces[piece] ?? '', name[at] ?? '')) {
      piece++;
      at++;
    } else if (star >= 0) {
      piece = star + 1;
      at = ++taken;
    } else {
      return false;
    }
  }
  return pieces.slice(piece).every((each) => each === '*');
}

function fitsOne(piece: string, character: string): boolean {
  if (piece === '?') return true;
  if (piece.length < 3 || !piece.startsWith('[')) return piece === character;
  const inverted = piece[1] === '!';
  const inside = [...piece.slice(inverted ? 2 : 1, -1)];
  const found = inside.some((each, index) => {
    const last = inside[index + 2];
    if (inside[index + 1] === '-' && last !== undefined) return each <= character && character <= last;
    return each === character;
  });
  return found !== inverted;
}
