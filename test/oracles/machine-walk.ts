/**
 * What rules that were read back do to one packet, by walking them: small and slow, as nft's documentation and the kernel's
 * sources have it. What keeps state (limits, sets that rules change) it does not know.
 */
import type {
  Column,
  Machine,
  MachineChain,
  MachineSet,
  Read,
  ReadField,
  SetUse,
  Statement,
  TranslationTo,
  Verdict,
} from '../../compiler/proof/machine/form.ts';
import { readBigint, strideOf } from '../../compiler/net/words.ts';
import type { Outcome, TrackedPacket } from './stage-walk.ts';

/** A name, or a number. */
type Value = string | bigint;

/** What packets that enter by this chain meet. */
export function walkMachine(machine: Machine, chain: MachineChain, packet: TrackedPacket): Outcome {
  const walker = new Walker(machine, packet);
  return walker.run(chain);
}

type End = { readonly decision: string } | 'returned' | 'on';

class Walker {
  readonly #machine: Machine;
  readonly #packet: TrackedPacket;
  readonly #effects: string[] = [];
  #mark: number;

  constructor(machine: Machine, packet: TrackedPacket) {
    this.#machine = machine;
    this.#packet = packet;
    this.#mark = packet.numbers['mark'] ?? 0;
  }

  run(chain: MachineChain): Outcome {
    const { devices, policy } = chain.entry!;
    const comesBy = devices.length === 0 || devices.includes(this.#packet.in ?? '');
    const end = comesBy ? this.#chain(chain) : 'on';
    const decision = typeof end === 'object' ? end.decision : policy;
    return { decision, effects: this.#effects.toSorted(), mark: this.#mark };
  }

  #chain(chain: MachineChain): End {
    for (const { statements } of chain.rules) {
      const end = this.#rule(statements);
      if (end !== 'on') return end;
    }
    return 'on';
  }

  #rule(statements: readonly Statement[]): End {
    for (const statement of statements) {
      const done = this.#statement(statement);
      if (done === 'breaks') return 'on';
      if (done !== 'holds') return done;
    }
    return 'on';
  }

  #verdict(verdict: Verdict): End {
    switch (verdict.kind) {
      case 'accept':
      case 'drop':
        return { decision: verdict.kind };
      case 'return':
        return 'returned';
      case 'continue':
        return 'on';
      case 'jump': {
        const end = this.#chain(this.#machine.chains.get(verdict.chain)!);
        return end === 'returned' ? 'on' : end;
      }
      case 'goto': {
        // Whoever went on from here returns to where the chain at hand was called from.
        const end = this.#chain(this.#machine.chains.get(verdict.chain)!);
        return end === 'on' ? 'returned' : end;
      }
    }
  }

  #statement(statement: Statement): 'holds' | 'breaks' | End {
    switch (statement.kind) {
      case 'match': {
        const key = this.#key(statement.key);
        if (key === undefined) return 'breaks';
        const set = this.#set(statement.set);
        const found = this.#find(set, key);
        if (found >= 0) this.#count(set, found);
        return found >= 0 === statement.negated ? 'breaks' : 'holds';
      }
      case 'verdict':
        return this.#verdict(statement.verdict);
      case 'verdict map': {
        const set = this.#set(statement.map);
        const found = this.#lookUp(statement.key, set);
        return found < 0 ? 'breaks' : this.#verdict(set.verdicts!.list[set.verdicts!.indices[found]!]!);
      }
      case 'reject': {
        const { refusal } = statement;
        const why =
          refusal.kind === 'tcp reset' ? 'tcp reset' : `${this.#packet.family} ${refusal.codes[this.#packet.family]}`;
        return { decision: `reject ${why}` };
      }
      case 'translate':
        if (statement.family !== undefined && statement.family !== this.#packet.family) return 'holds';
        return this.#translation(statement);
      case 'set mark':
        return this.#setMark(statement);
      case 'set mark by map':
        return this.#setMarkByMap(statement);
      case 'set priority by map': {
        const set = this.#set(statement.map);
        const found = this.#lookUp(statement.key, set);
        if (found < 0) return 'breaks';
        this.#effects.push(`class ${intervalAt(set.data[0]!, found)[0]}`);
        return 'holds';
      }
      default:
        return this.#effect(statement);
    }
  }

  #setMark({ of, from, keep, value }: Extract<Statement, { kind: 'set mark' }>): 'holds' | 'breaks' {
    // Packets here belong to no flow that has a mark.
    if (from === 'flow') return 'breaks';
    if (of === 'packet') this.#mark = (((from === undefined ? 0 : this.#mark) & keep) | value) >>> 0;
    return 'holds';
  }

  #setMarkByMap({ of, key, map }: Extract<Statement, { kind: 'set mark by map' }>): 'holds' | 'breaks' {
    const set = this.#set(map);
    const found = this.#lookUp(key, set);
    if (found < 0) return 'breaks';
    if (of === 'packet') this.#mark = Number(intervalAt(set.data[0]!, found)[0]);
    return 'holds';
  }

  #effect(statement: Statement): 'holds' | 'breaks' {
    switch (statement.kind) {
      case 'count':
        this.#effects.push(`count ${statement.counter}`);
        return 'holds';
      case 'log':
        this.#effects.push(`log ${statement.prefix} ${statement.level ?? statement.group}`);
        return 'holds';
      case 'set priority':
        this.#effects.push(`class ${statement.value}`);
        return 'holds';
      case 'set dscp':
        this.#effects.push(`dscp ${statement.value}`);
        return 'holds';
      case 'set maximum segment':
        this.#effects.push(`mss ${statement.size}`);
        return 'holds';
      case 'notrack':
        this.#effects.push('notrack');
        return 'holds';
      case 'set label':
        return 'holds';
      default:
        throw new Error(`the oracle knows no ${statement.kind}`);
    }
  }

  #translation({ verb, to, random, persistent }: Extract<Statement, { kind: 'translate' }>): 'breaks' | End {
    const target = this.#target(to);
    if (target === undefined) return 'breaks';
    return { decision: `${verb} ${target}${random ? ' random' : ''}${persistent ? ' persistent' : ''}` };
  }

  #target(to: TranslationTo): string | undefined {
    if (to.kind === 'constant') return [to.addresses, to.ports].map((ends) => ends?.join('-') ?? 'same').join(' ');
    const set = this.#set(to.map);
    const found = this.#lookUp(to.key, set);
    if (found < 0) return undefined;
    const [addresses, ports] = set.data.map((column) => intervalAt(column, found).join('-'));
    return to.kind === 'prefix' ? `prefix ${addresses}` : `${addresses} ${ports ?? 'same'}`;
  }

  #set(use: SetUse): MachineSet {
    const set = typeof use === 'string' ? this.#machine.sets.get(use)! : use;
    if (set.isDynamic) throw new Error('the oracle knows no sets that rules change');
    return set;
  }

  #count({ attachments }: MachineSet, index: number): void {
    const attachment = attachments?.list[attachments.indices[index]!];
    if (attachment?.limit) throw new Error('the oracle knows no limits');
    if (attachment?.counted) this.#effects.push(`count ${attachment.comment}`);
  }

  #lookUp(key: readonly Read[], set: MachineSet): number {
    const values = this.#key(key);
    return values === undefined ? -1 : this.#find(set, values);
  }

  #find(set: MachineSet, key: readonly Value[]): number {
    for (let index = 0; index < set.count; index++) {
      if (set.key.every((column, part) => isIn(column, index, key[part]!))) return index;
    }
    return -1;
  }

  #key(reads: readonly Read[]): Value[] | undefined {
    const values = reads.map((read) => this.#read(read));
    return values.every((value) => value !== undefined) ? values : undefined;
  }

  #read(read: Read): Value | undefined {
    if (read.kind !== 'field') throw new Error(`the oracle knows no ${read.kind}`);
    const value = this.#field(read);
    if (typeof value !== 'number' && typeof value !== 'bigint') return value;
    return read.mask === undefined ? BigInt(value) : BigInt(value) & read.mask;
  }

  #field({ field, family }: Extract<Read, { kind: 'field' }>): number | Value | undefined {
    const packet = this.#packet;
    if (family !== undefined && family !== packet.family) return undefined;
    if (field === 'mark') return this.#mark;
    const read = FIELDS[field];
    if (!read) throw new Error(`the oracle knows no ${field}`);
    return read(packet);
  }
}

type FieldReader = (packet: TrackedPacket) => number | Value | undefined;

/** What a transport header has, or whatever stands in its place. */
const transport =
  (field: string): FieldReader =>
  ({ numbers, garbage }) =>
    numbers[field] ?? garbage;

const FIELDS: { readonly [Field in ReadField]?: FieldReader } = {
  family: ({ family }) => family,
  protocol: ({ numbers }) => numbers['protocol'],
  source: ({ source }) => source,
  destination: ({ destination }) => destination,
  in: (packet) => packet.in,
  out: (packet) => packet.out,
  'source port': transport('source port'),
  'destination port': transport('destination port'),
  'tcp flags': transport('tcp flags'),
  'icmp type': ({ numbers, garbage, family }) => (numbers[`icmp${family}`] ?? garbage << 8) >> 8,
  'icmp code': ({ numbers, garbage, family }) => (numbers[`icmp${family}`] ?? garbage) & 0xff,
  length: ({ numbers, family }) => numbers['length']! - (family === 6 ? 40 : 0),
  ttl: ({ numbers }) => numbers['ttl'],
  dscp: ({ numbers }) => numbers['dscp'],
  'fragment offset': ({ numbers, family }) =>
    family === 4 ? [0, 0x2000, 0x0005][numbers['fragment']!] : [undefined, 0, 1][numbers['fragment']!],
  'more fragments': ({ numbers }) => (numbers['fragment'] === 0 ? undefined : 1),
  'fragment header': ({ numbers }) => Number(numbers['fragment'] !== 0),
  'flow confirmed': ({ confirmed }) => (confirmed === undefined ? undefined : Number(confirmed)),
  state: ({ numbers }) => numbers['state'],
  vlan: () => undefined,
  'source mac': () => undefined,
};

function isIn(column: Column, index: number, value: Value): boolean {
  if (column.kind === 'numbers') {
    const [low, high] = intervalAt(column, index);
    return typeof value === 'bigint' && low <= value && value <= high;
  }
  const name = column.names[column.indices[index]!]!;
  return name.endsWith('*') ? String(value).startsWith(name.slice(0, -1)) : name === value;
}

function intervalAt(column: Column, index: number): readonly [bigint, bigint] {
  if (column.kind === 'names') throw new Error('the oracle knows no names as data');
  const stride = strideOf(column.width);
  return [readBigint(column.lows, index, stride), readBigint(column.highs, index, stride)];
}
