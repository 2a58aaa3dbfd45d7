/**
 * What a condition, a list of rules or a plan does to one packet, by walking it: small and slow, sharing nothing with
 * the passes. A packet here is the values of its fields; a field that is not there is absent.
 */
import type { Atom, AtomTest, ProgramItem, ProgramRule } from '../../compiler/4-program/program.ts';
import type { Candidates, Lookup, PlanNode, Ranked, Switch } from '../../compiler/6-plan/plan.ts';
import type { Cell, Condition, RowVariable } from '../../compiler/model/index.ts';
import { columnOf } from '../../compiler/model/table.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';

export interface AbstractPacket {
  readonly family: 4 | 6;
  readonly source: bigint;
  readonly destination: bigint;
  readonly in: string | undefined;
  readonly out: string | undefined;
  /** Absent fields are left out. `service` follows from protocol and destination port. */
  readonly numbers: Readonly<Partial<Record<string, number>>>;
}

/** What a walk did: the rules whose effects happened, and the one that decided. */
export interface Walk {
  readonly effects: readonly string[];
  readonly decision: string | undefined;
}

type Row = ReadonlyMap<RowVariable, number>;
const NO_ROW: Row = new Map();

export function conditionHolds(condition: Condition, packet: AbstractPacket, row: Row = NO_ROW): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((part) => conditionHolds(part, packet, row));
    case 'any':
      return condition.of.some((part) => conditionHolds(part, packet, row));
    case 'not':
      return !conditionHolds(condition.of, packet, row);
    case 'address': {
      const { in: value } = condition;
      const address = packet[condition.field];
      if ('ipv4' in value) return packet.family === 4 ? value.ipv4.contains(address) : value.ipv6.contains(address);
      if (value.kind === 'cell') return cellHolds(value, row, packet.family, address);
      return value.family === packet.family && (address & value.mask) === (value.value & value.mask);
    }
    default:
      return testHolds(condition, packet, row);
  }
}

export function atomHolds(atom: Atom, packet: AbstractPacket, row: Row = NO_ROW): boolean {
  return testHolds(atom.test, packet, row) !== atom.negated;
}

function testHolds(test: AtomTest | Condition, packet: AbstractPacket, row: Row): boolean {
  switch (test.kind) {
    case 'address': {
      const { in: value } = test;
      const address = packet[test.field];
      if (!('family' in test) || test.family !== packet.family) return false;
      if (value instanceof IntervalSet) return value.contains(address);
      if (!('kind' in value)) return false;
      return value.kind === 'cell'
        ? cellHolds(value, row, packet.family, address)
        : (address & value.mask) === (value.value & value.mask);
    }
    case 'number': {
      const value = numberOf(packet, test.field);
      if (value === undefined) return false;
      return test.in instanceof IntervalSet
        ? test.in.contains(value)
        : cellHolds(test.in, row, packet.family, BigInt(value));
    }
    case 'masked': {
      const value = numberOf(packet, test.field);
      return value !== undefined && (value & test.mask) === test.value;
    }
    case 'zone': {
      const interfaceName = packet[test.field];
      return test.zones.some((zone) => zone.members.some((member) => member.interface === interfaceName));
    }
    case 'service cell': {
      const { protocol } = packet.numbers;
      const port = packet.numbers['destination port'];
      if (protocol === undefined || port === undefined) return false;
      const protocolHolds =
        typeof test.protocol === 'number'
          ? test.protocol === protocol
          : cellHolds(test.protocol, row, 4, BigInt(protocol));
      const portHolds =
        test.port instanceof IntervalSet ? test.port.contains(port) : cellHolds(test.port, row, 4, BigInt(port));
      return protocolHolds && portHolds;
    }
    default:
      throw new Error(`the oracle knows no ${test.kind} test`);
  }
}

function numberOf(packet: AbstractPacket, field: string): number | undefined {
  if (field === 'family') return packet.family;
  if (field !== 'service') return packet.numbers[field];
  const { protocol } = packet.numbers;
  const port = packet.numbers['destination port'];
  return protocol === undefined || port === undefined ? undefined : protocol * 65536 + port;
}

function cellHolds(cell: Cell, rows: Row, family: 4 | 6, value: bigint): boolean {
  const row = rows.get(cell.row);
  if (row === undefined) throw new Error(`no row for ${cell.row.name}`);
  const column = columnOf(cell.row.table, cell.column)!;
  if (column.present && column.present[row] === 0) return false;
  const { data } = column;
  switch (data.store) {
    case 'integer':
      return BigInt(data.values[row]!) === value;
    case 'range':
      return BigInt(data.low[row]!) <= value && value <= BigInt(data.high[row]!);
    case 'prefix4':
      return family === 4 && sameTop(BigInt(data.addresses[row]!), value, 32, data.lengths[row]!);
    case 'prefix6':
      return family === 6 && sameTop(words(data.words, row), value, 128, data.lengths[row]!);
    case 'prefix':
      return (
        data.families[row] === family &&
        sameTop(words(data.words, row), value, family === 4 ? 32 : 128, data.lengths[row]!)
      );
    default:
      throw new Error(`the oracle knows no column of ${data.store}`);
  }
}

function words(columns: Uint32Array, row: number): bigint {
  return [0, 1, 2, 3].reduce((value, word) => (value << 32n) | BigInt(columns[row * 4 + word]!), 0n);
}

function sameTop(a: bigint, b: bigint, width: number, length: number): boolean {
  return a >> BigInt(width - length) === b >> BigInt(width - length);
}

/** Items in order, rows in order: the meaning a plan must keep. */
export function walkItems(items: readonly ProgramItem[], packet: AbstractPacket): Walk {
  const walker = new Walker(packet);
  walker.items(items, NO_ROW);
  return walker.result();
}

export function walkPlan(node: PlanNode, packet: AbstractPacket): Walk {
  const walker = new Walker(packet);
  walker.node(node);
  return walker.result();
}

type Step = 'goes on' | 'leaves' | 'decided' | 'found';

class Walker {
  readonly #packet: AbstractPacket;
  readonly #effects: string[] = [];
  #decision: string | undefined;
  /** What the search at hand found. */
  #candidate: { readonly rule: ProgramRule; readonly rank: number } | undefined;

  constructor(packet: AbstractPacket) {
    this.#packet = packet;
  }

  result(): Walk {
    return { effects: this.#effects.toSorted(), decision: this.#decision };
  }

  items(items: readonly ProgramItem[], row: Row): Step {
    for (const item of items) {
      const step = this.#item(item, row);
      if (step !== 'goes on') return step;
    }
    return 'goes on';
  }

  #item(item: ProgramItem, row: Row): Step {
    if (item.kind === 'rule') return this.#rule(item, row);
    if (item.kind === 'scope') return this.items(item.items, row) === 'decided' ? 'decided' : 'goes on';
    const { rowCount } = item.row.table;
    const rows = item.rows ?? Uint32Array.from({ length: rowCount }, (_, index) => index);
    for (const number of rows) {
      const step = this.items(item.items, new Map([...row, [item.row, number]]));
      if (step !== 'goes on') return step;
    }
    return 'goes on';
  }

  node(node: PlanNode): Step {
    switch (node.kind) {
      case 'sequence':
        return this.#first(node.steps, (step) => this.node(step));
      case 'rules':
        return this.#first(node.rules, (rule) => this.#rule(rule, NO_ROW));
      case 'scope': {
        const step = this.node(node.body);
        return step === 'leaves' ? 'goes on' : step;
      }
      case 'lookup':
        return this.#lookup(node);
      case 'switch':
        return this.#switch(node);
      case 'ranked':
        return this.#ranked(node);
      case 'candidates':
        return this.#candidates(node);
    }
  }

  #ranked(node: Ranked): Step {
    const found: { readonly rule: ProgramRule; readonly rank: number }[] = [];
    for (const search of node.searches) {
      this.#candidate = undefined;
      const step = this.node(search);
      if (step === 'decided') return 'decided';
      if (step === 'leaves') throw new Error('a search leaves its group');
      if (this.#candidate) found.push(this.#candidate);
    }
    const [best] = found.toSorted((a, b) => a.rank - b.rank);
    return best ? this.#rule(best.rule, NO_ROW) : 'goes on';
  }

  #candidates(node: Candidates): Step {
    const at = node.rules.findIndex((rule) => this.#matches(rule, NO_ROW));
    if (at < 0) return 'goes on';
    const rule = node.rules[at]!;
    if (rule.effects.length > 0 || rule.gates.length > 0 || !rule.decision) {
      throw new Error('a candidate does more than decide');
    }
    this.#candidate = { rule, rank: node.ranks[at]! };
    return 'found';
  }

  #first<T>(list: readonly T[], walk: (one: T) => Step): Step {
    for (const one of list) {
      const step = walk(one);
      if (step !== 'goes on') return step;
    }
    return 'goes on';
  }

  /** The first row in the order of rows whose key cells all hold the packet's values; the only one by a declared key. */
  #lookup(node: Lookup): Step {
    if (node.family !== undefined && node.family !== this.#packet.family) return 'goes on';
    if (!node.guard.every((atom) => atomHolds(atom, this.#packet))) return 'goes on';
    const holding = node.classes
      .flatMap((one) => Array.from(one.rows, (row) => ({ row, one })))
      .filter(({ row }) => node.key.every((part) => this.#keyHolds(part, node.row, row)));
    const columns = new Set(node.key.map(({ column }) => column));
    const isUnique = node.row.table.keys.some((key) => key.every((column) => columns.has(column)));
    if (isUnique && holding.length > 1) throw new Error('two rows of a lookup hold one key');
    const [found] = holding.toSorted((a, b) => a.row - b.row);
    if (!found) return 'goes on';
    return this.#first(found.one.rules, (rule) => this.#rule(rule, new Map([[node.row, found.row]])));
  }

  #keyHolds(part: Lookup['key'][number], row: RowVariable, number: number): boolean {
    const cell: Cell = { kind: 'cell', row, column: part.column };
    const value =
      part.field === 'source' || part.field === 'destination'
        ? this.#packet[part.field]
        : numberOf(this.#packet, part.field);
    return value !== undefined && cellHolds(cell, new Map([[row, number]]), this.#packet.family, BigInt(value));
  }

  #switch(node: Switch): Step {
    if (node.family !== undefined && node.family !== this.#packet.family) return 'goes on';
    if (!node.guard.every((atom) => atomHolds(atom, this.#packet))) return 'goes on';
    const { field } = node;
    const value = field.kind === 'address' ? this.#packet[field.field] : numberOf(this.#packet, field.field);
    if (value === undefined) return this.node(node.otherwise);
    const found = node.cases.filter((one) => one.values.contains(value));
    if (found.length > 1) throw new Error('two cases of a switch hold one value');
    return this.node(found[0]?.body ?? node.otherwise);
  }

  #matches(rule: ProgramRule, row: Row): boolean {
    if (rule.family !== undefined && rule.family !== this.#packet.family) return false;
    return rule.atoms.every((atom) => atomHolds(atom, this.#packet, row));
  }

  #rule(rule: ProgramRule, row: Row): Step {
    if (!this.#matches(rule, row)) return 'goes on';
    for (const { effect, when } of rule.effects) {
      if (!when.some((atoms) => atoms.every((atom) => atomHolds(atom, this.#packet, row)))) continue;
      this.#effects.push(
        effect.kind === 'count' && effect.counter.kind === 'named' ? effect.counter.name : effect.kind,
      );
    }
    if (!rule.decision) return 'goes on';
    if (rule.decision.kind === 'verdict' && rule.decision.verdict.kind === 'leave') return 'leaves';
    this.#decision = decisionText(rule, row);
    return 'decided';
  }
}

/** A decision with the row's values in it. */
function decisionText(rule: ProgramRule, row: Row): string {
  const replacer = (_key: string, value: unknown): unknown => {
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value !== 'object' || value === null || !('kind' in value)) return value;
    if (value.kind === 'cell') return cellValue(value as Cell, row);
    if (value.kind === 'range' && 'low' in value && 'high' in value && value.low === value.high) {
      return String(value.low);
    }
    return value;
  };
  return JSON.stringify(rule.decision, replacer);
}

function cellValue(cell: Cell, row: Row): string {
  const { data } = columnOf(cell.row.table, cell.column)!;
  const number = row.get(cell.row)!;
  switch (data.store) {
    case 'integer':
      return String(data.values[number]);
    case 'prefix4':
      return String(data.addresses[number]);
    case 'prefix6':
    case 'prefix':
      return String(words(data.words, number));
    default:
      throw new Error(`the oracle knows no value of ${data.store}`);
  }
}
