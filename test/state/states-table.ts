/** Prints the table for shell tests: command, situation, and `yes` or the refusal, separated by tabs. */
import { commandsOfTable, refusalOf, situations } from './page.ts';

for (const command of commandsOfTable) {
  for (const situation of situations) {
    process.stdout.write(`${command}\t${situation}\t${refusalOf(command, situation) ?? 'yes'}\n`);
  }
}
