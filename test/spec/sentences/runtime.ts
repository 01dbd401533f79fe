import { golden, lifecycleSuite, live, processSuite, section, unit } from '../sentence.ts';

const scope = section('runtime.md#runtimeScopeContainer');
const state = section('runtime.md#runtimeState');
const errors = section('runtime.md#runtimeErrors');
const warnings = section('runtime.md#runtimeWarnings');
const operations = section('runtime.md#runtimeOperations');
const query = section('runtime.md#runtimeQueryState');
const create = section('runtime.md#runtimeCreate');
const start = section('runtime.md#runtimeStart');
const kill = section('runtime.md#runtimeKill');
const remove = section('runtime.md#runtimeDelete');
const links = section('runtime-linux.md#runtimeLinuxDevSymbolicLinks');

const usage = live('commands', 'wrong usage fails');
const unknownId = lifecycleSuite('every operation on a container that does not exist is an error');

/** runtime.md without the lifecycle, and runtime-linux.md. */
export const runtimeSentences = [
  scope.must('who creates a container can use every operation on it', [
    lifecycleSuite('created, running, stopped, gone'),
  ]),
  state.required('the state has ociVersion, id, status, bundle', [
    unit('spec/state', 'of every status is what the schema of the specification describes'),
    lifecycleSuite('state has what the specification requires'),
  ]),
  state.must(
    'ids are unique on the host',
    [lifecycleSuite('an id in use is refused, and its owner is left alone')],
    {
      note: 'unique below one --root: what a caller keeps elsewhere is another scope, as `create` has it',
    },
  ),
  state.must('a status of one’s own stands for a state that the specification has not', [
    live('commands', 'pause and resume'),
  ]),
  state.required('the pid is there while the container is created or running, as who reads it sees it', [
    lifecycleSuite("the pid of state is that of the container's process"),
    live('hooks', "the state on standard input: id, pid in the host's numbers, bundle, annotations, version"),
    golden('hooks'),
  ]),
  state.must('state as JSON follows state-schema.json', [
    unit('spec/state', 'of every status is what the schema of the specification describes'),
    unit('spec/state', 'that hooks are given is what the schema of the specification describes'),
  ]),
  errors.must('what fails leaves everything as it was', [
    live('run', 'a failing create undoes everything'),
    live('run', 'a failing run undoes everything'),
    live('hooks', 'a failing hook before the process: create fails, everything is undone'),
    live('concurrent', 'an update that is refused half-way leaves the limits as they were'),
    live('network', 'a container that fails brings its devices back as they were'),
    unit('native/faults', 'nothing of the container is left, and the message says what failed'),
  ]),
  warnings.must('a warning changes nothing of what is done', [
    unit('lifecycle/create', 'warnings do not make a failure'),
    live('lint', 'create: an unknown key is a warning in the log'),
  ]),
  operations.must('state, create, start, kill and delete are supported', [
    lifecycleSuite('created, running, stopped, gone'),
  ]),
  query.must('state without an id is an error', [usage]),
  query.must('state of what does not exist is an error', [unknownId]),
  query.must('state returns the state', [lifecycleSuite('state has what the specification requires')]),
  create.must('create without a bundle or an id is an error', [
    usage,
    lifecycleSuite('a bundle without config.json is refused, and nothing is created'),
  ]),
  create.must(
    'an id in use or impossible is an error, and no container is made',
    [
      lifecycleSuite('an id in use is refused, and its owner is left alone'),
      lifecycleSuite('an id that could be a path is refused'),
      live('lifecycle', 'a bad id is refused and nothing is made'),
    ],
    { words: 2 },
  ),
  create.must('create makes a container', [
    lifecycleSuite('create makes a container that is created, and does not run its process'),
  ]),
  create.must('every property but process is applied', [
    unit('spec/spec', 'has code, a test and a live test, or a reason why there is none, for every property'),
  ]),
  create.mustNot('args are not used before start', [
    live('lifecycle', 'nothing of the process runs before start'),
  ]),
  create.must(
    'a property that cannot be applied is an error, and no container is made',
    [
      unit('plan/labels', 'a label that no module would enforce is refused, and the module named'),
      unit('plan/process', 'oom_score_adj: what may not be lowered is an error'),
      unit('cgroups/plan', 'hugetlb, net_cls, net_prio and rdma are named'),
      live('errors', 'a limit that the kernel refuses names itself'),
    ],
    { words: 2 },
  ),
  start.must('start without an id is an error', [usage]),
  start.must(
    'start of what is not created is an error and changes nothing',
    [
      lifecycleSuite('starting twice is an error, and the first goes on'),
      lifecycleSuite('starting what has stopped is an error'),
      unit('state/transitions', 'the table is whole'),
    ],
    { words: 2 },
  ),
  start.must('start runs the program', [lifecycleSuite('start runs the process that config.json names')]),
  start.must('start without process is an error', [
    lifecycleSuite('without a process a container can be created, and its start is an error'),
  ]),
  kill.must('kill without an id is an error', [usage]),
  kill.must(
    'a signal to what is neither created nor running is an error and changes nothing',
    [
      lifecycleSuite('kill of a stopped container is an error'),
      live('lifecycle', 'kill of a stopped container says that it is not running'),
      unit('lifecycle/kill', '%s: not running'),
    ],
    {
      words: 2,
      note: 'without a pid namespace of its own a container counts as running for SIGKILL while its cgroup has processes',
    },
  ),
  kill.must('the signal that is asked for arrives', [
    lifecycleSuite('kill sends the signal that is asked for, by name and by number'),
    lifecycleSuite('kill of a created container ends it'),
  ]),
  remove.must('delete without an id is an error', [usage]),
  remove.must(
    'delete of what has not stopped is an error and changes nothing',
    [
      lifecycleSuite('delete of a running container is an error and leaves it running'),
      lifecycleSuite('delete of a created container is an error, and it can still be started'),
    ],
    { words: 2 },
  ),
  remove.must(
    'what create has made is deleted',
    [
      lifecycleSuite("delete removes the container's cgroups"),
      live('run', 'run removes the container when its process ends'),
      unit('plan/rootfs', 'and when the container is removed'),
    ],
    {
      note: 'cgroups above the container’s own stay: others may be in them, and limits may have been set there',
    },
  ),
  remove.mustNot('what was there before stays', [
    live('lifecycle', 'delete leaves a cgroup that was there before'),
    unit('cgroups/plan', 'one that was there before stays, unless it lies where railcar itself would put it'),
    unit('plan/intelRdt', 'a class that exists is joined, stays, and must be what is asked for'),
  ]),
  links.must('/dev/fd, stdin, stdout, stderr lead to /proc/self/fd', [
    processSuite('default devices and links'),
    golden('default-devices'),
  ]),
];
