import { golden, hooksSuite, lifecycleSuite, live, section, unit } from '../sentence.ts';

const { must, mustNot } = section('runtime.md#runtimeLifecycle');

const undone = live('hooks', 'a failing hook before the process: create fails, everything is undone');
const poststop = live('hooks', 'poststop hooks run when a hook of create fails');
const ofStart = live(
  'hooks',
  'a hook of start that fails is the end: the container is gone, and its poststop hooks have run',
);

/** The lifecycle of runtime.md, in its order. */
export const lifecycleSentences = [
  must('the environment is made as config.json says', [golden('namespace-user-full')]),
  must('if it cannot be made, that is an error', [
    lifecycleSuite('a root file system that is not there is refused, and nothing is created'),
    live('mounts', 'a source that does not exist, absolute and in the bundle'),
  ]),
  must('what config.json asks for is made', [
    unit('spec/spec', 'has code, a test and a live test, or a reason why there is none, for every property'),
  ]),
  mustNot('the program does not run yet', [live('lifecycle', 'nothing of the process runs before start')]),
  mustNot('config.json may change afterwards, without effect', [
    lifecycleSuite('a change of config.json after create has no effect'),
  ]),
  must('prestart hooks are called', [golden('hook-prestart')]),
  must('one that fails is an error, ends the container and leads to its destruction', [
    hooksSuite('a failing prestart hook fails create, and the poststop hooks run'),
    undone,
  ]),
  must('createRuntime hooks are called', [golden('hook-createRuntime')]),
  must('one that fails is an error, ends the container and leads to its destruction', [
    hooksSuite('a failing createRuntime hook fails create, and nothing is left'),
    undone,
    poststop,
  ]),
  must('createContainer hooks are called', [golden('hook-createContainer')]),
  must('one that fails is an error, ends the container and leads to its destruction', [
    hooksSuite('a failing createContainer hook fails create, and nothing is left'),
    undone,
    poststop,
  ]),
  must('startContainer hooks are called', [golden('hook-startContainer')]),
  must('one that fails is an error, ends the container and leads to its destruction', [
    hooksSuite('a failing startContainer hook keeps the process from running'),
    ofStart,
  ]),
  must('the program is run', [lifecycleSuite('start runs the process that config.json names')]),
  must('poststart hooks are called', [golden('hook-poststart')]),
  must('one that fails is an error, ends the container and leads to its destruction', [
    lifecycleSuite('a failing poststart hook is an error of start and ends the process'),
    ofStart,
  ]),
  must('the end undoes what create has made', [
    lifecycleSuite("delete removes the container's cgroups"),
    unit('plan/rootfs', 'and when the container is removed'),
    unit(
      'plan/intelRdt',
      'without a class of its own a container has one by its id, which is removed with it',
    ),
  ]),
  must('poststop hooks are called', [
    golden('hook-poststop'),
    hooksSuite('poststop hooks run when the container is gone, and before delete returns'),
  ]),
  must('one that fails is a warning, and the others follow', [
    live('hooks', 'a failing poststop hook is only reported, and the others still run'),
    hooksSuite('a failing poststop hook does not keep the container from being deleted'),
    unit('hooks/hooks', 'after the end of the container a failing hook is only a warning'),
  ]),
];
