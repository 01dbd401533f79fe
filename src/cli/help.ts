import yargs from 'yargs';
import { type CommandLine, type CommandName, commands, globalOptions, type OptionTable } from './options.ts';

const WIDTH = 100;

/** Help for one command, or for railcar as a whole. yargs is large, and loaded for this only. */
export function helpText(command: CommandName | null): Promise<string> {
  return command === null ? overview() : ofCommand(command, commands[command]);
}

async function overview(): Promise<string> {
  const builder = page(globalOptions, 'Global options:').usage(
    'Usage: $0 [global options] <command> [options] [arguments]\n\nrailcar runs OCI containers.',
  );
  for (const [name, { usage, summary }] of Object.entries(commands)) {
    builder.command(`${name} ${usage.replace(/\s.*/, '')}`.trim(), summary);
  }
  return `${await builder.getHelp()}\n`;
}

async function ofCommand(name: CommandName, { usage, summary, options }: CommandLine): Promise<string> {
  const help = { ...options, help: globalOptions.help ?? {} };
  const line = `Usage: $0 ${name} [options] ${usage}`.trimEnd();
  return `${await page(help, 'Options:').usage(`${line}\n\nrailcar ${name}: ${summary}.`).getHelp()}\n`;
}

function page(options: OptionTable, heading: string) {
  return yargs([])
    .scriptName('railcar')
    .locale('en')
    .exitProcess(false)
    .help(false)
    .version(false)
    .parserConfiguration({ 'boolean-negation': false })
    .updateStrings({ 'Options:': heading })
    .wrap(WIDTH)
    .options(options);
}
