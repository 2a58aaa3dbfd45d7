/** What a stage of a Program does to one packet, in words that a walk through emitted rules can be compared with. */
import type { Family, Program, ProgramItem, ProgramRule, Stage } from '../../compiler/4-program/program.ts';
import type {
  AddressTarget,
  Cell,
  Effect,
  PortTarget,
  RowVariable,
  Translation,
  Verdict,
  Zone,
} from '../../compiler/model/index.ts';
import { columnOf } from '../../compiler/model/table.ts';
import { atomHolds, type AbstractPacket } from './plan-walk.ts';

export interface TrackedPacket extends AbstractPacket {
  /** What a read of a transport header finds where there is none. */
  readonly garbage: number;
  /** A packet of its flow was let through; undefined: it belongs to none. */
  readonly confirmed: boolean | undefined;
}

export interface Outcome {
  readonly decision: string;
  /** Sorted. */
  readonly effects: readonly string[];
  /** The packet's mark in the end. */
  readonly mark: number;
}

export interface WrittenOutcome extends Omit<Outcome, 'mark'> {
  /** Undefined: no rule wrote any bit of it. */
  readonly mark: string | undefined;
}

type Row = ReadonlyMap<RowVariable, number>;

/** Where the rules stand in the policy, loopback apart. */
export function walkStage(stage: Stage, program: Program, packet: TrackedPacket): Outcome {
  const { decision, walker } = walked(stage, program, packet);
  return { decision, effects: walker.effects.toSorted(), mark: walker.mark };
}

/** The rule that decides; undefined: none, but the flow, the default, or nothing does. */
export function decidingRule(stage: Stage, program: Program, packet: TrackedPacket): ProgramRule | undefined {
  return walked(stage, program, packet).walker.decidedBy;
}

/** What walkStage tells, with the bits of the mark that rules wrote in place of what it is in the end. */
export function walkStageForWrites(stage: Stage, program: Program, packet: TrackedPacket): WrittenOutcome {
  const { decision, walker } = walked(stage, program, packet);
  const { bits, values } = walker.markWritten;
  return { decision, effects: walker.effects.toSorted(), mark: bits === 0 ? undefined : `${values} in ${bits}` };
}

function walked(stage: Stage, { zones }: Program, packet: TrackedPacket): { decision: string; walker: Walker } {
  const walker = new Walker(packet);
  const meets = stage.id !== 'mitigate' || comesBy(stage.zones ?? zones, packet);
  const decision = (meets ? walker.stage(stage) : undefined) ?? wordsOf(stage.default, packet) ?? 'accept';
  return { decision, walker };
}

function comesBy(zones: readonly Zone[], packet: AbstractPacket): boolean {
  return zones.some(({ members }) => members.some((member) => member.interface === packet.in));
}

type Step = { readonly decision: string } | 'on' | 'leaves';

class Walker {
  readonly effects: string[] = [];
  mark: number;
  markWritten = { bits: 0, values: 0 };
  decidedBy: ProgramRule | undefined;
  readonly #packet: TrackedPacket;

  constructor(packet: TrackedPacket) {
    this.#packet = packet;
    this.mark = packet.numbers['mark'] ?? 0;
  }

  stage(stage: Stage): string | undefined {
    const { numbers, confirmed } = this.#packet;
    const first = this.#asked([...stage.implied, ...stage.items], true);
    if (first !== undefined) return first;
    if (stage.stateful) {
      const { invalid, pickup } = stage.stateful;
      const [isNew, isRelated, isInvalid] = [0, 2, 3].map((state) => numbers['state'] === state);
      if (confirmed || isRelated) return 'accept';
      if (isInvalid && invalid === 'drop') return 'drop';
      const beginsFlow = ((numbers['tcp flags'] ?? 0x02) & 0x17) === 0x02;
      if (isNew && !beginsFlow && !pickup && invalid === 'drop') return 'drop';
    }
    return this.#asked([...stage.implied, ...stage.items], false);
  }

  #asked(items: readonly ProgramItem[], eachPacket: boolean): string | undefined {
    const step = this.#items(items, eachPacket, new Map());
    return typeof step === 'object' ? step.decision : undefined;
  }

  #items(items: readonly ProgramItem[], eachPacket: boolean, row: Row): Step {
    for (const item of items) {
      const step = this.#item(item, eachPacket, row);
      if (step !== 'on') return step;
    }
    return 'on';
  }

  #item(item: ProgramItem, eachPacket: boolean, row: Row): Step {
    if (item.kind === 'rule') return item.eachPacket === eachPacket ? this.#rule(item, row) : 'on';
    if (item.kind === 'scope') {
      const step = this.#items(item.items, eachPacket, row);
      return step === 'leaves' ? 'on' : step;
    }
    const rows = item.rows ?? Uint32Array.from({ length: item.row.table.rowCount }, (_, index) => index);
    for (const number of rows) {
      const step = this.#items(item.items, eachPacket, new Map([...row, [item.row, number]]));
      if (step !== 'on') return step;
    }
    return 'on';
  }

  #rule(rule: ProgramRule, row: Row): Step {
    const packet: AbstractPacket = { ...this.#packet, numbers: { ...this.#packet.numbers, mark: this.mark } };
    if (rule.gates.length > 0 || rule.effects.some(({ gates }) => gates.length > 0)) throw new Error('no gates here');
    if (rule.family !== undefined && rule.family !== packet.family) return 'on';
    if (!rule.atoms.every((atom) => atomHolds(atom, packet, row))) return 'on';
    for (const { effect, when } of rule.effects) {
      if (when.some((atoms) => atoms.every((atom) => atomHolds(atom, packet, row)))) this.#effect(effect, row);
    }
    const step = this.#decided(rule, packet.family, row);
    if (typeof step === 'object') this.decidedBy = rule;
    return step;
  }

  #decided({ decision }: ProgramRule, family: Family, row: Row): Step {
    if (!decision) return 'on';
    if (decision.kind === 'socket') throw new Error('no sockets here');
    if (decision.kind === 'class') {
      this.effects.push(`class ${typeof decision.class === 'number' ? decision.class : textOf(decision.class, row)}`);
      return { decision: 'accept' };
    }
    if (decision.kind === 'translation') {
      const words = translationWords(decision.translation, family, row);
      return words === undefined ? 'on' : { decision: words };
    }
    return decision.verdict.kind === 'leave' ? 'leaves' : { decision: wordsOf(decision.verdict, this.#packet)! };
  }

  #effect(effect: Effect, row: Row): void {
    switch (effect.kind) {
      case 'log':
        this.effects.push(`log ${effect.prefix === '' ? '' : `${effect.prefix} `} ${effect.group ?? effect.level}`);
        return;
      case 'count':
        if (effect.counter.kind === 'per row') this.effects.push(`count ${textOf(effect.counter.cell, row)}`);
        else this.effects.push(`count ${[effect.counter.name, effect.counter.direction].filter(Boolean).join('_')}`);
        return;
      case 'mark set': {
        const value = typeof effect.value === 'number' ? effect.value : Number(textOf(effect.value, row));
        const into = (former: number): number => ((former & ~effect.mask) | (value & effect.mask)) >>> 0;
        this.mark = into(this.mark);
        const { bits, values } = this.markWritten;
        this.markWritten = { bits: (bits | effect.mask) >>> 0, values: into(values) };
        return;
      }
      case 'dscp set':
        this.effects.push(`dscp ${typeof effect.value === 'number' ? effect.value : textOf(effect.value, row)}`);
        return;
      case 'mss':
        if (effect.size !== undefined) throw new Error('no maximum segments here');
        this.effects.push(`mss ${effect.size}`);
        return;
      case 'notrack':
        this.effects.push('notrack');
        return;
      default:
        throw new Error(`no ${effect.kind} here`);
    }
  }
}

/** Codes of ICMP (RFC 792, RFC 1812) and of ICMPv6 (RFC 4443). */
const REASONS: Readonly<Record<string, readonly [number, number]>> = {
  'port-unreachable': [3, 4],
  'host-unreachable': [1, 3],
  'net-unreachable': [0, 0],
  'admin-prohibited': [13, 1],
};

function wordsOf(verdict: Verdict | undefined, { numbers, family }: AbstractPacket): string | undefined {
  switch (verdict?.kind) {
    case undefined:
      return undefined;
    case 'allow':
      return 'accept';
    case 'drop':
      return 'drop';
    case 'reject': {
      const { reason } = verdict;
      if (reason === 'tcp-reset' || (reason === undefined && numbers['protocol'] === 6)) return 'reject tcp reset';
      const words = REASONS[reason ?? 'port-unreachable'];
      if (!words) throw new Error(`no ${reason} here`);
      return `reject ${family} ${words[family === 4 ? 0 : 1]}`;
    }
    default:
      throw new Error(`no ${verdict?.kind} here`);
  }
}

function translationWords(translation: Translation, family: Family, row: Row): string | undefined {
  const { kind } = translation;
  const flags = ['random', 'persistent'].filter((flag) => (translation as Readonly<Record<string, unknown>>)[flag]);
  const [address, ports] =
    kind === 'snat' || kind === 'dnat'
      ? [translation.target[family === 4 ? 'v4' : 'v6'], translation.target.ports]
      : [undefined, translation.ports];
  if ((kind === 'snat' || kind === 'dnat') && address === undefined) return undefined;
  return [kind, addressWords(address, row), portWords(ports, row), ...flags].filter((word) => word !== '').join(' ');
}

function addressWords(target: AddressTarget | undefined, row: Row): string {
  if (target === undefined) return 'same';
  if (target.kind === 'range') return `${target.low}-${target.high}`;
  if (target.kind === 'prefix') throw new Error('no prefixes here');
  const { data } = columnOf(target.row.table, target.column)!;
  const number = row.get(target.row)!;
  if (data.store === 'prefix4') return `${data.addresses[number]}-${data.addresses[number]}`;
  throw new Error('no such targets here');
}

function portWords(ports: PortTarget | undefined, row: Row): string {
  if (ports === undefined) return 'same';
  if (ports.kind === 'range') return `${ports.low}-${ports.high}`;
  return `${textOf(ports, row)}-${textOf(ports, row)}`;
}

function textOf(cell: Cell, row: Row): string {
  const { data } = columnOf(cell.row.table, cell.column)!;
  const number = row.get(cell.row)!;
  if (data.store === 'integer') return String(data.values[number]);
  if (data.store === 'text') return data.strings[data.indices[number]!]!;
  throw new Error(`no column of ${data.store} here`);
}
