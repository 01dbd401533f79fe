import { cpus, release, totalmem } from 'node:os';
import type { Outcome } from './phase.ts';
import { growth } from './watch.ts';

/** Markdown. */
export function reportText(outcomes: readonly Outcome[], failures: readonly string[]): string {
  const parts = [
    '# Soak\n\nWritten by `test/run soak`.',
    machine(),
    ...outcomes.map(section),
    verdict(failures),
  ];
  return `${parts.join('\n\n')}\n`;
}

function machine(): string {
  const [processor] = cpus();
  return `Machine: ${cpus().length} × ${processor?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}.`;
}

function section(outcome: Outcome): string {
  const { phase, tally, kills } = outcome;
  const title = phase.killEvery === undefined ? 'One standby' : `Node killed every ${phase.killEvery} ms`;
  const count = `${tally.commands} commands, ${tally.failures.length} of them failed`;
  const killed = phase.killEvery === undefined ? '' : `; Node was killed ${kills} times`;
  const ways = [...tally.ways].map(([way, times]) => `| ${way} | ${times} |`);
  const table = ['| served | commands |', '|---|---|', ...ways].join('\n');
  const parts = [`## ${title}`, `${count}${killed}.`, table];
  return [...parts, ...(phase.killEvery === undefined ? [curve(outcome)] : [])].join('\n\n');
}

function curve({ points }: Outcome): string {
  const head = [
    '| commands | Node KiB | descriptors | supervisor KiB | descriptors |',
    '|---|---|---|---|---|',
  ];
  const rows = points.map(
    ({ commands, worker, supervisor }) =>
      `| ${commands} | ${worker?.memory ?? ''} | ${worker?.descriptors ?? ''} | ${supervisor.memory} | ${supervisor.descriptors} |`,
  );
  const warm = points.slice(Math.floor(points.length / 4));
  const slope = growth(warm.map(({ commands, worker }) => ({ commands, memory: worker?.memory ?? 0 })));
  const line = `After the first quarter, the line that fits best: ${Math.round(slope)} KiB in 10,000 commands.`;
  return [[...head, ...rows].join('\n'), line].join('\n\n');
}

function verdict(failures: readonly string[]): string {
  if (failures.length === 0) return 'No command failed, and nothing was left.';
  return [
    '## Failures',
    ...failures.map((failure) => `    ${failure.trim().replaceAll('\n', '\n    ')}`),
  ].join('\n\n');
}
