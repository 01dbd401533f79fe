import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/execute/bytes.ts';
import type { Command } from '../../src/execute/hands.ts';
import {
  type Answer,
  failureNumbers,
  failureStrings,
  messageTypes,
  PROTOCOL_VERSION,
  requestNumbers,
} from '../../src/execute/messages.ts';
import { ProtocolError, serveSession, type Transport } from '../../src/execute/session.ts';
import { readTrace } from './trace.ts';

type Type = keyof typeof messageTypes;

/** A launcher that has said everything it will say before it is listened to. */
class Launcher implements Transport {
  #incoming: Buffer;
  #sent: Buffer[] = [];

  constructor(...frames: Uint8Array[]) {
    this.#incoming = Buffer.concat(frames);
  }

  async read(length: number): Promise<Uint8Array | null> {
    if (this.#incoming.length === 0) return null;
    if (this.#incoming.length < length) throw new Error('cut short');
    const bytes = this.#incoming.subarray(0, length);
    this.#incoming = this.#incoming.subarray(length);
    return bytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#sent.push(Buffer.from(bytes));
  }

  /** What the Node layer has sent: type and reader of the body. */
  get sent(): { readonly type: number; readonly body: ByteReader }[] {
    return this.#sent.map((bytes) => {
      expect(bytes.readUInt32LE(0)).toBe(bytes.length - 4);
      return { type: bytes.readUInt8(4), body: new ByteReader(bytes.subarray(5)) };
    });
  }
}

function frame(type: Type, write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter();
  out.sized(() => {
    out.u8(messageTypes[type]);
    write(out);
  });
  return Buffer.from(out.finish());
}

function request({
  version = PROTOCOL_VERSION,
  build = 'b1',
  numbers = requestNumbers.length as number,
  trace = 0,
} = {}): Uint8Array {
  return frame('REQUEST', (out) => {
    out.u64(version);
    out.string(build);
    out.string('railcar\0state\0c1\0');
    out.string('A=b\0');
    out.string('/cwd');
    out.string('0::/\n');
    out.string('6.18.0');
    out.list(
      Array.from({ length: numbers }, (_, index) => (requestNumbers[index] === 'trace' ? trace : index)),
      (number) => out.u64(number),
    );
  });
}

function answers(...list: readonly Answer[]): Uint8Array {
  return frame('ANSWERS', (out) =>
    out.list(list, ({ errno, items }) => {
      out.u64(errno);
      out.list(items, (item) => out.bytes(item));
    }),
  );
}

function result(ok: boolean, failures: number): Uint8Array {
  return frame('RESULT', (out) => {
    out.list([ok ? 1 : 0], (number) => out.u64(number));
    out.string('captured');
    out.list(Array.from({ length: failures }), () => {
      out.list([...failureNumbers.keys()], (number) => out.u64(number));
      out.list([...failureStrings], (text) => out.string(text));
    });
  });
}

const finish: Command = async () => ({ code: 3, stdout: 'out', stderr: 'err' });
const plan = { hands: [], stubs: [], teardown: [] };

describe('REQUEST', () => {
  test('is decoded whole', async () => {
    const launcher = new Launcher(request());
    await serveSession(launcher, 'b1', async (decoded) => {
      expect(decoded).toMatchObject({
        argv: ['railcar', 'state', 'c1'],
        env: ['A=b'],
        cwd: '/cwd',
        cgroups: '0::/\n',
        release: '6.18.0',
      });
      expect(decoded.numbers.uid).toBe(0n);
      expect(decoded.numbers.way).toBe(BigInt(requestNumbers.length - 1));
      return null;
    });
    expect(launcher.sent).toEqual([]);
  });

  test.each([
    ['another protocol', request({ version: 99 }), /protocol 99/],
    ['another build', request({ build: 'b2' }), /build b2/],
    ['a missing number', request({ numbers: 3 }), /malformed REQUEST/],
    ['a body that is cut', request().subarray(0, 0), /closed/],
    ['another message', answers(), /message 2 where REQUEST was due/],
    ['a frame of no bytes', Buffer.alloc(8), /frame of 0 bytes/],
    ['a frame that is too long', Buffer.from('ffffffff01', 'hex'), /frame of 4294967295 bytes/],
  ])('%s is refused', async (_, bytes, message) => {
    const served = serveSession(new Launcher(bytes), 'b1', finish);
    await expect(served).rejects.toThrow(ProtocolError);
    await expect(served).rejects.toThrow(message);
  });
});

test('FINISH has the code, both outputs, the log and no slot', async () => {
  const launcher = new Launcher(request());
  await serveSession(launcher, 'b1', async () => ({
    code: 3,
    stdout: 'out',
    stderr: Buffer.from('err'),
    log: { path: '/log', text: 'line\n' },
  }));
  const [sent] = launcher.sent;
  expect(sent?.type).toBe(messageTypes.FINISH);
  expect(sent?.body.u64()).toBe(3n);
  expect([1, 2, 3, 4].map(() => sent?.body.string())).toEqual(['out', 'err', '/log', 'line\n']);
  expect(sent?.body.list(() => sent.body.u64())).toEqual([0n, 0xffffn, 0n]);
});

describe('READ', () => {
  test('goes out in one frame, and its answers come back in order', async () => {
    const launcher = new Launcher(
      request(),
      answers({ errno: 0, items: [Buffer.from('x')] }, { errno: 2, items: [] }),
    );
    await serveSession(launcher, 'b1', async (_, hands) => {
      const found = await hands.read([
        { kind: 'FILE', path: '/a', max: 7 },
        { kind: 'EACH', path: '/b', name: 'n' },
      ]);
      expect(found.map(({ errno, items }) => [errno, items.map(String)])).toEqual([
        [0, ['x']],
        [2, []],
      ]);
      return null;
    });
    const [sent] = launcher.sent;
    const body = sent?.body as ByteReader;
    expect(sent?.type).toBe(messageTypes.READ);
    expect(body.list(() => [body.u64(), body.string(), body.string(), body.u64()])).toEqual([
      [1n, '/a', '', 7n],
      [6n, '/b', 'n', 40n * 1024n * 1024n],
    ]);
  });

  test('of nothing is not sent', async () => {
    const launcher = new Launcher(request());
    await serveSession(launcher, 'b1', async (_, hands) => {
      expect(await hands.read([])).toEqual([]);
      return null;
    });
    expect(launcher.sent).toEqual([]);
  });

  test('with too few answers is an error', async () => {
    const served = serveSession(new Launcher(request(), answers()), 'b1', async (_, hands) => {
      await hands.read([{ kind: 'FILE', path: '/a' }]);
      return null;
    });
    await expect(served).rejects.toThrow('0 answers to 1 reads');
  });

  test('a list longer than its body is an error', async () => {
    const lie = frame('ANSWERS', (out) => out.u32(0xffffffff));
    const served = serveSession(new Launcher(request(), lie), 'b1', async (_, hands) => {
      await hands.read([{ kind: 'FILE', path: '/a' }]);
      return null;
    });
    await expect(served).rejects.toThrow(/malformed ANSWERS/);
  });
});

describe('PLAN', () => {
  test('success is the end of the stream', async () => {
    const launcher = new Launcher(request());
    await serveSession(launcher, 'b1', async (_, hands) => {
      expect(await hands.execute(plan, { code: 0, stdout: '', stderr: '', report: true })).toBeNull();
      return null;
    });
    const [sent] = launcher.sent;
    const body = sent?.body as ByteReader;
    expect(sent?.type).toBe(messageTypes.PLAN);
    expect(body.list(() => body.bytes().length)).toHaveLength(3);
    expect(body.u64()).toBe(0n);
    expect([1, 2, 3, 4].map(() => body.string())).toEqual(['', '', '', '']);
    expect(body.list(() => body.u64())).toEqual([0n, 0xffffn, 1n]);
  });

  test('failures come back by name', async () => {
    const launcher = new Launcher(request(), result(false, 2));
    await serveSession(launcher, 'b1', async (_, hands) => {
      const outcome = await hands.execute(plan, { code: 0, stdout: '', stderr: '' });
      expect(outcome?.ok).toBe(false);
      expect(String(outcome?.captured)).toBe('captured');
      expect(outcome?.failures).toHaveLength(2);
      expect(outcome?.failures[0]).toEqual({
        program: 0,
        index: 1,
        errno: 2,
        status: 3,
        op: 'op',
        origin: 'origin',
        step: 'step',
        subject: 'subject',
        detail: 'detail',
      });
      return null;
    });
  });

  test('after a report, FINISH names the slot of the console as the plan did', async () => {
    const launcher = new Launcher(request(), result(true, 1));
    await serveSession(launcher, 'b1', async (_, hands) => {
      const last = { code: 0, stdout: '', stderr: '', monitor: { console: 'console' } };
      const hand = (into: string) => ({ op: 'receive', into, origin: 'process.terminal' }) as const;
      await hands.execute({ ...plan, hands: [hand('other'), hand('console')] }, last);
      return last;
    });
    const [sentPlan, sentFinish] = launcher.sent;
    const numbers = (body: ByteReader) => {
      body.u64();
      for (let strings = 0; strings < 4; strings += 1) body.string();
      return body.list(() => body.u64());
    };
    sentPlan?.body.list(() => sentPlan.body.bytes());
    expect(numbers(sentPlan?.body as ByteReader)).toEqual([1n, 1n, 0n]);
    expect(numbers(sentFinish?.body as ByteReader)).toEqual([1n, 1n, 0n]);
  });
});

test('many sessions run in one process without touching each other', async () => {
  const launchers = Array.from({ length: 20 }, (_, index) => {
    const text = Buffer.from(`file ${index}`);
    return new Launcher(request(), answers({ errno: 0, items: [text] }));
  });
  const echo: Command = async (_, hands) => {
    const [answer] = await hands.read([{ kind: 'FILE', path: '/a' }]);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    return { code: 0, stdout: answer?.items[0] ?? '', stderr: '' };
  };
  await Promise.all(launchers.map((launcher) => serveSession(launcher, 'b1', echo)));
  for (const [index, launcher] of launchers.entries()) {
    const body = launcher.sent[1]?.body;
    body?.u64();
    expect(body?.string()).toBe(`file ${index}`);
  }
});

describe('a request that is traced', () => {
  let time = 0;
  const watch = { clock: () => ++time, startup: () => [{ name: 'start', subject: 'V8', start: 0, end: 1 }] };
  const command: Command = async (_, hands, trace) => {
    await hands.read([{ kind: 'FILE', path: '/a' }]);
    trace.span('think', () => {});
    await hands.execute(plan, { code: 0, stdout: '', stderr: '' });
    trace.span('word', () => {});
    return { code: 3, stdout: '', stderr: '' };
  };
  const frames = (trace: number) =>
    new Launcher(request({ trace }), answers({ errno: 2, items: [] }), result(false, 0));

  function rest({ body }: { body: ByteReader }, programs: number): ByteReader {
    for (let count = 0; count < programs; count++) body.bytes();
    body.u64();
    for (let count = 0; count < 4; count++) body.bytes();
    body.list(() => body.u64());
    return body;
  }

  test('is told with PLAN and FINISH what was done since', async () => {
    time = 0;
    const launcher = frames(1);
    await serveSession(launcher, 'b1', command, watch);
    const [, sentPlan, sentFinish] = launcher.sent;
    if (!sentPlan || !sentFinish) throw new Error('PLAN and FINISH were to be sent');
    const first = readTrace(rest(sentPlan, sentPlan.body.u32()).bytes());
    const second = readTrace(rest(sentFinish, 0).bytes());
    const words = (spans: readonly unknown[][]) => spans.map(([name, subject]) => `${name} ${subject}`);
    expect(words(first.spans)).toEqual([
      'start V8',
      'receive REQUEST',
      'decode REQUEST',
      'wait ANSWERS',
      'decode ANSWERS',
      'think ',
      'encode PLAN',
    ]);
    expect(words(second.spans)).toEqual(['wait RESULT', 'word ']);
    expect(second.now).toBe(time);
  });

  test('without the wish nothing is added', async () => {
    const launcher = frames(0);
    await serveSession(launcher, 'b1', command, watch);
    const [, sentPlan, sentFinish] = launcher.sent;
    if (!sentPlan || !sentFinish) throw new Error('PLAN and FINISH were to be sent');
    expect(() => rest(sentPlan, sentPlan.body.u32()).u8()).toThrow(RangeError);
    expect(() => rest(sentFinish, 0).u8()).toThrow(RangeError);
  });
});
