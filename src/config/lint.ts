import type { Position } from '../errors.ts';
import { RailcarError } from '../errors.ts';
import { advise } from './advice.ts';
import { type Spec, specSchema } from './config.ts';
import { type Finding, Findings } from './findings.ts';
import { decodeText, parseJson } from './json.ts';
import { joinPath } from './path.ts';
import { type Positions, positionsOf } from './positions.ts';
import { prune } from './prune.ts';
import { scanJson } from './scanner.ts';
import { warnOfUnknownKeys } from './unknown.ts';
import { validateConfig } from './validate.ts';

/** One complaint about a file. */
export interface Remark {
  readonly severity: 'error' | 'warning';
  /** Empty where the file is no JSON. */
  readonly path: string;
  readonly text: string;
  readonly position: Position;
}

/**
 * All that is wrong or odd about a config.json, in the order of the file. `create` refuses it if and only if there is an
 * error among them, as far as the file alone decides that.
 */
export function lintConfig(bytes: Uint8Array, file: string): Remark[] {
  let text: string;
  let value: unknown;
  try {
    text = decodeText(bytes, file);
    value = parseJson(text, file);
  } catch (error) {
    if (error instanceof RailcarError) return [syntaxRemark(error, file)];
    throw error;
  }
  const findings = new Findings();
  warnOfDuplicates(text, findings);
  warnOfUnknownKeys(specSchema, value, findings);
  const pruned = prune(specSchema, value, { ociVersion: '1.0.0' });
  const reported = pruned.issues.map(({ path, text }) => ({ path: joinPath(path), text }));
  for (const { path, text } of reported) findings.problem(path, text);
  if (pruned.value !== null) {
    const more = new Findings();
    const typed = pruned.value as Spec;
    validateConfig(typed, more);
    advise(typed, more);
    const moved = (finding: Finding) => ({ ...finding, path: pruned.original(finding.path) });
    // What is incomplete because a part of it has been complained of already is no fault of its own.
    const isFresh = ({ path }: Finding) => !reported.some((old) => within(old.path, path));
    findings.problems.push(...more.problems.map(moved).filter(isFresh));
    const isNews = (finding: Finding) => !finding.text.startsWith('is missing') || isFresh(finding);
    findings.warnings.push(...more.warnings.map(moved).filter(isNews));
  }
  return remarks(findings, positionsOf(text, file));
}

function syntaxRemark(error: RailcarError, file: string): Remark {
  const position = error.position ?? { line: 1, column: 1 };
  const place = error.position ? `${file}:${position.line}:${position.column}: ` : `${file}: `;
  return { severity: 'error', path: '', text: error.message.slice(place.length), position };
}

function warnOfDuplicates(text: string, findings: Findings): void {
  scanJson(text, (path, _, again) => {
    if (again) findings.warn(joinPath(path), 'is given a second time; this value is the one that counts');
  });
}

function within(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}

function remarks({ problems, warnings }: Findings, positions: Positions): Remark[] {
  const remark = (severity: Remark['severity'], { path, text }: Finding): Remark => {
    const position = positions.of(path) ?? positions.of('') ?? { line: 1, column: 1 };
    return { severity, path, text, position };
  };
  return [
    ...problems.map((finding) => remark('error', finding)),
    ...warnings.map((finding) => remark('warning', finding)),
  ].sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
}
