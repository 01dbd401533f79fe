import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Property } from './properties.ts';

/** What `prove` has seen of one property: whether the tests were red while it was forgotten. */
export interface Proof {
  readonly property: Property;
  readonly red: boolean;
  readonly tests: readonly (readonly [file: string, title: string])[];
}

const file = join(import.meta.dirname, 'proof.txt');

const head = `# PROOF=write test/spec/prove: each property of docs/spec.md with the tests that were red while it was forgotten.
`;

export function proofLine({ property, red, tests }: Proof): string {
  const shown = tests.map(([file, title]) => `${file} "${title}"`);
  return `${red ? 'red  ' : 'GREEN'} ${property}: ${shown.join(', ')}\n`;
}

/** What proof.txt says. */
export function readProof(): Proof[] {
  const lines = readFileSync(file, 'utf8').matchAll(/^(red {2}|GREEN) (\S+): (.*)$/gm);
  return [...lines].map(([, colour, property = '', tests = '']) => ({
    property,
    red: colour !== 'GREEN',
    tests: [...tests.matchAll(/(\S+) "([^"]*)"/g)].map(([, file = '', title = '']) => [file, title] as const),
  }));
}

/** Of each of `properties`, in their order, the last that was seen. */
export function writeProof(properties: readonly Property[], proofs: readonly Proof[]): void {
  const last = new Map(proofs.map((proof) => [proof.property, proof]));
  const lines = properties.flatMap((property) => last.get(property) ?? []).map(proofLine);
  writeFileSync(file, `${head}${lines.join('')}`);
}
