import type { flagTables } from './ops.ts';

type Attr = keyof (typeof flagTables)['attr'];
type Superblock = keyof (typeof flagTables)['superblock'];
type PropagationFlag = keyof (typeof flagTables)['propagation'];
type Word = 'bind' | 'rbind' | 'remount' | 'defaults' | 'idmap' | 'ridmap' | 'tmpcopyup';

/** Attributes of a mount that are to be set and cleared; the atime modes are one field, cleared as `atime`. */
export interface AttrChange {
  readonly set: readonly Attr[];
  readonly clear: readonly Attr[];
}

export interface MountOptions {
  readonly bind: boolean;
  /** Of the bind: `rbind`. */
  readonly recursive: boolean;
  readonly remount: boolean;
  /** For the mount itself, and for it with all mounts below (`rro` and the like). */
  readonly attr: AttrChange;
  readonly attrRecursive: AttrChange;
  /** What is asked of the whole file system: flags, and, for a remount, those taken away again. */
  readonly superblock: readonly Superblock[];
  /** In the order given: `slave` and then `shared` is a mount that is both. */
  readonly propagation: readonly (readonly PropagationFlag[])[];
  readonly idmap: 'no' | 'idmap' | 'ridmap';
  readonly copyUp: boolean;
  /** What is not in the specification's table: options of the file system. */
  readonly data: readonly string[];
}

/** What one option asks for. */
type Effect =
  | { readonly attr: AttrChange; readonly recursive: boolean }
  | { readonly superblock: Superblock; readonly opposite: Superblock }
  | { readonly propagation: readonly PropagationFlag[] }
  | { readonly word: Word };

const plain = (attr: Attr): AttrChange => ({ set: [attr], clear: [] });
const cleared = (attr: Attr): AttrChange => ({ set: [], clear: [attr] });
const atimeMode = (attr: Attr): AttrChange => ({ set: [attr], clear: ['atime'] });

/** relatime is the kernel's default, which the negations fall back to. */
const attributes: Readonly<Record<string, AttrChange>> = {
  ro: plain('ro'),
  rw: cleared('ro'),
  nosuid: plain('nosuid'),
  suid: cleared('nosuid'),
  nodev: plain('nodev'),
  dev: cleared('nodev'),
  noexec: plain('noexec'),
  exec: cleared('noexec'),
  nodiratime: plain('nodiratime'),
  diratime: cleared('nodiratime'),
  nosymfollow: plain('nosymfollow'),
  symfollow: cleared('nosymfollow'),
  relatime: atimeMode('relatime'),
  norelatime: atimeMode('relatime'),
  noatime: atimeMode('noatime'),
  atime: atimeMode('relatime'),
  strictatime: atimeMode('strictatime'),
  nostrictatime: atimeMode('relatime'),
};

const superblocks: Readonly<Record<string, readonly [Superblock, Superblock]>> = {
  sync: ['sync', 'async'],
  async: ['async', 'sync'],
  dirsync: ['dirsync', 'dirsync'],
  mand: ['mand', 'nomand'],
  nomand: ['nomand', 'mand'],
  lazytime: ['lazytime', 'nolazytime'],
  nolazytime: ['nolazytime', 'lazytime'],
  iversion: ['iversion', 'noiversion'],
  noiversion: ['noiversion', 'iversion'],
  silent: ['silent', 'loud'],
  loud: ['loud', 'silent'],
};

export const propagations: Readonly<Record<string, readonly PropagationFlag[]>> = {
  private: ['private'],
  rprivate: ['private', 'rec'],
  shared: ['shared'],
  rshared: ['shared', 'rec'],
  slave: ['slave'],
  rslave: ['slave', 'rec'],
  unbindable: ['unbindable'],
  runbindable: ['unbindable', 'rec'],
};

const words: readonly Word[] = ['bind', 'rbind', 'remount', 'defaults', 'idmap', 'ridmap', 'tmpcopyup'];

/** Every option that is not left to the file system, and what it does: the table of runtime-spec. */
const effects: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  ...entries(attributes, (attr): Effect => ({ attr, recursive: false })),
  ...entries(attributes, (attr): Effect => ({ attr, recursive: true }), 'r'),
  ...entries(superblocks, ([superblock, opposite]): Effect => ({ superblock, opposite })),
  ...entries(propagations, (propagation): Effect => ({ propagation })),
  ...words.map((word): [string, Effect] => [word, { word }]),
]);

/** The options that this runtime knows by name, as `features` lists them. */
export const mountOptionNames: readonly string[] = [...effects.keys()].sort();

function entries<T>(
  table: Readonly<Record<string, T>>,
  effect: (value: T) => Effect,
  prefix = '',
): [string, Effect][] {
  return Object.entries(table).map(([name, value]) => [prefix + name, effect(value)]);
}

/** Reads the options of a mount by the table of runtime-spec; of two that contradict each other the later one counts. */
export function parseMountOptions(options: readonly string[]): MountOptions {
  const attr = new AttrField();
  const attrRecursive = new AttrField();
  const superblock = new Set<Superblock>();
  const given = new Set<Word>();
  const propagation: (readonly PropagationFlag[])[] = [];
  const data: string[] = [];
  for (const option of options) {
    const effect = effects.get(option);
    if (effect === undefined) data.push(...splitData(option));
    else if ('attr' in effect) (effect.recursive ? attrRecursive : attr).apply(effect.attr);
    else if ('propagation' in effect) propagation.push(effect.propagation);
    else if ('word' in effect) given.add(effect.word);
    else {
      superblock.delete(effect.opposite);
      superblock.add(effect.superblock);
    }
  }
  return {
    bind: given.has('bind') || given.has('rbind'),
    recursive: given.has('rbind'),
    remount: given.has('remount'),
    attr: attr.change(),
    attrRecursive: attrRecursive.change(),
    superblock: [...superblock],
    propagation,
    idmap: given.has('ridmap') ? 'ridmap' : given.has('idmap') ? 'idmap' : 'no',
    copyUp: given.has('tmpcopyup'),
    data,
  };
}

const atimeModes: readonly Attr[] = ['relatime', 'noatime', 'strictatime'];

class AttrField {
  readonly #set = new Set<Attr>();
  readonly #clear = new Set<Attr>();

  apply({ set, clear }: AttrChange): void {
    for (const attr of clear) {
      this.#clear.add(attr);
      for (const other of attr === 'atime' ? atimeModes : [attr]) this.#set.delete(other);
    }
    for (const attr of set) {
      this.#set.add(attr);
      this.#clear.delete(attr);
    }
  }

  change(): AttrChange {
    return { set: [...this.#set], clear: [...this.#clear] };
  }
}

/** `size=64k,mode=755` is two options; commas within quotes (SELinux contexts) separate nothing. */
function splitData(option: string): string[] {
  return (option.match(/(?:"[^"]*"|[^,])+/g) ?? []).map(String);
}
