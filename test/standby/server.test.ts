import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/execute/bytes.ts';
import type { Command } from '../../src/execute/hands.ts';
import { messageTypes, PROTOCOL_VERSION, requestNumbers } from '../../src/execute/messages.ts';
import { untraced } from '../../src/execute/trace.ts';
import { Standby, type StandbyOptions } from '../../src/standby/server.ts';

let folder: string;
let standby: Standby;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/railcar-server-`);
  said = [];
});
afterEach(() => {
  standby.stop();
  rmSync(folder, { recursive: true });
});

const greet: Command = async ({ argv }) => ({ code: 0, stdout: argv.join(' '), stderr: '' });

async function start(options: Partial<StandbyOptions> = {}): Promise<void> {
  await new Promise<void>((resolve) => {
    standby = new Standby({
      listen: { path: `${folder}/socket` },
      build: 'b1',
      command: greet,
      idleExit: 0,
      maxCommands: 0,
      maxMemory: 0,
      memory: () => 0,
      clock: () => 0,
      say: (word) => {
        said.push(word);
        if (word === 'ready') resolve();
      },
      ...options,
    });
  });
}

function request(word: string, build = 'b1'): Uint8Array {
  const out = new ByteWriter();
  out.sized(() => {
    out.u8(messageTypes.REQUEST);
    out.u64(PROTOCOL_VERSION);
    out.string(build);
    out.string(`railcar\0${word}\0`);
    out.string('');
    for (const text of ['/', '', '6.1.0']) out.string(text);
    out.list(requestNumbers, () => out.u64(0));
  });
  return out.finish();
}

async function all(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of socket) chunks.push(chunk);
  } catch {
    // Hung up without a word.
  }
  return Buffer.concat(chunks);
}

/** Standard output of the command; null if the server hung up. */
async function ask(word: string, build?: string): Promise<string | null> {
  const socket = connect(`${folder}/socket`);
  socket.write(request(word, build));
  const answer = await all(socket);
  if (answer.length === 0) return null;
  const reader = new ByteReader(answer.subarray(4));
  expect(reader.u8()).toBe(messageTypes.FINISH);
  expect(reader.u64()).toBe(0n);
  return reader.string();
}

describe('standby', () => {
  test('serves many commands at once, each with its own answer', async () => {
    const waiting: (() => void)[] = [];
    await start({
      command: async (request, hands) => {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          if (waiting.length === 20) for (const go of waiting.reverse()) go();
        });
        return greet(request, hands, untraced);
      },
    });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(`c${index}`)));
    expect(answers).toEqual(Array.from({ length: 20 }, (_, index) => `railcar c${index}`));
  });

  test('hangs up on another build, on nonsense, and on a command that is lost', async () => {
    await start({
      command: async () => {
        throw new Error('lost');
      },
    });
    expect(await ask('x', 'b2')).toBeNull();
    expect(await ask('x')).toBeNull();
    const nonsense = connect(`${folder}/socket`);
    nonsense.write(Buffer.alloc(64, 0xff));
    expect(await all(nonsense)).toHaveLength(0);
    expect(said).toEqual(['ready']);
  });

  test('wants to be replaced after so many commands, and serves until then', async () => {
    await start({ maxCommands: 2 });
    await ask('a');
    expect(said).toEqual(['ready']);
    await ask('b');
    expect(await ask('c')).toBe('railcar c');
    expect(said).toEqual(['ready', 'retire']);
  });

  test('wants to be replaced when it has grown', async () => {
    let memory = 10;
    await start({ maxMemory: 100, memory: () => memory * 1024 * 1024 });
    for (let index = 0; index < 32; index++) await ask('x');
    expect(said).toEqual(['ready']);
    memory = 101;
    for (let index = 0; index < 32; index++) await ask('x');
    expect(said).toEqual(['ready', 'retire']);
  });

  test('tells when nobody has needed it for a while, but not while it works', async () => {
    let go = () => {};
    await start({
      idleExit: 0.05,
      command: async (request, hands) => {
        await new Promise<void>((resolve) => {
          go = resolve;
        });
        return greet(request, hands, untraced);
      },
    });
    const answer = ask('x');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(said).toEqual(['ready']);
    go();
    await answer;
    await expect.poll(() => said).toEqual(['ready', 'idle']);
  });

  test('says that it serves when it is asked, and otherwise wants to be replaced', async () => {
    let answers = true;
    let descriptors = true;
    await start({
      command: (request, hands) => (answers ? greet(request, hands, untraced) : new Promise(() => {})),
      memory: () => {
        if (!descriptors) throw new Error('EMFILE');
        return 0;
      },
    });
    const asked = (): string | undefined => {
      standby.answer();
      return said.at(-1);
    };
    const giveUp = async (): Promise<void> => {
      const socket = connect(`${folder}/socket`);
      socket.write(request('x'));
      await new Promise((resolve) => setTimeout(resolve, 30));
      socket.end();
      await new Promise((resolve) => setTimeout(resolve, 30));
    };
    expect(asked()).toBe('alive');
    answers = false;
    // One may have been interrupted.
    await giveUp();
    expect(asked()).toBe('alive');
    await giveUp();
    await giveUp();
    expect(asked()).toBe('retire');
    answers = true;
    await giveUp();
    expect(asked()).toBe('alive');
    // Those of another build are for others to serve.
    for (let index = 0; index < 3; index++) await ask('x', 'b2');
    expect(asked()).toBe('alive');
    descriptors = false;
    expect(asked()).toBe('retire');
  });

  test('finishes what is in flight after it was stopped', async () => {
    let go = () => {};
    await start({
      command: async (request, hands) => {
        await new Promise<void>((resolve) => {
          go = resolve;
        });
        return greet(request, hands, untraced);
      },
    });
    const answer = ask('x');
    await new Promise((resolve) => setTimeout(resolve, 20));
    standby.stop();
    const late = connect(`${folder}/socket`);
    await once(late, 'error');
    go();
    expect(await answer).toBe('railcar x');
  });
});
