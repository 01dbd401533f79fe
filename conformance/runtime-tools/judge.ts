import type { Result } from './program.ts';
import { type Assertion, ofPrograms } from './tap.ts';

/**
 * Why a failure is not the runtime's: a fault of the suite, or of the machine. It holds only while the peers in the
 * same run do not pass the assertion either.
 */
export interface Excuse {
  readonly test: string;
  readonly assertion: string;
  /** What the failure has to say, if the assertion's name alone says too little. */
  readonly says?: string;
  readonly cause: string;
  /**
   * The sentence of the specification that passing would break. Then it does not matter whether a peer breaks it: the
   * specification counts for more than the suite.
   */
  readonly sentence?: string;
}

export interface Failure {
  readonly test: string;
  readonly assertion: Assertion;
  readonly excuse: Excuse | undefined;
  /** The peers that fail it, or end before they come to it. */
  readonly also: readonly string[];
  readonly excused: boolean;
}

export interface Judgement {
  readonly failures: readonly Failure[];
  /** By runtime, how many assertions fail. */
  readonly failing: Readonly<Record<string, number>>;
  /** How many of those of the judged runtime the specification forbids to pass. */
  readonly forbidden: number;
  /** What is wrong, in words; empty if nothing is. */
  readonly faults: readonly string[];
}

/** @param judged the runtime in question; all others of `results` are its peers */
export function judge(results: readonly Result[], judged: string, excuses: readonly Excuse[]): Judgement {
  const peers = [...new Set(results.map(({ runtime }) => runtime))].filter((name) => name !== judged);
  const failing = Object.fromEntries([judged, ...peers].map((name) => [name, count(results, name)]));
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
  const forbidden = failures.filter(({ excuse }) => excuse?.sentence !== undefined).length;
  const counted = (failing[judged] ?? 0) - forbidden;
  const faults = [
    ...failures.filter(({ excused }) => !excused).map((failure) => sentence(failure, peers)),
    ...peers
      .filter((peer) => counted >= (failing[peer] ?? 0))
      .map((peer) => `${judged} fails ${counted} assertions, no fewer than ${peer} with ${failing[peer]}`),
  ];
  return { failures, failing, forbidden, faults };
}

export function failed({ outcome }: Assertion): boolean {
  return outcome === 'not ok';
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
  return test === failing && assertion === name.replace(/ \(\d+\)$/, '') && detail.includes(says);
}

/** A program that fails before it comes to an assertion does not pass it; what is said of failures only, it does. */
function passes(peer: Result | undefined, { name }: Assertion): boolean {
  const reported = peer?.assertions.find((assertion) => assertion.name === name);
  if (reported !== undefined) return !failed(reported);
  return peer !== undefined && (outcomeOf(peer) === 'ok' || ofPrograms.has(name));
}

function count(results: readonly Result[], name: string): number {
  const own = results.filter(({ runtime }) => runtime === name);
  return own.flatMap(({ assertions }) => assertions.filter(failed)).length;
}

function sentence({ test, assertion, also, excuse }: Failure, peers: readonly string[]): string {
  const passing = peers.filter((peer) => !also.includes(peer)).join(' and ');
  const why = excuse === undefined ? 'no excuse is listed' : 'the listed excuse does not hold';
  return `${test}: ${assertion.name}: ${passing === '' ? why : `${why}, ${passing} passes it`}`;
}
