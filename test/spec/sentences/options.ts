import { golden, live, type Sentence, section, type Test, unit } from '../sentence.ts';

const options = section('config.md#configLinuxMountOptions');

/** Golden cases, each with a live twin, and the options of the table that their mounts have. */
const must: Readonly<Record<string, string>> = {
  'mount-options-of-the-kernel': 'async defaults iversion lazytime loud noiversion nolazytime silent',
  'mount-attributes-cleared': 'atime dev diratime exec nostrictatime rw suid strictatime',
  'mount-attributes': 'noatime nodev nodiratime noexec norelatime nosuid relatime ro',
  'mount-superblock': 'dirsync sync',
  'mount-propagation-plain': 'private shared slave unbindable',
  'mount-propagation-private': 'rprivate',
  'mount-propagation-shared': 'rshared',
  'mount-propagation-slave': 'rslave',
  'mount-propagation-unbindable': 'runbindable',
  'mount-remount': 'remount',
  'mount-rbind': 'rbind',
  'mount-bind-flags': 'bind',
};
const should: Readonly<Record<string, string>> = {
  'mount-attributes': 'nosymfollow',
  'mount-attributes-cleared': 'symfollow',
  'mount-attributes-recursive':
    'rnoatime rnodiratime rnoexec rnorelatime rnosuid rnosymfollow rrelatime rro rstrictatime',
  'mount-attributes-recursive-cleared': 'ratime rdev rdiratime rexec rnostrictatime rrw rsuid rsymfollow',
  'mount-idmap-not-recursive': 'idmap',
  'mount-idmap-recursive': 'ridmap',
};

const each = (table: Readonly<Record<string, string>>, word: 'must' | 'should'): Sentence[] =>
  Object.entries(table)
    .flatMap(([name, words]) => words.split(' ').map((option) => [option, name] as const))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([option, name]) => options[word](`option \`${option}\``, [used(name, option)]));

/** The case has to use the option, or it shows nothing of it. */
function used(name: string, option: string): Test {
  return [...(golden(name) as [string, string]), `"${option}"`];
}

const unmapped = live('mounts', 'idmapped mounts: what cannot be mapped');

/** config.md, Linux mount options. */
export const optionSentences = [
  ...each(must, 'must'),
  ...each(should, 'should'),
  options.must(
    'idmap and ridmap: the mount is mapped',
    [golden('mount-idmap-not-recursive'), golden('mount-idmap-recursive'), unmapped],
    { words: 2 },
  ),
  options.shouldNot(
    'idmap and ridmap are not passed to mount(2)',
    [unit('plan/mountOptions', '%s is none of the file system', 'tmpcopyup unbindable idmap ridmap')],
    { words: 2 },
  ),
  options.must(
    'idmap and ridmap: by the mappings of the mount, if it has any',
    [golden('mount-idmap-user-namespace-mappings'), golden('mount-idmap-ranges')],
    { words: 2 },
  ),
  options.must(
    'idmap and ridmap: else by those of the user namespace',
    [
      golden('mount-idmap-user-namespace'),
      unit('plan/mounts', 'without mappings of their own use those of the container'),
    ],
    { words: 2 },
  ),
  options.must('idmap and ridmap: with neither it is an error', [unmapped], { words: 2 }),
  options.should(
    'idmap and ridmap are done by MOUNT_ATTR_IDMAP',
    [golden('mount-idmap-recursive'), live('mounts', 'idmapped mounts of the file systems at hand')],
    { words: 2 },
  ),
  options.must('the options that have to be known mean what mount(8) says', [
    unit('plan/mountOptions', '%s is none of the file system'),
    live('features', 'features: every mount option that is claimed is taken'),
  ]),
  options.should(
    'options of one’s own that mount(8) knows do what it says',
    [unit('plan/mountOptions', 'are all that is known by name'), golden('mount-options-of-the-kernel')],
    { note: 'railcar’s own are `mand`, `nomand` and `tmpcopyup`, all three of the table' },
  ),
  options.should('unknown options go to the file system', [
    unit('plan/mountOptions', 'everything else is data; commas separate, except within quotes'),
    golden('mount-tmpfs'),
  ]),
];
