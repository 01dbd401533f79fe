import { type EncodedPlan, encodePlan, namedSlot } from '../plan/encode.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { Command, Hands } from './hands.ts';
import {
  type Answer,
  type Failure,
  type Finish,
  failureNumbers,
  failureStrings,
  MAX_FRAME,
  messageTypes,
  PROTOCOL_VERSION,
  type Read,
  type Request,
  type RequestNumber,
  type Result,
  readKinds,
  requestNumbers,
  type Standby,
  type Vigil,
} from './messages.ts';
import { type Clock, Recording, type Span, untraced } from './trace.ts';

/** What a process knows of its time, for a launcher that asks. */
export interface Watch {
  readonly clock: Clock;
  /** What there was to do before this process could listen; nothing if it has waited for the command. */
  readonly startup?: () => readonly Span[];
}

/** The stream to one launcher. Cold, its calls may block and resolve at once; waiting, it is a socket. */
export interface Transport {
  /** Exactly this many bytes; null if the stream has ended before the first of them. */
  read(length: number): Promise<Uint8Array | null>;
  write(bytes: Uint8Array): Promise<void>;
}

/** The peer is not a launcher of this build, or has died. Nothing can be told to it: close the stream. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/**
 * Bytes of a file that a read returns at most, where the reader sets no limit of its own: more than the largest
 * config.json, since the container's record holds one.
 */
const DEFAULT_MAX = 40 * 1024 * 1024;

/** Serves one command over one stream. A process may hold any number of sessions at a time. */
export async function serveSession(
  transport: Transport,
  build: string,
  command: Command,
  watch?: Watch,
): Promise<void> {
  const { request, recording } = await receiveRequest(transport, build, watch);
  // A FINISH that follows a RESULT may name a slot of the plan, when the plan worked but had something to report.
  let slots: EncodedPlan['slots'] = new Map();
  const finish = await command(
    request,
    sessionHands(transport, recording, (encoded) => {
      slots = encoded.slots;
    }),
    recording ?? untraced,
  );
  if (finish === null) return;
  await sendFrame(transport, 'FINISH', (out) => {
    writeFinish(out, finish, slots);
    if (recording !== null) out.bytes(recording.take());
  });
}

/** Only the request says whether anybody wants to know how long it took to receive it. */
async function receiveRequest(
  transport: Transport,
  build: string,
  watch: Watch | undefined,
): Promise<{ readonly request: Request; readonly recording: Recording | null }> {
  const began = watch?.clock() ?? 0;
  const body = await expectFrame(transport, 'REQUEST');
  const received = watch?.clock() ?? 0;
  const request = decodeRequest(body, build);
  if (watch === undefined || request.numbers.trace === 0n) return { request, recording: null };
  const decoded = watch.clock();
  const recording = new Recording(watch.clock, [
    ...(watch.startup?.() ?? []),
    { name: 'receive', subject: 'REQUEST', start: began, end: received },
    { name: 'decode', subject: 'REQUEST', start: received, end: decoded },
  ]);
  return { request, recording };
}

/** A launcher of another build numbers operations differently, so nothing it says can be used. */
export function decodeRequest(body: Uint8Array, build: string): Request {
  return decoding('REQUEST', () => {
    const reader = new ByteReader(body);
    const version = Number(reader.u64());
    if (version !== PROTOCOL_VERSION) {
      throw new ProtocolError(`launcher speaks protocol ${version}, this layer speaks ${PROTOCOL_VERSION}`);
    }
    const theirs = reader.string();
    if (theirs !== build) {
      throw new ProtocolError(`launcher is build ${theirs || '(none)'}, this layer is build ${build}`);
    }
    return {
      build: theirs,
      argv: reader.texts(),
      env: reader.texts(),
      cwd: reader.string(),
      cgroups: reader.string(),
      release: reader.string(),
      numbers: named(
        requestNumbers,
        reader.list(() => reader.u64()),
      ) as Record<RequestNumber, bigint>,
    };
  });
}

function sessionHands(
  transport: Transport,
  recording: Recording | null,
  executing: (encoded: EncodedPlan) => void,
): Hands {
  const trace = recording ?? untraced;
  return {
    async read(reads) {
      if (reads.length === 0) return [];
      await sendFrame(transport, 'READ', (out) => out.list(reads, (read) => writeRead(out, read)));
      const body = await trace.span('wait', () => expectFrame(transport, 'ANSWERS'), 'ANSWERS');
      const answers = trace.span('decode', () => decodeAnswers(body), 'ANSWERS');
      if (answers.length !== reads.length) {
        throw new ProtocolError(`${answers.length} answers to ${reads.length} reads`);
      }
      return answers;
    },
    async execute(plan, finish) {
      const encoded = trace.span('encode', () => encodePlan(plan), 'PLAN');
      executing(encoded);
      await sendFrame(transport, 'PLAN', (out) => {
        writePlan(out, encoded, finish);
        if (recording !== null) out.bytes(recording.take());
      });
      const body = await trace.span('wait', () => receiveFrame(transport, 'RESULT'), 'RESULT');
      return body && decodeResult(body);
    },
  };
}

function writeRead(out: ByteWriter, read: Read): void {
  out.u64(readKinds[read.kind]);
  out.string(read.path);
  out.string(read.name ?? '');
  out.u64(read.max ?? DEFAULT_MAX);
}

function decodeAnswers(body: Uint8Array): Answer[] {
  return decoding('ANSWERS', () => {
    const reader = new ByteReader(body);
    return reader.list(() => ({ errno: Number(reader.u64()), items: reader.list(() => reader.bytes()) }));
  });
}

function writePlan(out: ByteWriter, encoded: EncodedPlan, finish: Finish): void {
  out.list(encoded.programs, (program) => out.bytes(program));
  writeFinish(out, finish, encoded.slots);
}

function writeFinish(out: ByteWriter, finish: Finish, slots: EncodedPlan['slots']): void {
  out.u64(finish.code);
  out.bytes(toBytes(finish.stdout));
  out.bytes(toBytes(finish.stderr));
  out.string(finish.log?.path ?? '');
  out.string(finish.log?.text ?? '');
  const console = namedSlot(finish.monitor?.console, slots);
  const numbers = [finish.monitor === undefined ? 0 : 1, console, finish.report ? 1 : 0];
  const more = [...standbyNumbers(finish.standby), ...watchNumbers(finish.watch, slots)];
  out.list([...numbers, ...more], (number) => out.u64(number));
}

function standbyNumbers(standby: Standby | undefined): number[] {
  if (standby === undefined) return [];
  return [standby.detach ? 1 : 0, standby.idleExit, standby.maxCommands, standby.maxMemory];
}

function watchNumbers(watch: Vigil | undefined, slots: EncodedPlan['slots']): (number | bigint)[] {
  if (watch === undefined) return [];
  const { process, oom, interval, seen } = watch;
  return [namedSlot(process, slots), namedSlot(oom, slots), interval, seen, 0];
}

function decodeResult(body: Uint8Array): Result {
  return decoding('RESULT', () => {
    const reader = new ByteReader(body);
    const [ok] = reader.list(() => reader.u64());
    return { ok: ok === 1n, captured: reader.bytes(), failures: reader.list(() => decodeFailure(reader)) };
  });
}

function decodeFailure(reader: ByteReader): Failure {
  const numbers = reader.list(() => Number(reader.u64()));
  const strings = reader.list(() => reader.string());
  return { ...named(failureNumbers, numbers), ...named(failureStrings, strings) };
}

function named<K extends string, V>(keys: readonly K[], values: readonly V[]): Record<K, V> {
  if (values.length !== keys.length) throw new RangeError(`${values.length} values for ${keys.length} names`);
  return Object.fromEntries(keys.map((key, index) => [key, values[index]])) as Record<K, V>;
}

async function sendFrame(
  transport: Transport,
  type: keyof typeof messageTypes,
  write: (out: ByteWriter) => void,
): Promise<void> {
  const out = new ByteWriter();
  out.sized(() => {
    out.u8(messageTypes[type]);
    write(out);
  });
  await transport.write(out.finish());
}

async function expectFrame(transport: Transport, type: keyof typeof messageTypes): Promise<Uint8Array> {
  const body = await receiveFrame(transport, type);
  if (body === null) throw new ProtocolError(`launcher closed the stream instead of sending ${type}`);
  return body;
}

/** The body of the next frame, which must be of this type; null at the end of the stream. */
async function receiveFrame(
  transport: Transport,
  type: keyof typeof messageTypes,
): Promise<Uint8Array | null> {
  const header = await transport.read(4);
  if (header === null) return null;
  const length = new ByteReader(header).u32();
  if (length < 1 || length > MAX_FRAME) throw new ProtocolError(`frame of ${length} bytes`);
  const frame = await transport.read(length);
  if (frame === null) throw new ProtocolError('stream ended inside a frame');
  if (frame[0] !== messageTypes[type]) {
    throw new ProtocolError(`message ${frame[0]} where ${type} was due`);
  }
  return frame.subarray(1);
}

function decoding<T>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof RangeError) throw new ProtocolError(`malformed ${what}: ${error.message}`);
    throw error;
  }
}

function toBytes(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text) : text;
}
