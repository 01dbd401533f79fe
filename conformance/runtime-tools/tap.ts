/** What one program of the suite says about a runtime. */
export interface Assertion {
  readonly name: string;
  readonly outcome: 'ok' | 'not ok' | 'skipped';
  /** What the suite says of a failure: the runtime's message, expected and actual values. */
  readonly detail: string;
}

/**
 * Reads the Test Anything Protocol (version 13) as the suite writes it.
 *
 * Two of its ways are its own. Some programs report a failure in a YAML block with `error:` that belongs to no
 * assertion: that counts as one. And a program that dies half way has no plan: that is a failure too, since what it
 * did not come to was not asserted.
 */
export function readTap(text: string): Assertion[] {
  const assertions: Assertion[] = [];
  // The block that follows an assertion belongs to it, and an `error:` there only explains; the next one does not.
  let owner: Assertion | undefined;
  let planned: number | undefined;
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const plan = /^1\.\.(\d+)/.exec(line)?.[1];
    if (plan !== undefined) planned = (planned ?? 0) + Number(plan);
    const test = readAssertion(line);
    if (test !== undefined) {
      owner = test;
      assertions.push(test);
    } else if (line === '  ---') {
      const end = lines.indexOf('  ...', at);
      const block = lines.slice(at + 1, end === -1 ? undefined : end);
      const error = readError(block);
      if (owner !== undefined) assertions[assertions.length - 1] = { ...owner, detail: block.join('\n') };
      else if (error !== undefined)
        assertions.push({ name: noError, outcome: 'not ok', detail: stable(error) });
      owner = undefined;
      if (end !== -1) at = end;
    }
  }
  const reported = assertions.filter(({ name }) => name !== noError).length;
  if (text.startsWith('TAP version') && planned !== reported) assertions.push(unplanned(planned, reported));
  return numbered(assertions);
}

/** What a program asserts that prints an error, and nothing if there is none. */
const noError = 'reports no error';
const wholePlan = 'reports all that it has planned';
/** Of a program as such; program.ts adds them. */
export const exitsWith0 = 'exits with 0';
export const endsInTime = 'ends in time';

/** Those that are reported only if they fail. */
export const ofPrograms: ReadonlySet<string> = new Set([noError, wholePlan, exitsWith0, endsInTime]);

function readAssertion(line: string): Assertion | undefined {
  const [, result, rest = ''] = /^(ok|not ok) \d+ ?(?:- )?(.*)$/.exec(line) ?? [];
  if (result === undefined) return undefined;
  const directive = /^# (?:SKIP|TODO) (.*)$/.exec(rest)?.[1];
  if (directive !== undefined) return { name: stable(directive), outcome: 'skipped', detail: '' };
  return { name: stable(rest), outcome: result === 'ok' ? 'ok' : 'not ok', detail: '' };
}

/** The blocks are JSON; not all of them whole, for the suite prints them as formats. */
function readError(block: readonly string[]): string | undefined {
  const text = block
    .map((line) => /^ +"error": ("(?:[^"\\]|\\.)*")/.exec(line)?.[1])
    .find((error) => error !== undefined);
  return text === undefined ? undefined : JSON.parse(text).split('\nRefer to: ')[0];
}

/** A plan that is never written shows that the program ended before it should have. */
function unplanned(planned: number | undefined, reported: number): Assertion {
  const detail = `${reported} assertions, plan: ${planned ?? 'none'}`;
  return { name: wholePlan, outcome: 'not ok', detail };
}

/** Without what differs between two runs: identifiers, names of temporary files, addresses, process ids. */
export function stable(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/\b(ocitest|oci-pid|target|mount|test|example|Test)\d{5,}/g, '$1*')
    .replaceAll(/0x[0-9a-f]{6,}/g, 'ADDRESS')
    .trim();
}

/** Some programs assert the same words several times, of several cases. */
function numbered(assertions: readonly Assertion[]): Assertion[] {
  const seen = new Map<string, number>();
  return assertions.map((assertion) => {
    const count = (seen.get(assertion.name) ?? 0) + 1;
    seen.set(assertion.name, count);
    return count === 1 ? assertion : { ...assertion, name: `${assertion.name} (${count})` };
  });
}
