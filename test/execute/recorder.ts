import type { Context } from '../../src/cli/context.ts';
import type { Hands } from '../../src/execute/hands.ts';
import type { Answer, Finish, Read, Request, Result } from '../../src/execute/messages.ts';
import { untraced } from '../../src/execute/trace.ts';
import { Guess } from '../../src/guess.ts';
import type { HandsOp } from '../../src/plan/ops.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { anew } from '../../src/remember.ts';

/** A host made of what can be read of it. */
export interface FakeHost {
  /** Contents by path. A path that is here also exists. */
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly directories?: readonly string[];
  readonly stdin?: string;
  /** Errno by path of what may not be written to. */
  readonly forbidden?: Readonly<Record<string, number>>;
  /** What executing a plan comes to; null (the default): plain success. */
  readonly result?: Result | null;
}

/** Stands for the launcher: answers reads from a fake host, remembers plans, executes nothing. */
export class Recorder implements Hands {
  readonly #host: FakeHost;
  readonly batches: (readonly Read[])[] = [];
  readonly executed: { readonly plan: Plan; readonly finish: Finish }[] = [];

  constructor(host: FakeHost = {}) {
    this.#host = host;
  }

  async read(reads: readonly Read[]): Promise<readonly Answer[]> {
    this.batches.push(reads);
    return reads.map((read) => this.#answer(read));
  }

  async execute(plan: Plan, finish: Finish): Promise<Result | null> {
    this.executed.push({ plan, finish });
    return this.#host.result ?? null;
  }

  /** The hands' operations of the only plan. */
  get ops(): readonly HandsOp[] {
    if (this.executed.length !== 1) throw new Error(`${this.executed.length} plans were executed`);
    return this.executed[0]?.plan.hands ?? [];
  }

  #answer({ kind, path: given, name }: Read): Answer {
    const { files = {}, links = {}, directories = [], stdin = '', forbidden = {} } = this.#host;
    const path = resolved(given, links, kind !== 'LINK' && kind !== 'EXISTS');
    const content = files[path];
    switch (kind) {
      case 'FILE':
      case 'STREAM':
        return content === undefined ? missing : items(content);
      case 'LINK':
        return links[path] === undefined ? missing : items(links[path]);
      case 'EXISTS':
        return content === undefined && !directories.includes(path) ? missing : items();
      case 'WRITABLE':
        if (content === undefined && !directories.includes(path)) return missing;
        return { errno: forbidden[path] ?? 0, items: [] };
      case 'STUB':
      case 'LOCK':
        return items();
      case 'STDIN':
        return items(stdin);
      case 'STAT':
        return directories.includes(path) ? items('16832 1000 1000 0 0 5 4096 0 61267') : missing;
      case 'LIST':
        return items(
          ...directories
            .filter((directory) => directory.startsWith(`${path}/`))
            .map((directory) => directory.slice(path.length + 1)),
        );
      case 'EACH':
        return items(
          ...below(path, files, links).flatMap((directory) => {
            const text = files[resolved(`${path}/${directory}/${name}`, links, true)];
            return text === undefined ? [] : [directory, text];
          }),
        );
      case 'HAVING':
        return items(
          ...below(path, files, links).filter(
            (directory) => `${path}/${directory}/${name}` in { ...files, ...links },
          ),
        );
      case 'BELOW':
        return items(
          Object.entries(files)
            .filter(([file]) => file.startsWith(`${path}/`) && file.endsWith(`/${name}`))
            .map(([, text]) => text)
            .join(''),
        );
    }
  }
}

/** The directories in a directory that have something in them. */
function below(path: string, ...tables: Readonly<Record<string, string>>[]): string[] {
  const paths = tables.flatMap((table) => Object.keys(table)).filter((each) => each.startsWith(`${path}/`));
  return [...new Set(paths.map((each) => each.slice(path.length + 1).split('/')[0] ?? ''))];
}

/** Where a path leads; `last`: also if it names a link itself. */
function resolved(path: string, links: Readonly<Record<string, string>>, last: boolean): string {
  const followed = Object.keys(links).find((link) => path.startsWith(`${link}/`) || (last && path === link));
  return followed === undefined ? path : `${links[followed]}${path.slice(followed.length)}`;
}

const missing: Answer = { errno: 2, items: [] };

function items(...texts: string[]): Answer {
  return { errno: 0, items: texts.map((text) => Buffer.from(text)) };
}

/** A context whose hands are this recorder. Warnings are collected in `warnings`. */
export function fakeContext(
  hands: Hands,
  changes: Partial<Context> = {},
): Context & { readonly warnings: string[] } {
  const warnings: string[] = [];
  return {
    request: fakeRequest(),
    hands,
    root: '/run/railcar',
    log: { path: null, format: 'text' },
    debug: false,
    systemdCgroup: false,
    rootless: 'auto',
    remember: anew,
    guess: new Guess(),
    trace: untraced,
    warn: (message) => warnings.push(message),
    ...changes,
    warnings,
  };
}

export function fakeRequest(changes: Partial<Request> = {}): Request {
  return {
    build: 'test',
    argv: ['railcar'],
    env: ['PATH=/usr/bin'],
    cwd: '/',
    cgroups: '2:memory:/own\n1:freezer:/\n0::/\n',
    release: '6.18.0',
    numbers: {
      uid: 0n,
      euid: 0n,
      gid: 0n,
      egid: 0n,
      pid: 900n,
      umask: 0o22n,
      now: 1_700_000_000_000n,
      capabilities: 0x1ffffffffffn,
      terminals: 0n,
      rows: 0n,
      columns: 0n,
      userNamespace: 0xeffffffdn,
      trace: 0n,
      woken: 0n,
      seen: 0n,
      way: 0n,
    },
    ...changes,
  };
}

/** A line of /proc/PID/stat. The name is as awkward as names may be. */
export function procStat(pid: number, startTime: number, state = 'S'): string {
  const zeros = Array.from({ length: 18 }, () => 0).join(' ');
  return `${pid} (a ) Z 1) ${state} ${zeros} ${startTime} 1 2\n`;
}
