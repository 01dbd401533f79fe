import { FlagError, type GivenOption, type Split, splitArguments } from './arguments.ts';
import {
  type CommandLine,
  type CommandName,
  commands,
  globalOptions,
  isCommand,
  type OptionTable,
} from './options.ts';
import { Values } from './values.ts';

export type Parsed =
  | {
      readonly kind: 'run';
      readonly command: CommandName;
      readonly global: Values;
      readonly values: Values;
      readonly words: readonly string[];
    }
  | { readonly kind: 'version'; readonly global: Values }
  /** Of all of railcar if command is null. */
  | { readonly kind: 'help'; readonly command: CommandName | null; readonly global: Values }
  | {
      readonly kind: 'wrong';
      readonly command: CommandName | null;
      readonly message: string;
      /** Where runc says `Incorrect Usage.`: at the head of the help, or with the message on standard error. */
      readonly count: boolean;
      readonly global: Values;
    };

/** Understands `railcar [global options] COMMAND [options] [words]`, without the name it was called by. */
export function parseCommandLine(argv: readonly string[]): Parsed {
  let global = new Values([], globalOptions);
  let command: CommandName | null = null;
  try {
    const { options, words } = splitArguments(argv, globalOptions, true);
    global = new Values(options, globalOptions);
    if (global.flag('version')) return { kind: 'version', global };
    const [name = 'help', ...rest] = words;
    if (global.flag('help')) return { kind: 'help', command: isCommand(name) ? name : null, global };
    if (name === 'help' || name === 'h') return help(rest[0], global);
    if (!isCommand(name)) return wrong(null, `unknown command ${JSON.stringify(name)}`, global);
    command = name;
    return parseCommand(name, rest, global);
  } catch (error) {
    if (error instanceof FlagError) return wrong(command, error.message, global);
    throw error;
  }
}

function parseCommand(command: CommandName, argv: readonly string[], global: Values): Parsed {
  const line: CommandLine = commands[command];
  const table = tables.get(command) ?? {};
  const { options, words } = splitWords(argv, line, table);
  // The railcar of 2017 had it in front of the command.
  const early: GivenOption[] = command === 'run' && global.flag('daemonize') ? [['detach', 'true']] : [];
  const values = new Values([...early, ...options], table);
  if (values.flag('help')) return { kind: 'help', command, global };
  const isOpen = line.verbatimWith !== undefined && values.text(line.verbatimWith) !== null;
  const complaint = countComplaint(
    command,
    isOpen ? [line.words[0], Number.POSITIVE_INFINITY] : line.words,
    words.length,
  );
  if (complaint !== null) return { kind: 'wrong', command, message: complaint, count: true, global };
  return { kind: 'run', command, global, values, words };
}

function splitWords(
  argv: readonly string[],
  { verbatim, verbatimWith }: CommandLine,
  table: OptionTable,
): Split {
  if (verbatimWith !== undefined) {
    const split = splitArguments(argv, table, true);
    if (split.options.some(([name]) => name === verbatimWith)) return split;
  }
  return splitArguments(argv, table, verbatim === true);
}

/** Every command takes --help. */
const tables = new Map<string, OptionTable>(
  Object.entries<CommandLine>(commands).map(([name, { options }]) => [
    name,
    { ...options, help: globalOptions.help ?? {} },
  ]),
);

function help(topic: string | undefined, global: Values): Parsed {
  if (topic === undefined) return { kind: 'help', command: null, global };
  if (isCommand(topic)) return { kind: 'help', command: topic, global };
  return wrong(null, `unknown command ${JSON.stringify(topic)}`, global);
}

function wrong(command: CommandName | null, message: string, global: Values): Parsed {
  return { kind: 'wrong', command, message, count: false, global };
}

function countComplaint(
  command: CommandName,
  [least, most]: CommandLine['words'],
  count: number,
): string | null {
  if (count >= least && count <= most) return null;
  if (least === most) return `"${command}" requires exactly ${least} argument(s)`;
  if (count < least) return `"${command}" requires a minimum of ${least} argument(s)`;
  return `"${command}" requires a maximum of ${most} argument(s)`;
}
