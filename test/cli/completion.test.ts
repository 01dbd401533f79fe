import { describe, expect, test } from 'vitest';
import { completions } from '../../src/cli/completion/completion.ts';
import { offerFor, wordOffers } from '../../src/cli/completion/values.ts';
import { manual } from '../../src/cli/manual/manual.ts';
import { type CommandLine, commands, globalOptions } from '../../src/cli/options.ts';

const all = Object.entries<CommandLine>(commands);
const shown = (line: CommandLine) => Object.entries(line.options).filter(([, { hidden }]) => hidden !== true);

test('whoever names a place is offered files or directories', () => {
  const places = [...all.flatMap(([, line]) => shown(line)), ...Object.entries(globalOptions)].filter(
    ([, { type, describe }]) => type !== 'boolean' && /^(file|directory|Unix socket)\b/.test(describe ?? ''),
  );
  expect(places.length).toBeGreaterThan(10);
  for (const [name, option] of places) {
    expect([name, offerFor(name, option)?.kind]).toEqual([name, expect.stringMatching(/^(file|directory)$/)]);
  }
});

test('whoever wants a container is offered containers, unless it is a new one', () => {
  const offered = all
    .filter(([name, line]) => wordOffers(name, line)[0]?.kind === 'container')
    .map(([name]) => name);
  const wanted = all.filter(([, { usage }]) => usage.startsWith('<container-id>')).map(([name]) => name);
  expect(offered).toEqual(wanted.filter((name) => !['create', 'run', 'restore'].includes(name)));
});

describe.each(Object.entries(completions))('%s', (shell, script) => {
  const text = script();
  const spelled = (name: string) => (shell === 'fish' ? `-l ${name} ` : `--${name}`);

  test.each(all)('%s with each of its options', (name, line) => {
    expect(text).toContain(name);
    for (const [option] of shown(line)) expect(text).toContain(spelled(option));
  });

  test('global options', () => {
    for (const [option, { hidden }] of Object.entries(globalOptions)) {
      if (hidden !== true) expect(text).toContain(spelled(option));
    }
  });

  test('what only old callers give is not offered', () => {
    expect(text).not.toContain(spelled('kernel-memory-tcp').trim() + (shell === 'fish' ? '' : ' '));
    expect(text).not.toContain(spelled('no-trigger').trim());
  });
});

describe('manual', () => {
  const pages = manual('1.2.3');
  const plain = (page: string) => (pages[page] ?? '').replaceAll('\\-', '-').replaceAll(/\\f[BIR]/g, '');

  test('a page for each command, and one for all', () => {
    expect(Object.keys(pages).sort()).toEqual(
      ['railcar.1', ...all.map(([name]) => `railcar-${name}.1`)].sort(),
    );
  });

  test.each(all)('railcar-%s(1) has each option', (name, line) => {
    for (const [option] of shown(line)) expect(plain(`railcar-${name}.1`)).toContain(`--${option}`);
    expect(plain('railcar.1')).toContain(`railcar-${name}(1)`);
  });

  test('no text begins a line with what roff takes for a request', () => {
    const requests = /^\.(TH|SH|PP|TP)\b/;
    for (const page of Object.values(pages)) {
      for (const line of page.split('\n')) if (/^[.']/.test(line)) expect(line).toMatch(requests);
    }
  });
});
