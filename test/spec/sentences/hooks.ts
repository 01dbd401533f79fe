import {
  golden,
  hooksSuite,
  live,
  refusalSuite,
  refused,
  type Sentence,
  section,
  unit,
} from '../sentence.ts';

const hooks = section('config.md#configHooks');
const places = hooksSuite('each hook runs in the namespaces that are its own, and is found where it says');
const order = hooksSuite('hooks run in the order of the lifecycle');
const made = live(
  'hooks',
  "prestart and createRuntime hooks run in the caller's namespaces, with the container's made",
);
const inside = live(
  'hooks',
  "createContainer hooks run in the container's namespaces before the root is changed",
);

const kinds = [
  [
    'prestart',
    'Prestart',
    'runtime',
    'runtime',
    'in create, when namespaces are made and the root is not changed yet',
    [made, order],
  ],
  [
    'createRuntime',
    'CreateRuntime',
    'runtime',
    'runtime',
    'in create, when namespaces are made and the root is not changed yet',
    [made, order],
  ],
  [
    'createContainer',
    'CreateContainer',
    'runtime',
    'container',
    'in create, when namespaces are made and the root is not changed yet',
    [inside, order],
  ],
  [
    'startContainer',
    'StartContainer',
    'container',
    'container',
    'in start, before the program',
    [order, golden('hook-startContainer')],
  ],
  [
    'poststart',
    'Poststart',
    'runtime',
    'runtime',
    'when the program has been executed, before start returns',
    [order, golden('hook-poststart')],
  ],
  [
    'poststop',
    'Poststop',
    'runtime',
    'runtime',
    'when the container is deleted, before delete returns',
    [hooksSuite('poststop hooks run when the container is gone, and before delete returns'), order],
  ],
] as const;

/** The text says it of each kind in its list and in its section, in the same words. */
const ofKinds: readonly Sentence[] = kinds.flatMap(([kind, name, found, run, when, tests]) => {
  const own = section(`config.md#configHooks${name}`);
  return [
    own.must(`${kind} hooks are called ${when}`, tests),
    own.must(`a path of ${kind} is one of the ${found} namespace`, [places]),
    own.must(`${kind} hooks run in the ${run} namespace`, [places]),
    hooks.must(`a path of ${kind} is one of the ${found} namespace`, [places]),
    hooks.must(`${kind} hooks run in the ${run} namespace`, [places]),
  ];
});

/** config.md, POSIX-platform Hooks. */
export const hookSentences = [
  hooks.must(
    'a path is absolute',
    [
      refused('hooks.prestart[0].path: must be an absolute path, not "x"'),
      refusalSuite('a relative path of a hook is an error'),
    ],
    { words: 2 },
  ),
  hooks.must(
    'a timeout is greater than zero',
    [
      refused('hooks.poststop[0].timeout: must be an integer from 1 to 2147483647, not 0'),
      live('hooks', 'a hook that takes too long is killed and counts as failed'),
    ],
    { words: 2 },
  ),
  hooks.must('hooks are called in the order of the list', [
    hooksSuite('several hooks of one kind run in their order'),
    golden('hook-several'),
  ]),
  hooks.must('the state is on their standard input', [
    hooksSuite('hooks are given the state on standard input'),
    unit('spec/state', 'that hooks are given is what the schema of the specification describes'),
  ]),
  section('config.md#configHooksPrestart').must('prestart hooks come before createRuntime hooks', [
    order,
    unit('plan/create', 'hooks of all six kinds, each in its place'),
  ]),
  section('config.md#configHooksCreateContainer').must(
    'createContainer hooks come after createRuntime hooks',
    [order, unit('plan/create', 'hooks of all six kinds, each in its place')],
  ),
  ...ofKinds,
];
