/** man(7): what the pages are made of. */

const WIDTH = 76;

/** A text that means nothing to roff: a hyphen stays one that can be copied. */
export function literal(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-');
}

export const bold = (text: string): string => `\\fB${literal(text)}\\fR`;
export const italic = (text: string): string => `\\fI${literal(text)}\\fR`;

/** A section, whose parts are roff already. */
export function section(name: string, ...parts: readonly string[]): string {
  return `.SH ${name.toUpperCase()}\n${parts.join('').replace(/^\.PP\n/, '')}`;
}

export const paragraph = (text: string): string => `.PP\n${folded(text)}`;
export const tagged = (tag: string, text: string): string => `.TP\n${tag}\n${folded(text)}`;

/** In lines as they are written by hand; what would be a request at the head of one is none. */
export function folded(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word.replace(/^[.']/, '\\&$&') : `${line} ${word}`;
  }
  return `${[...lines, line].join('\n')}\n`;
}
