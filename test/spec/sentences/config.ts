import {
  golden,
  lifecycleSuite,
  live,
  processSuite,
  refusalSuite,
  refused,
  section,
  unit,
} from '../sentence.ts';

const version = section('config.md#configSpecificationVersion');
const root = section('config.md#configRoot');
const mounts = section('config.md#configMounts');
const posixMounts = section('config.md#configPOSIXMounts');
const process = section('config.md#configProcess');
const posixProcess = section('config.md#configPOSIXProcess');
const linuxProcess = section('config.md#configLinuxProcess');
const annotations = section('config.md#configAnnotations');
const extensibility = section('config.md#configExtensibility');
const valid = section('config.md#configExtensibility/Valid values');
const bundle = section('bundle.md#containerFormat');
const json = section('glossary.md#glossaryJson');

/** bundle.md, and config.md without mount options and hooks. */
export const configSentences = [
  bundle.must(
    'config.json is in the bundle’s directory, under this name',
    [lifecycleSuite('a bundle without config.json is refused, and nothing is created')],
    { words: 2 },
  ),
  json.must('config.json is UTF-8', [unit('config/lint', 'is told without one if it is not even UTF-8')]),
  json.mustNot(
    'no name is twice in an object',
    [unit('config/lint', 'a member given twice is a warning at the second')],
    { note: 'the last one counts, as in every JSON parser in use; `lint` warns' },
  ),
  version.must('ociVersion is a version of SemVer 2.0.0, of a 1.x that this runtime can read', [
    refused('ociVersion: must be a version such as "1.3.0" (SemVer 2.0.0), not "1.0"'),
    refused('ociVersion: must be 1.0.0 or a later 1.x, not "2.0.0"'),
    refusalSuite('an ociVersion that is no version is an error'),
  ]),
  root.required('root is there', [refused('root: is missing')]),
  root.must('root.path is a directory', [
    lifecycleSuite('a root file system that is not there is refused, and nothing is created'),
  ]),
  root.must('a read-only root is read-only inside', [
    processSuite('a read-only root, and a writable one'),
    golden('root-readonly'),
  ]),
  mounts.must('mounts are made in their order', [
    golden('mount-order'),
    processSuite('mounts, with their options, in their order'),
  ]),
  mounts.must('a relative destination begins at /', [golden('mount-relative-destination')]),
  posixMounts.should(
    'mappings of a mount are done by the kernel, as MOUNT_ATTR_IDMAP',
    [golden('mount-idmap'), live('mounts', 'idmapped mounts of the file systems at hand')],
    { words: 2 },
  ),
  posixMounts.should(
    'beside mappings stands idmap or ridmap',
    [unit('plan/mounts', 'mappings alone are enough, empty ones are none')],
    {
      words: 2,
      note: 'binds the author; without the option mappings are applied to the mount itself, not ignored',
    },
  ),
  posixMounts.must(
    'mappings of both kinds or none',
    [refused('mounts[0]: must have both uidMappings and gidMappings or neither')],
    { words: 2 },
  ),
  process.required('process is there when start is called', [
    lifecycleSuite('without a process a container can be created, and its start is an error'),
  ]),
  process.must('consoleSize means nothing without a terminal', [
    unit('plan/console', 'a size without a terminal is ignored'),
  ]),
  process.must('cwd is absolute', [
    refused('process.cwd: must be an absolute path, not "tmp"'),
    refusalSuite('a relative working directory is an error'),
  ]),
  process.required('args name a program', [
    refused('process.args: is missing'),
    refused('process.args: must not be empty'),
  ]),
  posixProcess.must('a limit that the kernel does not know is an error', [
    refused('process.rlimits[0].type: "RLIMIT_BEER" is no resource limit of Linux'),
    refusalSuite('an unknown rlimit is an error'),
  ]),
  posixProcess.must(
    'each limit can be asked for, and is what config.json says: soft, hard',
    [golden('rlimits'), processSuite('rlimits')],
    { words: 3 },
  ),
  posixProcess.must('the same limit twice is an error', [
    refused('process.rlimits[1]: sets RLIMIT_CPU a second time'),
    refusalSuite('the same rlimit twice is an error'),
  ]),
  linuxProcess.must('a capability that is unknown or cannot be granted is a warning', [
    unit('config/load', 'an unknown capability is named once'),
    unit('plan/capabilities', 'what cannot be granted is told once, and nothing of what can'),
  ]),
  linuxProcess.shouldNot('such a capability is no failure', [
    refusalSuite('an unknown capability is no error'),
    unit('plan/process', 'nobody is given a capability that the caller lacks, except in a user namespace'),
  ]),
  linuxProcess.must('oomScoreAdj is set', [
    golden('oom-score-adj'),
    processSuite('oomScoreAdj'),
    unit('plan/process', 'oom_score_adj: what may not be lowered is an error'),
  ]),
  linuxProcess.mustNot('without oomScoreAdj the score stays', [
    lifecycleSuite("oom_score_adj is the caller's unless it is set"),
  ]),
  linuxProcess.shouldNot(
    'without execCPUAffinity.final the processors are not changed after the cgroup was joined',
    [
      unit('plan/exec', 'processors: the first ones before the cgroups are joined, the last ones afterwards'),
      live('exec', 'exec runs on the processors of execCPUAffinity, which the first process does not'),
    ],
  ),
  annotations.must(
    'annotations are a map of texts by names that are not empty',
    [refused('annotations[""]: a key must not be empty'), unit('config/schema', 'generated configurations')],
    { words: 4 },
  ),
  annotations.must('an unknown annotation is treated like an unknown property', [
    refusalSuite('an unknown property and an unknown annotation are no error'),
  ]),
  annotations.should(
    'org.opencontainers.image.stopSignal is the signal that ends the container',
    [live('lifecycle', 'kill sends the signal by name, by name with SIG, by number; SIGTERM without one')],
    {
      note: 'not followed: who ends a container names the signal, and engines have read it from the image; `kill` without one sends SIGTERM as other runtimes do',
    },
  ),
  extensibility.must('unknown properties are ignored', [
    live('errors', 'an unknown property is not an error'),
    unit('config/load', 'members that no schema names stay'),
  ]),
  valid.must('what is invalid or unsupported is an error', [
    unit('config/schema', 'generated configurations'),
    live('errors', 'values that cannot be: each is named'),
    refusalSuite('a file system that the kernel does not know is an error'),
  ]),
];
