import { type Forbidden, failed, type Tally, tally, wronglyPassed } from './count.ts';
import type { Result } from './program.ts';
import { type Assertion, ofPrograms } from './tap.ts';

/**
 * Why a failure is not the runtime's: a fault of the suite, or of the machine. It holds only while the peers in the
 * same run do not pass the assertion either.
 */
export interface Excuse {
  /** A program, or with an asterisk at its end all that begin so. */
  readonly test: string;
  /** Likewise. */
  readonly assertion: string;
  /** Where alone it holds. */
  readonly cgroup?: 'v1' | 'v2';
  /** What the failure has to say, if the assertion's name alone says too little. */
  readonly says?: string;
  /** What would have to be another for the assertion to pass. */
  readonly fault: 'suite' | 'machine';
  readonly cause: string;
  /**
   * The sentence of the specification that passing would break. Then it does not matter whether a peer breaks it: the
   * specification counts for more than the suite.
   */
  readonly sentence?: string;
  /** How often each runtime may try, where the program asserts which of two processes is the first. */
  readonly attempts?: number;
}

export interface Failure {
  readonly test: string;
  readonly assertion: Assertion;
  readonly excuse: Excuse | undefined;
  /** The peers that fail it, or end before they come to it. */
  readonly also: readonly string[];
  readonly excused: boolean;
}

/** One runtime of a run. */
export interface Standing {
  readonly name: string;
  /** Everything as the suite reports it. */
  readonly all: Tally;
  /** Without what the specification forbids to pass, which then counts for no runtime of the run. */
  readonly allowed: Tally;
  /** How many assertions it passes that the specification forbids to pass. */
  readonly wronglyPassed: number;
}

export interface Judgement {
  readonly failures: readonly Failure[];
  /** The judged runtime first. */
  readonly standings: readonly Standing[];
  /** What is wrong, in words; empty if nothing is. */
  readonly faults: readonly string[];
}

/** @param judged the runtime in question; all others of `results` are its peers */
export function judge(results: readonly Result[], judged: string, excuses: readonly Excuse[]): Judgement {
  const peers = [...new Set(results.map(({ runtime }) => runtime))].filter((name) => name !== judged);
  const forbidden = forbiddenIn(results, excuses);
  const own = results.filter(({ runtime }) => runtime === judged);
  const failures = own.flatMap(({ test, assertions }) =>
    assertions.filter(failed).map((assertion): Failure => {
      const excuse = excuses.find((each) => covers(each, test, assertion));
      const also = peers.filter((peer) => !passes(find(results, peer, test), assertion));
      const alike = also.length === peers.length;
      return {
        test,
        assertion,
        excuse,
        also,
        excused: excuse !== undefined && (alike || excuse.sentence !== undefined),
      };
    }),
  );
  const standings = [judged, ...peers].map((name) => ({
    name,
    all: tally(results, name),
    allowed: tally(results, name, forbidden),
    wronglyPassed: wronglyPassed(results, name, forbidden),
  }));
  const faults = [
    ...failures.filter(({ excused }) => !excused).map((failure) => sentence(failure, peers)),
    ...more(standings),
  ];
  return { failures, standings, faults };
}

/** What some runtime of the run fails, as the specification demands. */
function forbiddenIn(results: readonly Result[], excuses: readonly Excuse[]): Forbidden {
  const decided = excuses.filter((excuse) => excuse.sentence !== undefined);
  const found = new Set(
    results.flatMap(({ test, assertions }) =>
      assertions
        .filter((assertion) => failed(assertion) && decided.some((each) => covers(each, test, assertion)))
        .map(({ name }) => `${test}: ${name}`),
    ),
  );
  return (test, assertion) => found.has(`${test}: ${assertion}`);
}

/** The judged runtime may do no worse than any peer, in assertions and in programs. */
function more([judged, ...peers]: readonly Standing[]): string[] {
  if (judged === undefined) return [];
  return peers.flatMap((peer) =>
    (['notPassed', 'programs'] as const)
      .filter((count) => judged.allowed[count] > peer.allowed[count])
      .map((count) => {
        const what = count === 'programs' ? 'programs' : 'assertions';
        return `${judged.name} does not pass ${judged.allowed[count]} ${what}, more than ${peer.name} with ${peer.allowed[count]}`;
      }),
  );
}

export function outcomeOf({ assertions }: Pick<Result, 'assertions'>): 'ok' | 'not ok' | 'skipped' {
  if (assertions.some(failed)) return 'not ok';
  const skipped = assertions.length > 0 && assertions.every(({ outcome }) => outcome === 'skipped');
  return skipped ? 'skipped' : 'ok';
}

export function find(results: readonly Result[], runtime: string, test: string): Result | undefined {
  return results.find((result) => result.runtime === runtime && result.test === test);
}

function covers(
  { test, assertion, says = '' }: Excuse,
  failing: string,
  { name, detail }: Assertion,
): boolean {
  // Of an assertion that is made of several cases, all.
  return fits(test, failing) && fits(assertion, name.replace(/ \(\d+\)$/, '')) && detail.includes(says);
}

function fits(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** Those that hold where cgroups are of that version. */
export function excusesAt(cgroup: 'v1' | 'v2', excuses: readonly Excuse[]): Excuse[] {
  return excuses.filter((each) => (each.cgroup ?? cgroup) === cgroup);
}

/** A program that fails before it comes to an assertion does not pass it; what is said of failures only, it does. */
function passes(peer: Result | undefined, { name }: Assertion): boolean {
  const reported = peer?.assertions.find((assertion) => assertion.name === name);
  if (reported !== undefined) return !failed(reported);
  return peer !== undefined && (outcomeOf(peer) === 'ok' || ofPrograms.has(name));
}

function sentence({ test, assertion, also, excuse }: Failure, peers: readonly string[]): string {
  const passing = peers.filter((peer) => !also.includes(peer)).join(' and ');
  const why = excuse === undefined ? 'no excuse is listed' : 'the listed excuse does not hold';
  return `${test}: ${assertion.name}: ${passing === '' ? why : `${why}, ${passing} passes it`}`;
}

/** How often each runtime may try a program of the suite: once, unless an excuse says that the program is a race. */
export function attemptsAt(test: string, excuses: readonly Excuse[]): number {
  return Math.max(1, ...excuses.filter((each) => each.test === test).map(({ attempts }) => attempts ?? 1));
}
