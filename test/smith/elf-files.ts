/** What an ELF file of a test is to say; the rest is as a linker for Linux on x86-64 would have it. */
export interface ElfParts {
  readonly bits?: 32 | 64;
  readonly littleEndian?: boolean;
  readonly machine?: number;
  /** 2: at a fixed address; 3: a library or a PIE. */
  readonly type?: number;
  readonly flags?: number;
  readonly interpreter?: string;
  readonly needed?: readonly string[];
  readonly soname?: string;
  readonly rpath?: string;
  readonly runpath?: string;
  readonly flags1?: number;
  readonly filters?: readonly string[];
  readonly auxiliaries?: readonly string[];
  readonly audit?: string;
  readonly depaudit?: string;
  /** More names for the table, as versions of symbols are. */
  readonly names?: readonly string[];
  /** Has a dynamic section though there is nothing in it. */
  readonly dynamic?: boolean;
  readonly notes?: readonly NotePart[];
  /** Sections beside those that the notes and the names of sections make. */
  readonly sections?: readonly { readonly name: string; readonly type?: number; readonly content: Buffer }[];
  /** Without any table of sections, as `strip --strip-section-headers` leaves it. */
  readonly noSections?: boolean;
  /** Debugging information only: what is loaded is said to be elsewhere (SHT_NOBITS). */
  readonly debugOnly?: boolean;
}

export interface NotePart {
  readonly owner: string;
  readonly type: number;
  readonly content: Buffer;
}

const BASE = 0x400000;

/** Writes an ELF file for a test: nothing in it could run, but its headers are sound. */
export function elfFile(parts: ElfParts = {}): Buffer {
  return new Writer(parts).write();
}

/** A note of build-id. */
export function buildIdNote(hex: string): NotePart {
  return { owner: 'GNU', type: 3, content: Buffer.from(hex, 'hex') };
}

/** A note about what is loaded with dlopen. */
export function dlopenNote(json: unknown): NotePart {
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  return { owner: 'FDO', type: 0x407c0c0a, content: Buffer.from(`${text}\0`) };
}

interface Extent {
  readonly at: number;
  readonly size: number;
}

class Writer {
  readonly #parts: ElfParts;
  readonly #wide: boolean;
  readonly #little: boolean;
  readonly #chunks: Buffer[] = [];
  #at: number;

  constructor(parts: ElfParts) {
    this.#parts = parts;
    this.#wide = parts.bits !== 32;
    this.#little = parts.littleEndian !== false;
    // The header and room for four segments.
    this.#at = this.#wide ? 64 + 4 * 56 : 52 + 4 * 32;
  }

  write(): Buffer {
    const { interpreter, notes = [] } = this.#parts;
    const segments: [type: number, extent: Extent][] = [];
    if (interpreter !== undefined) segments.push([3, this.#append(Buffer.from(`${interpreter}\0`))]);
    const dynamic = this.#dynamic();
    if (dynamic !== null) segments.push([2, dynamic]);
    const noted =
      notes.length > 0 ? this.#append(Buffer.concat(notes.map((note) => this.#note(note)))) : null;
    if (noted !== null) segments.push([4, noted]);
    const table = this.#parts.noSections === true ? null : this.#sections(dynamic, noted);
    segments.unshift([1, { at: 0, size: this.#at }]);
    return Buffer.concat([this.#header(segments, table), ...this.#chunks]);
  }

  #append(content: Buffer): Extent {
    const place = { at: this.#at, size: content.length };
    const padded = Buffer.concat([content, Buffer.alloc(-content.length & 7)]);
    this.#chunks.push(padded);
    this.#at += padded.length;
    return place;
  }

  #numbers(...numbers: [size: 2 | 4 | 8, value: number][]): Buffer {
    return Buffer.concat(
      numbers.map(([size, value]) => {
        const bytes = Buffer.alloc(size);
        if (size === 8)
          this.#little ? bytes.writeBigUInt64LE(BigInt(value)) : bytes.writeBigUInt64BE(BigInt(value));
        else this.#little ? bytes.writeUIntLE(value, 0, size) : bytes.writeUIntBE(value, 0, size);
        return bytes;
      }),
    );
  }

  #words(...values: number[]): Buffer {
    const size = this.#wide ? 8 : 4;
    return this.#numbers(...values.map((value): [4 | 8, number] => [size, value]));
  }

  #dynamic(): Extent | null {
    const parts = this.#parts;
    let strings = '\0';
    const name = (text: string) => {
      const at = strings.length;
      strings += `${text}\0`;
      return at;
    };
    const one = (tag: number, text: string | undefined) =>
      text === undefined ? [] : [[tag, name(text)] as const];
    const entries: (readonly [number, number])[] = [
      ...(parts.needed ?? []).map((each) => [1, name(each)] as const),
      ...one(14, parts.soname),
      ...one(15, parts.rpath),
      ...one(29, parts.runpath),
      ...one(0x6ffffefc, parts.audit),
      ...one(0x6ffffefb, parts.depaudit),
      ...(parts.filters ?? []).map((each) => [0x7fffffff, name(each)] as const),
      ...(parts.auxiliaries ?? []).map((each) => [0x7ffffffd, name(each)] as const),
      ...(parts.flags1 === undefined ? [] : [[0x6ffffffb, parts.flags1] as const]),
    ];
    for (const each of parts.names ?? []) name(each);
    if (entries.length === 0 && strings === '\0' && parts.dynamic !== true) return null;
    const table = this.#append(Buffer.from(strings));
    const all = [...entries, [5, BASE + table.at] as const, [10, table.size] as const, [0, 0] as const];
    return this.#append(Buffer.concat(all.map(([tag, value]) => this.#words(tag, value))));
  }

  #note({ owner, type, content }: NotePart): Buffer {
    const named = Buffer.from(`${owner}\0`);
    const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
    return Buffer.concat([
      this.#numbers([4, named.length], [4, content.length], [4, type]),
      padded(named),
      padded(content),
    ]);
  }

  /** Returns the place of the table and how many there are. */
  #sections(dynamic: Extent | null, notes: Extent | null): { at: number; count: number } {
    const { sections = [], debugOnly = false } = this.#parts;
    const all = [{ name: '', type: 0, address: 0, at: 0, size: 0 }];
    const loaded = (name: string, type: number, { at, size }: Extent) =>
      all.push({ name, type: debugOnly ? 8 : type, address: BASE + at, at, size });
    if (dynamic !== null) loaded('.dynamic', 6, dynamic);
    if (notes !== null) all.push({ name: '.note', type: 7, address: BASE + notes.at, ...notes });
    for (const { name, type = 1, content } of sections)
      all.push({ name, type, address: 0, ...this.#append(content) });
    all.push({ name: '.shstrtab', type: 3, address: 0, at: 0, size: 0 });
    let names = '';
    const places = all.map(({ name }) => {
      names += `${name}\0`;
      return names.length - name.length - 1;
    });
    const text = this.#append(Buffer.from(names));
    const last = all.at(-1);
    if (last !== undefined) Object.assign(last, text);
    const rows = all.map(({ type, address, at, size }, index) =>
      Buffer.concat([
        this.#numbers([4, places[index] ?? 0], [4, type]),
        this.#words(0, address, at, size),
        Buffer.alloc(8),
        this.#words(1, 0),
      ]),
    );
    return { at: this.#append(Buffer.concat(rows)).at, count: all.length };
  }

  #header(segments: [number, Extent][], sections: { at: number; count: number } | null): Buffer {
    const { machine = 62, type = 3, flags = 0 } = this.#parts;
    const size = this.#wide ? 64 : 52;
    const identity = Buffer.from([0x7f, 0x45, 0x4c, 0x46, this.#wide ? 2 : 1, this.#little ? 1 : 2, 1, 0]);
    const header = Buffer.concat([
      identity,
      Buffer.alloc(8),
      this.#numbers([2, type], [2, machine], [4, 1]),
      this.#words(0, size, sections?.at ?? 0),
      this.#numbers([4, flags], [2, size], [2, this.#wide ? 56 : 32], [2, segments.length]),
      this.#numbers([2, this.#wide ? 64 : 40], [2, sections?.count ?? 0], [2, (sections?.count ?? 1) - 1]),
    ]);
    const rows = segments.map(([kind, { at, size: bytes }]) =>
      this.#wide
        ? Buffer.concat([
            this.#numbers([4, kind], [4, 4]),
            this.#words(at, BASE + at, BASE + at, bytes, bytes, 4),
          ])
        : Buffer.concat([this.#words(kind, at, BASE + at, BASE + at, bytes, bytes, 4, 4)]),
    );
    const room = this.#wide ? 64 + 4 * 56 : 52 + 4 * 32;
    const start = Buffer.concat([header, ...rows]);
    return Buffer.concat([start, Buffer.alloc(room - start.length)]);
  }
}
