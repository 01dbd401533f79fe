import type { Options } from 'yargs';
import { type CommandLine, commands, globalOptions, type OptionTable } from '../options.ts';
import { bold, italic, literal, paragraph, section, tagged } from './roff.ts';

/** The last change to what the pages say beyond the table of options. */
const DATE = '2026-11-22';

/** Every page of the manual by file name, made of the one table of options. */
export function manual(version: string): Readonly<Record<string, string>> {
  const pages = Object.entries<CommandLine>(commands).map(([name, line]) => [
    `railcar-${name}.1`,
    commandPage(name, line, version),
  ]);
  return Object.fromEntries([['railcar.1', overview(version)], ...pages]);
}

function title(name: string, version: string): string {
  return `.TH ${name.toUpperCase()} 1 ${DATE} "railcar ${version}" "User Commands"\n`;
}

function overview(version: string): string {
  const text = (words: string) => paragraph(literal(words));
  return [
    title('railcar', version),
    section('Name', `railcar ${literal('-')} run OCI containers\n`),
    section(
      'Synopsis',
      paragraph(
        `${bold('railcar')} [${italic('global options')}] ${italic('command')} [${italic('options')}] [${italic('arguments')}]`,
      ),
    ),
    section(
      'Description',
      text(
        'railcar makes containers as the runtime specification of the Open Container Initiative has it, for people and for ' +
          'engines: Docker, containerd, CRI-O, Podman. A container is made of a bundle, a directory with a file config.json ' +
          'and a root file system. Options, output and exit statuses are those of runc(8); what crun(1) has beyond it is ' +
          'there as well.',
      ),
      text('Options may have one dash or two; a value follows as the next word or behind an equals sign.'),
    ),
    section(
      'Commands',
      ...Object.entries<CommandLine>(commands).map(([name, { summary }]) =>
        tagged(`${bold(`railcar-${name}`)}(1)`, `${literal(capital(summary))}.`),
      ),
    ),
    section('Global options', ...optionList(globalOptions)),
    section(
      'Exit status',
      tagged('0', literal('The command has done what it was asked to.')),
      tagged(
        '1',
        literal(
          'It has failed, and nothing of what it did is left. The reason is on standard error and in the log.',
        ),
      ),
      tagged('255', literal('exec could not start the program.')),
      text(
        'run and exec in the foreground end with the exit status of the process, or with 128 and the number of the signal ' +
          'that killed it.',
      ),
    ),
    section(
      'Environment',
      tagged(bold('XDG_RUNTIME_DIR'), literal('Where the state of containers of an ordinary user is kept.')),
      tagged(bold('RAILCAR_STANDBY'), literal('auto, off or require: the default of --standby.')),
      tagged(
        bold('NOTIFY_SOCKET'),
        literal('Is told when the container says that it is ready (sd_notify(3)).'),
      ),
      tagged(
        `${bold('LISTEN_FDS')}, ${bold('LISTEN_PID')}`,
        literal('Descriptors of socket activation go to the container.'),
      ),
    ),
    section(
      'Files',
      tagged(italic('/run/railcar'), literal('State of the containers of root, a directory each.')),
      tagged(italic('/run/railcar-standby'), literal("The socket of root's standby.")),
    ),
    section('See also', paragraph(seeAlso().join(', '))),
  ].join('');
}

function seeAlso(): string[] {
  const own = Object.keys(commands).map((name) => `${bold(`railcar-${name}`)}(1)`);
  return [...own.sort(), `${bold('crun')}(1)`, `${bold('runc')}(8)`];
}

function commandPage(name: string, { summary, usage, options }: CommandLine, version: string): string {
  const page = `railcar-${name}`;
  const line = `${bold('railcar')} [${italic('global options')}] ${bold(name)} [${italic('options')}]`;
  return [
    title(page, version),
    section('Name', `${literal(page)} ${literal('-')} ${literal(summary)}\n`),
    section('Synopsis', paragraph(usage === '' ? line : `${line} ${words(usage)}`)),
    section('Description', paragraph(`${literal(capital(summary))}.`)),
    section(
      'Options',
      ...optionList({ ...options, help: globalOptions.help ?? {} }),
      paragraph(`Global options, exit statuses and files are in ${bold('railcar')}(1).`),
    ),
    section('See also', paragraph(`${bold('railcar')}(1)`)),
  ].join('');
}

/** `<container-id> [signal]`: what stands for something else is italic. */
function words(usage: string): string {
  return usage
    .split(' ')
    .map((word) => {
      const [, open = '', name = '', close = ''] = /^([<[]?)(.*?)([>\]]?)$/.exec(word) ?? [];
      return open === '<' ? italic(name) : `${literal(open)}${italic(name)}${literal(close)}`;
    })
    .join(' ');
}

function optionList(table: OptionTable): string[] {
  return Object.entries(table)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, option]) => tagged(optionTag(name, option), optionText(option)));
}

function optionTag(name: string, { alias, type, choices }: Options): string {
  const value =
    type === 'boolean'
      ? ''
      : `=${choices ? choices.map((choice) => bold(String(choice))).join('|') : italic('value')}`;
  const long = `${bold(`--${name}`)}${value}`;
  return typeof alias === 'string' ? `${bold(`-${alias}`)}, ${long}` : long;
}

function optionText({ describe, default: preset, type }: Options): string {
  const notes = [
    ...(type === 'array' ? ['may be given several times'] : []),
    ...(typeof preset === 'string' ? [`default: ${preset}`] : []),
  ];
  const text = capital(describe ?? '');
  return `${literal(notes.length === 0 ? text : `${text} (${notes.join('; ')})`)}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
