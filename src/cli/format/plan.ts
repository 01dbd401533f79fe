import { stringifyJson } from '../../config/stringify.ts';
import { type HandsOp, handsOps, type StubOp, stubOps, type Template } from '../../plan/ops.ts';
import type { Plan } from '../../plan/plan.ts';

type Op = HandsOp | StubOp;

/** A plan for people: one line an operation, where it comes from, and at the end what each kind of operation does. */
export function planText(plan: Plan): string {
  const sections = [
    section("In the caller's context (the hands):", plan.hands),
    ...plan.stubs.map((ops, index) => section(`In the container's process (init stub ${index}):`, ops)),
    section('After its process has exited (the monitor):', plan.teardown),
  ];
  return `${[...sections.filter((text) => text !== ''), legend(plan)].join('\n\n')}\n`;
}

/** A plan for programs: the plan as it is, with bytes in base64. */
export function planJson(plan: Plan): string {
  return `${stringifyJson(plain(plan), 2)}\n`;
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

function section(title: string, ops: readonly Op[]): string {
  if (ops.length === 0) return '';
  const lines = ops.flatMap((op, index) => describe(op, `${String(index + 1).padStart(4)}  `));
  return [title, ...lines].join('\n');
}

function describe(op: Op, lead: string): string[] {
  const blank = ' '.repeat(lead.length);
  const undo = ('undo' in op ? (op.undo ?? []) : []).flatMap((inner) => describe(inner, `${blank}  undo: `));
  const { on = [], do: instead = [] } = (op.orElse as { on: string[]; do: Op[] } | undefined) ?? {};
  const note = instead.length === 0 ? ['ignored'] : [];
  const orElse = on.length === 0 ? [] : [`${blank}  on ${on.join(', ')}: ${note}`.trimEnd()];
  const branch = instead.flatMap((inner) => describe(inner, `${blank}    `));
  return [`${lead}${op.op}${argumentsOf(op)}  <- ${op.origin}`, ...orElse, ...branch, ...undo];
}

/** Arguments that say nothing (empty, 0, none) are left out. */
function argumentsOf(op: Op): string {
  const kinds = { ...(op.op in stubOps ? stubOps : {}), ...(op.op in handsOps ? handsOps : {}) } as Kinds;
  return Object.keys(kinds[op.op]?.args ?? {})
    .map((name) => argument(name, (op as unknown as Record<string, unknown>)[name], kinds[op.op]?.args[name]))
    .join('');
}

type Kinds = Readonly<
  Record<string, { readonly args: Readonly<Record<string, string>>; readonly doc: string }>
>;

function argument(name: string, value: unknown, kind: string | undefined): string {
  if (value === null || value === undefined || value === '' || value === 0) return '';
  if (Array.isArray(value) && value.length === 0) return '';
  if (name === 'mode') return ` mode=0${(value as number).toString(8)}`;
  if (value instanceof Uint8Array) return ` ${name}=(${value.length} bytes)`;
  if (kind === 'template') return ` ${name}=${shorten(JSON.stringify(templateText(value as Template)))}`;
  if (kind === 'slot' || kind === 'into') return ` ${name}=${String(value)}`;
  if (kind?.startsWith('flags:') || kind === 'slots') return ` ${name}=${(value as string[]).join('|')}`;
  return ` ${name}=${typeof value === 'bigint' ? String(value) : shorten(JSON.stringify(value))}`;
}

function templateText(template: Template): string {
  if (typeof template === 'string') return template;
  return template.map((piece) => (typeof piece === 'string' ? piece : `{${piece.variable}}`)).join('');
}

function shorten(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 97)}...`;
}

function legend(plan: Plan): string {
  const used = (programs: readonly (readonly Op[])[], table: Kinds) => {
    const names = new Set(programs.flat().flatMap(allNames));
    return Object.entries(table).flatMap(([name, { doc }]) => (names.has(name) ? [`  ${name}: ${doc}`] : []));
  };
  const hands = used([plan.hands, plan.teardown], handsOps);
  const stub = used(plan.stubs, stubOps);
  return ['What the operations do:', ...new Set([...hands, ...stub])].join('\n');
}

function allNames(op: Op): string[] {
  const inner = [...('undo' in op ? (op.undo ?? []) : []), ...((op.orElse?.do ?? []) as readonly Op[])];
  return [op.op, ...inner.flatMap(allNames)];
}
