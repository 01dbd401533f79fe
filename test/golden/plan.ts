import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unmarshall } from 'dbus-native/lib/message.js';
import { printProgram } from '../../src/cgroups/bpf.ts';
import type { CgroupHost } from '../../src/cgroups/host.ts';
import { bitList } from '../../src/config/bit-list.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { FilterRequest, Filters } from '../../src/kernel/kernel.ts';
import { buildCreate } from '../../src/plan/create.ts';
import type { CreateOptions } from '../../src/plan/facts.ts';
import type { HandsOp, StubOp } from '../../src/plan/ops.ts';
import { handsPhrases, stubPhrases } from '../../src/plan/phrases.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { replaceUnprintable } from '../../src/plan/print.ts';
import { anew } from '../../src/remember.ts';
import { compileSeccomp } from '../../src/seccomp/compile.ts';
import { unitOf } from '../../src/systemd/unit.ts';
import { type Change, difference } from './difference.ts';
import { facts, hosts, options } from './facts.ts';

export const folder = import.meta.dirname;

/** All cases, and the files that belong to none. */
export function goldenCases(): { readonly names: readonly string[]; readonly stray: readonly string[] } {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const has = (name: string, file: string) => existsSync(join(folder, name, file));
  const names = folders.map(({ name }) => name);
  return {
    names: names.filter((name) => has(name, 'config.json')).sort(),
    stray: names.filter((name) => !has(name, 'config.json')).map((name) => join(name, 'plan.json')),
  };
}

/**
 * The plan of a case as its plan.json has it: of `base` and on a systemd host all operations, of every other case what
 * differs from base on the same host, so that what a case is about is what a reader sees.
 */
export function goldenPlan(name: string): string {
  const plan = planOf(name);
  if (name === 'base' || name === 'cgroup2-base' || name === 'cgroup-systemd')
    return text({ hands: plan.hands, stub: plan.stubs[0] ?? [], teardown: plan.teardown });
  const base = planAs(name, goldenConfig('base'), options);
  return text({
    hands: changes<HandsOp>(base.hands, plan.hands, handsPhrases as PhraseOf<HandsOp>),
    stub: changes<StubOp>(base.stubs[0] ?? [], plan.stubs[0] ?? [], stubPhrases as PhraseOf<StubOp>),
    teardown: changes<HandsOp>(base.teardown, plan.teardown, handsPhrases as PhraseOf<HandsOp>),
  });
}

function planOf(name: string): Plan {
  return planAs(name, goldenConfig(name), ownOptions(name));
}

/** The whole plan of a case with another configuration in the place of its own. */
export function planText(name: string, config: Config): string {
  const { hands, stubs, teardown } = planAs(name, config, ownOptions(name));
  return text({ hands, stub: stubs[0] ?? [], teardown });
}

/** What few machines have, without which the twin of a case shows that it is refused; empty where it is not. */
export function missingOf(name: string): string {
  const path = join(folder, name, 'missing');
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}

/** config.json of a case, as `create` reads it. */
export function goldenConfig(name: string): Config {
  const bytes = readFileSync(join(folder, name, 'config.json'));
  return withoutScript(loadConfig(bytes, 'config.json').config);
}

/** On the host of a case. */
function planAs(name: string, config: Config, wanted: CreateOptions): Plan {
  const seccomp = compileSeccomp(
    config.linux?.seccomp,
    () => {},
    anew,
    () => requestRecorder,
  );
  const cgroups = ownHost(name);
  const unit = wanted.systemdCgroup
    ? unitOf(config.linux?.cgroupsPath, facts.id, cgroups, facts.caller, [])
    : null;
  return buildCreate(config, { ...facts, cgroups, unit, seccomp }, wanted);
}

/** Flags of the command line, where a case is about them. */
function ownOptions(name: string): CreateOptions {
  const path = join(folder, name, 'options.json');
  const own = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Partial<CreateOptions>) : {};
  return { ...options, ...own };
}

/** Another host than that of all cases, where a case is about what only such a one has. */
function ownHost(name: string): CgroupHost {
  const path = hostFile(name);
  return existsSync(path) ? hosts[readFileSync(path, 'utf8').trim() as keyof typeof hosts] : facts.cgroups;
}

function hostFile(name: string): string {
  return join(folder, name, 'host');
}

/** What the live twin's shell runs shows the effect; it would be in the way of the plan. */
function withoutScript(config: Config): Config {
  const [shell = '', flag, script, ...rest] = config.process.args;
  if (flag !== '-c' || script === undefined) return config;
  return { ...config, process: { ...config.process, args: [shell, flag, 'SCRIPT', ...rest] } };
}

/** libseccomp's output differs from release to release; what it is asked for is what a golden plan shows. */
const requestRecorder: Filters = {
  compileFilter: (request) => ({
    program: Buffer.from(JSON.stringify(request, replaceUnprintable)),
    newest: [],
  }),
};

/** Some operations of the hands are called like others of the stub. */
type PhraseOf<O> = Record<string, (op: O) => string>;

function changes<O extends HandsOp | StubOp>(
  from: readonly O[],
  to: readonly O[],
  phrases: PhraseOf<O>,
): Change<O>[] {
  const phrase = (op: O) => phrases[op.op]?.(op) ?? op.op;
  return difference(from, to, (op) => JSON.stringify(op, readable), phrase);
}

/** One operation a line. */
function text(
  plan: Readonly<Record<string, readonly (HandsOp | StubOp | Change<HandsOp | StubOp>)[]>>,
): string {
  const parts = Object.entries(plan).map(([program, items]) => `  "${program}": ${list(items, '  ', item)}`);
  return `{\n${parts.join(',\n')}\n}\n`;
}

function item(entry: HandsOp | StubOp | Change<HandsOp | StubOp>, indent: string): string {
  if ('op' in entry) return JSON.stringify(entry, readable);
  const inner = `${indent}  `;
  const parts = [
    `"after": ${JSON.stringify(entry.after)}`,
    ...(['removed', 'added'] as const).flatMap((key) =>
      entry[key] === undefined ? [] : [`"${key}": ${list(entry[key], inner, item)}`],
    ),
  ];
  return `{\n${inner}${parts.join(`,\n${inner}`)}\n${indent}}`;
}

function list<T>(items: readonly T[], indent: string, print: (item: T, indent: string) => string): string {
  if (items.length === 0) return '[]';
  const inner = `${indent}  `;
  return `[\n${items.map((each) => inner + print(each, inner)).join(',\n')}\n${indent}]`;
}

/** The record holds config.json as a whole and is tested by itself. */
function readable(this: unknown, key: string, value: unknown): unknown {
  const { op, path } = this as { op?: string; path?: string };
  if (op === 'writeFile' && key === 'text' && path?.endsWith('/state.json')) return 'RECORD';
  if (op === 'seccomp' && key === 'filter') {
    return JSON.parse(Buffer.from(value as Uint8Array).toString()) as FilterRequest;
  }
  if (op === 'deviceFilter' && key === 'filter') return printProgram(value as Uint8Array);
  if ((op === 'busCall' || op === 'busJob') && key === 'message') {
    const { member, body } = unmarshall(Buffer.from(value as Uint8Array), { variants: 'wrap' });
    return { member, body };
  }
  if ((op === 'memoryPolicy' || op === 'affinity') && value instanceof Uint8Array) return bitList(value);
  return replaceUnprintable(key, value);
}
