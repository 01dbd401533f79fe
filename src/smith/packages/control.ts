/** A paragraph of Debian's control files (deb-control(5)): fields by name, in lower case; a folded one is one text. */
export type Paragraph = ReadonlyMap<string, string>;

/** The paragraphs of a file such as /var/lib/dpkg/status. What is no field is skipped: the file may be damaged. */
export function* readParagraphs(text: string): Generator<Paragraph> {
  let fields = new Map<string, string>();
  let last: string | null = null;
  for (const line of text.split('\n')) {
    if (line.trim() === '') {
      if (fields.size > 0) yield fields;
      fields = new Map();
      last = null;
    } else if (/^[ \t]/.test(line)) {
      if (last !== null) fields.set(last, `${fields.get(last)}\n${line.trim()}`);
    } else {
      const [, name, value = ''] = /^([^\s:]+):\s*(.*?)\s*$/.exec(line) ?? [];
      last = name?.toLowerCase() ?? null;
      if (last !== null) fields.set(last, value);
    }
  }
  if (fields.size > 0) yield fields;
}
