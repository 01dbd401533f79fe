import { claims, featureProperties } from '../features/claims.ts';
import { GOLDEN, type Line, type Test } from './line.ts';
import { type Property, properties } from './properties.ts';

/** The lines of what railcar writes: the state, for hooks and callers; what a seccomp agent is sent; the features. */
export function documentLines(): Line[] {
  return [
    ...properties('state-schema.json').map((property) => written('state', property, state)),
    ...processState.map((property) => written('process', property, agent)),
    ...featureProperties().map((property) => written('features', property, claimed(property))),
  ];
}

type Evidence = Pick<Line, 'implemented' | 'tests' | 'live'>;

function written(document: Line['document'], property: Property, evidence: Evidence): Line {
  return { document, property, ...evidence, missing: '', note: '' };
}

const state: Evidence = {
  implemented: ['src/hooks/state.ts', 'src/lifecycle/state.ts'],
  tests: [
    [GOLDEN, 'hook-state'],
    ['test/lifecycle/state.test.ts', 'state shows what the record and the processes say'],
  ],
  live: [
    ['test/live/golden.bats', 'hook-state'],
    ['test/live/lifecycle.bats', 'state prints what callers decode, on standard output alone'],
  ],
};

/** "The Container Process State" of config-linux.md, which no schema describes. */
const processState = ['ociVersion', 'fds', 'pid', 'metadata', 'state'];

const agent: Evidence = {
  implemented: ['src/plan/listener.ts'],
  tests: [[GOLDEN, 'seccomp-notify']],
  live: [['test/live/golden.bats', 'seccomp-notify']],
};

function claimed(property: Property): Evidence {
  const test: Test = ['test/features/features.test.ts', property];
  return {
    implemented: ['src/features/features.ts', ...new Set(sources(property))],
    tests: [test],
    live: [['test/live/features.bats', 'features: every property of docs/spec.md is printed']],
  };
}

/** Where the build is looked at for what is claimed. */
function sources(property: Property): string[] {
  const source = claims[property]?.source;
  return source === undefined ? [] : [source];
}
