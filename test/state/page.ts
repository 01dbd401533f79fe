import { statuses } from '../../src/state/status.ts';
import { requireStatus, type Situation, type Transition, transitions } from '../../src/state/transitions.ts';

export const situations: readonly Situation[] = [...statuses, 'missing'];

export const commandsOfTable = Object.keys(transitions) as Transition[];

/** What a command says about a container `ID` in this situation; null if it goes on. */
export function refusalOf(command: Transition, situation: Situation): string | null {
  try {
    requireStatus(command, situation, 'ID');
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

const head = `# Commands and the state of a container

Written by a test from the table that the commands themselves use (\`src/state/transitions.ts\`), and compared with it;
\`test/live/states.bats\` tries every cell with a real container. A command either goes on (**yes**) or changes nothing and
fails with the words that are shown, which are those of runc; exit status 1, for \`exec\` 255. On standard error and in the
log the id stands before them: \`"ID": container not running\`.

\`creating\`: \`create\` or \`run\` has begun and not finished. \`stopped\`: the process has exited, the container has not been
deleted. \`missing\`: there is no container of this id.

The specification is kept where runc differs: \`delete\` without \`--force\` of a container that was created and not started
is an error ("attempting to delete a container that is not stopped MUST generate an error"), unless railcar is installed
under the name \`runc\` or \`crun\`.
`;

/** docs/states.md. */
export function statesPage(): string {
  return `${head}\n${commandsOfTable.map(section).join('\n')}`;
}

function section(command: Transition): string {
  const rows = situations.map((situation) => {
    const refusal = refusalOf(command, situation);
    return `| ${situation} | ${refusal === null ? '**yes**' : `\`${refusal}\``} |\n`;
  });
  return `## ${command}\n\n| the container is | the command goes on |\n|---|---|\n${rows.join('')}`;
}
