import type { Options } from 'yargs';

/**
 * The one table of options, in the format of yargs, which makes `--help` of it (`help.ts`); command lines are read by
 * `arguments.ts`. A value option takes exactly one value; one of type `array` may be repeated.
 */
export type OptionTable = Readonly<Record<string, Options>>;

export interface CommandLine {
  /** One sentence for the list of commands. */
  readonly summary: string;
  /** What follows the options, as help shows it. */
  readonly usage: string;
  /** How many words must follow; the second number may be infinite. */
  readonly words: readonly [least: number, most: number];
  readonly options: OptionTable;
  /** What the only word may be. */
  readonly choices?: readonly string[];
  /** From the first word on nothing is an option any more: the rest belongs to another program. */
  readonly verbatim?: true;
  /** The same, if this option is given; then any number of words may follow. */
  readonly verbatimWith?: string;
}

const flag = (describe: string, alias?: string): Options => ({ type: 'boolean', describe, ...also(alias) });
const value = (describe: string, alias?: string): Options => ({
  type: 'string',
  requiresArg: true,
  describe,
  ...also(alias),
});
const list = (describe: string, alias?: string): Options => ({
  type: 'array',
  string: true,
  requiresArg: true,
  describe,
  ...also(alias),
});
const also = (alias: string | undefined): Options => (alias === undefined ? {} : { alias });

export const globalOptions: OptionTable = {
  root: value(
    'directory of the state of containers (default: /run/railcar, or $XDG_RUNTIME_DIR/railcar)',
    'r',
  ),
  log: value('file to which messages are appended; journald:ID and syslog:ID send them there'),
  'log-format': {
    ...value('form of the messages in the log file'),
    choices: ['text', 'json'],
    default: 'text',
  },
  'log-level': {
    ...value('what is logged: errors alone, warnings too (the default), or more'),
    choices: ['error', 'warning', 'debug'],
  },
  debug: flag('the same as --log-level=debug'),
  'systemd-cgroup': flag('let systemd make the cgroups; cgroupsPath is then slice:prefix:name'),
  'cgroup-manager': {
    ...value(
      'who makes the cgroups: --cgroup-manager=systemd is the same as --systemd-cgroup; disabled: nobody',
    ),
    choices: ['cgroupfs', 'systemd', 'disabled'],
  },
  rootless: {
    ...value('work without the rights of root'),
    choices: ['true', 'false', 'auto'],
    default: 'auto',
    requiresArg: false,
  },
  standby: {
    ...value('whether a waiting standby serves the command (default: $RAILCAR_STANDBY, or auto)'),
    choices: ['auto', 'off', 'require'],
  },
  'no-standby': flag('the same as --standby=off'),
  trace: value('file for what took how long, as trace events that Perfetto shows'),
  daemonize: { ...flag('run: do not wait for the container, as with --detach', 'd'), hidden: true },
  version: flag('print the version', 'v'),
  help: flag('print help', 'h'),
};

const id = '<container-id>';
const bundle = value('directory of the bundle (default: the current directory)', 'b');
const pidFile = value('file to which the process id is written');
const consoleSocket = value('Unix socket that receives the master of the terminal');
const pidfdSocket = value('Unix socket that receives a pidfd of the process');
const preserveFds = value('pass this many further descriptors, from 3 on (default: 0)');

const creating: OptionTable = {
  bundle,
  config: value('file to read in place of config.json, from the bundle on', 'f'),
  'console-socket': consoleSocket,
  'pidfd-socket': pidfdSocket,
  'pid-file': { ...pidFile, alias: 'p' },
  'no-pivot': flag('do not use pivot_root, for a root file system on a ramdisk'),
  'no-new-keyring': flag("keep the caller's session keyring"),
  'preserve-fds': preserveFds,
  init: flag('leave an init process that reaps and passes signals on (also: annotation org.railcar.init)'),
  'no-init': flag('leave none, whatever the annotation says', 'n'),
};

const regex = flag('the id is a regular expression: do it to all containers that match', 'r');

const criu: OptionTable = {
  'image-path': value('directory of the image (default: ./checkpoint)'),
  'work-path': value("directory of CRIU's working files and logs"),
  'tcp-established': flag('allow open TCP connections'),
  'ext-unix-sk': flag('allow Unix sockets whose other end is outside'),
  'shell-job': flag('allow a terminal of the caller'),
  'lazy-pages': flag('copy memory when it is needed, with userfaultfd'),
  'file-locks': flag('allow locks of files'),
  'manage-cgroups-mode': {
    ...value('how CRIU restores cgroups'),
    choices: ['soft', 'full', 'strict', 'ignore'],
    default: 'soft',
  },
  'empty-ns': list('kind of namespace that is restored without what was in it: network'),
  'auto-dedup': flag('remove pages from older images that a newer one has'),
  'network-lock': {
    ...value('how CRIU keeps the network still meanwhile'),
    choices: ['iptables', 'nftables', 'skip'],
  },
};

export const commands = {
  create: {
    summary: 'create a container',
    usage: id,
    words: [1, 1],
    options: {
      ...creating,
      detach: { ...flag('accepted and without effect', 'd'), hidden: true },
      'no-subreaper': { ...flag('accepted and without effect'), hidden: true },
      'no-trigger': { ...flag('accepted and without effect', 't'), hidden: true },
    },
  },
  start: { summary: 'start the process of a created container', usage: id, words: [1, 1], options: {} },
  state: { summary: 'print the state of a container', usage: id, words: [1, 1], options: {} },
  kill: {
    summary: 'send a signal to a container',
    usage: `${id} [signal]`,
    words: [1, 2],
    options: { all: flag('signal every process of the container', 'a'), regex },
  },
  delete: {
    summary: 'delete a container that has stopped',
    usage: id,
    words: [1, 1],
    options: { force: flag('kill it first if it runs', 'f'), regex },
  },
  run: {
    summary: 'create a container, start it and wait for it',
    usage: id,
    words: [1, 1],
    verbatimWith: 'image',
    options: {
      ...creating,
      image: value(
        'image to run in place of a bundle: layout, archive or URL; words after the id replace its command',
      ),
      insecure: flag('with --image: take any certificate of a registry', 'k'),
      'own-bundle': { ...value('bundle that goes with the container'), hidden: true },
      detach: flag('do not wait for the container', 'd'),
      keep: flag('do not delete the container after it has exited'),
      'no-subreaper': flag(
        'accepted and without effect: the monitor of a foreground run is always a subreaper',
      ),
    },
  },
  exec: {
    summary: 'run a further program inside a container',
    usage: `${id} <command> [argument...]`,
    words: [1, Number.POSITIVE_INFINITY],
    verbatim: true,
    options: {
      'console-socket': consoleSocket,
      'pidfd-socket': pidfdSocket,
      cwd: value('working directory in the container'),
      env: list('environment variable NAME=VALUE', 'e'),
      tty: flag('give the program a terminal', 't'),
      user: value('user id, or user id:group id', 'u'),
      'additional-gids': list('additional group id', 'g'),
      process: value('file with the process as in config.json', 'p'),
      detach: flag('do not wait for the program', 'd'),
      'pid-file': pidFile,
      'process-label': value('SELinux label of the program'),
      apparmor: value('AppArmor profile of the program'),
      'no-new-privs': flag('set no_new_privs for the program'),
      cap: list('capability to add', 'c'),
      'preserve-fds': preserveFds,
      cgroup: list('existing sub-cgroup to run in: [controller:]path'),
      'ignore-paused': flag('also in a paused container: the program waits until it is resumed'),
    },
  },
  list: {
    summary: 'list containers',
    usage: '',
    words: [0, 0],
    options: {
      format: { ...value('form of the list', 'f'), choices: ['table', 'json'], default: 'table' },
      quiet: flag('print ids only', 'q'),
    },
  },
  ps: {
    summary: 'list the processes of a container',
    usage: `${id} [argument of ps...]`,
    words: [1, Number.POSITIVE_INFINITY],
    verbatim: true,
    options: { format: { ...value('form of the list', 'f'), choices: ['table', 'json'], default: 'table' } },
  },
  pause: { summary: 'suspend all processes of a container', usage: id, words: [1, 1], options: {} },
  resume: { summary: 'resume a paused container', usage: id, words: [1, 1], options: {} },
  events: {
    summary: 'print statistics of a container at intervals, and when it runs out of memory',
    usage: id,
    words: [1, 1],
    options: {
      interval: { ...value('time between statistics, such as 5s or 1m30s'), default: '5s' },
      stats: flag('print the statistics of now, and nothing else'),
    },
  },
  checkpoint: {
    summary: 'write the state of a running container to an image, through CRIU',
    usage: id,
    words: [1, 1],
    options: {
      ...criu,
      'parent-path': value('directory of an earlier image, made with --pre-dump'),
      'leave-running': flag('let the container go on'),
      'tcp-skip-in-flight': flag('leave out TCP connections that are not yet established'),
      'link-remap': flag('allow open files that have been removed'),
      'page-server': value('ADDRESS:PORT of the server that receives memory'),
      'status-fd': value('descriptor that is written to when the lazy pages may be fetched'),
      'pre-dump': flag('write memory only, and let the container go on'),
    },
  },
  restore: {
    summary: 'make a container of an image that checkpoint has written, through CRIU',
    usage: id,
    words: [1, 1],
    options: {
      bundle,
      'console-socket': consoleSocket,
      ...criu,
      detach: flag('do not wait for the container', 'd'),
      'pid-file': pidFile,
      'no-subreaper': flag('accepted and without effect'),
      'no-pivot': flag('do not use pivot_root, for a root file system on a ramdisk'),
      'tcp-close': flag('restore TCP connections as closed'),
      'lsm-profile': value('type:profile of the security module that the restored processes get'),
      'lsm-mount-context': value('SELinux context of the mounts'),
    },
  },
  update: {
    summary: 'change the limits of a container',
    usage: id,
    words: [1, 1],
    options: {
      resources: value(
        'file with resources as in config.json, - for standard input; excludes the others',
        'r',
      ),
      'blkio-weight': value('weight of block input and output, 10 to 1000'),
      'cpu-period': value('period of the processor limit in microseconds'),
      'cpu-quota': value('processor time per period in microseconds'),
      'cpu-burst': value('processor time that may be saved up in microseconds'),
      'cpu-share': value('weight of the processor'),
      'cpu-rt-period': value('period of the real-time limit in microseconds'),
      'cpu-rt-runtime': value('real-time processor time per period in microseconds'),
      'cpu-idle': value('1 for processes that run only when nothing else does'),
      'cpuset-cpus': value('processors to use, such as 0-2,4'),
      'cpuset-mems': value('memory nodes to use'),
      memory: value('memory limit in bytes, or with a unit such as 512m'),
      'memory-reservation': value('soft memory limit'),
      'memory-swap': value('limit of memory and swap together; -1 for none'),
      'pids-limit': value('most processes; -1 for no limit'),
      'l3-cache-schema': value('Intel RDT: shares of the L3 cache, such as L3:0=ff;1=ff'),
      'mem-bw-schema': value('Intel RDT: shares of the memory bandwidth, such as MB:0=20;1=70'),
      'kernel-memory': { ...value('accepted and without effect'), hidden: true },
      'kernel-memory-tcp': { ...value('accepted and without effect'), hidden: true },
    },
  },
  mounts: {
    summary: 'add mounts to a container that runs, or remove them',
    usage: `<add|remove> ${id} <file>`,
    words: [3, 3],
    options: {},
  },
  spec: {
    summary: 'write a config.json to start from',
    usage: '',
    words: [0, 0],
    options: {
      bundle,
      file: value('name of the file, from the bundle on (default: config.json)', 'f'),
      rootless: flag('for a container without the rights of root'),
    },
  },
  features: {
    summary: 'print what this runtime does, as the features document of runtime-spec',
    usage: '',
    words: [0, 0],
    options: {},
  },
  doctor: {
    summary: 'say what this host offers, what it lacks, and what can be done about it',
    usage: '',
    words: [0, 0],
    options: { json: flag('print it as JSON') },
  },
  lint: {
    summary: 'say everything that is wrong or odd about a config.json',
    usage: '[file]',
    words: [0, 1],
    options: {
      bundle: value(
        'directory of the bundle whose config.json is read (default: the current directory)',
        'b',
      ),
      format: { ...value('form of the list', 'f'), choices: ['text', 'json'], default: 'text' },
    },
  },
  standby: {
    summary: 'wait for commands and serve them without starting Node for each',
    usage: '',
    words: [0, 0],
    options: {
      detach: flag('return when it answers, and leave it in the background', 'd'),
      'idle-exit': value('seconds without a command after which it ends (default: 0, never)'),
      'max-commands': value('commands after which a new process takes over (default: 20000)'),
      'max-memory': value('MiB of memory above which a new process takes over (default: 160)'),
    },
  },
  completion: {
    summary: 'print the script by which a shell completes the words of railcar',
    usage: '<bash|zsh|fish>',
    words: [1, 1],
    choices: ['bash', 'zsh', 'fish'],
    options: {},
  },
  plan: {
    summary: 'print what run would do (create, with a console socket), and do nothing',
    usage: `[${id}]`,
    words: [0, 1],
    options: { ...creating, json: flag('print the plan as JSON') },
  },
} as const satisfies Record<string, CommandLine>;

export type CommandName = keyof typeof commands;

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}
