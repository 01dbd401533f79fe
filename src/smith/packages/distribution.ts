import { wholeContent } from '../tree/content.ts';
import type { Tree } from '../tree/tree.ts';

/** What os-release(5) of a tree says. */
export interface Distribution {
  /** `debian`, `alpine`, `fedora`; lower case, without blanks. */
  readonly id: string;
  /** `12`, `3.20`; null for what has none, such as sid. */
  readonly version: string | null;
  /** For people. */
  readonly name: string;
}

/** Null for a tree that does not say what it is. */
export function readDistribution(tree: Tree): Distribution | null {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    const { node } = tree.resolve(path);
    if (node?.kind !== 'file' || node.content.size > 65_536) continue;
    const fields = assignments(wholeContent(node.content).toString('utf8'));
    const id = fields.get('ID') ?? 'linux';
    return {
      id,
      version: fields.get('VERSION_ID') ?? null,
      name: fields.get('PRETTY_NAME') ?? fields.get('NAME') ?? id,
    };
  }
  return null;
}

/** As a shell would read them, without any expansion. */
function assignments(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^([A-Z0-9_]+)=(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined)
      fields.set(name, value.replace(/^(["'])(.*)\1$/, '$2').replaceAll(/\\(["$`\\])/g, '$1'));
  }
  return fields;
}
