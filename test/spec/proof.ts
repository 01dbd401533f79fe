import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from './line.ts';

/** What `prove` has seen of one property: whether the tests were red while it was forgotten. */
export interface Proof {
  /** As nameOf in lines.ts. */
  readonly name: string;
  readonly red: boolean;
  readonly tests: readonly Test[];
}

const file = join(import.meta.dirname, 'proof.txt');

const head = `# PROOF=write test/spec/prove: each property of docs/spec.md with the tests that were red while it was forgotten.
`;

export function proofLine({ name, red, tests }: Proof): string {
  const shown = tests.map(([file, title]) => `${file} "${title}"`);
  return `${red ? 'red  ' : 'GREEN'} ${name}: ${shown.join(', ')}\n`;
}

/** What proof.txt says. */
export function readProof(): Proof[] {
  const lines = readFileSync(file, 'utf8').matchAll(/^(red {2}|GREEN) (\S+): (.*)$/gm);
  return [...lines].map(([, colour, name = '', tests = '']) => ({
    name,
    red: colour !== 'GREEN',
    tests: [...tests.matchAll(/(\S+) "([^"]*)"/g)].map(([, file = '', title = '']) => [file, title] as const),
  }));
}

/** Of each of `names`, in their order, the last that was seen. */
export function writeProof(names: readonly string[], proofs: readonly Proof[]): void {
  const last = new Map(proofs.map((proof) => [proof.name, proof]));
  const lines = names.flatMap((name) => last.get(name) ?? []).map(proofLine);
  writeFileSync(file, `${head}${lines.join('')}`);
}
