/** Atoms of rules as sets of packets, where earlier rules may have written what they read. */
import type { Cell, ServiceCellTest } from '../model/condition.ts';
import { FIELD_WIDTHS, type AddressField, type NumberField } from '../model/fields.ts';
import { IntervalSet } from '../net/interval-set.ts';
import type { Atom, AtomTest, FamilyAddressTest } from '../4-program/program.ts';
import { cellAddresses, cellInText, cellNumbers, rowOf, type BoundRows } from './bound-rows.ts';
import { canonicalText } from './canonical.ts';
import { ALL, NOTHING, type Assignment, type Diagram } from './diagrams.ts';
import { NO_HISTORY, type Histories, type History } from './histories.ts';
import type { PacketTests } from './packet-tests.ts';
import { isWrittenField, registersReadBy, type Registers } from './registers.ts';

type TestOf<Kind extends AtomTest['kind']> = Extract<AtomTest, { readonly kind: Kind }>;

/** The row at hand, and what was written before. */
export interface AtomContext {
  readonly rows: BoundRows;
  readonly registers: Registers;
}

export class AtomTests {
  readonly #packets: PacketTests;
  readonly #histories: Histories;
  readonly #only: Assignment | undefined;

  /** `only`: answers for this packet alone, so that a walk over rules follows what it meets. */
  constructor(packets: PacketTests, histories: Histories, only?: Assignment) {
    this.#packets = packets;
    this.#histories = histories;
    this.#only = only;
  }

  /** The packets that meet the atom. */
  atom({ test, negated }: Atom, context: AtomContext): Diagram {
    const holds = this.#here(this.#afterWrites(test, context));
    return negated ? this.#packets.diagrams.not(holds) : holds;
  }

  /** The packets that meet all atoms; joined from the last variable up, so that few nodes are made on the way. */
  all(atoms: readonly Atom[], context: AtomContext): Diagram {
    const { diagrams } = this.#packets;
    return atoms
      .map((atom) => this.atom(atom, context))
      .toSorted((a, b) => diagrams.levelOf(b) - diagrams.levelOf(a))
      .reduce((set, atom) => diagrams.when(atom, set), ALL);
  }

  /** An answer that is another each time it is asked for. */
  asked(text: string): Diagram {
    return this.#here(this.#packets.asked(text));
  }

  family(family: 4 | 6 | undefined): Diagram {
    return family === undefined ? ALL : this.#here(this.#packets.family(family));
  }

  /** The packets in the set: all of them or none, where only one is asked about. */
  #here(set: Diagram): Diagram {
    if (!this.#only) return set;
    return this.#packets.diagrams.valueAt(set, this.#only) === 0 ? NOTHING : ALL;
  }

  here(set: Diagram): Diagram {
    return this.#here(set);
  }

  /** For each history of what the test reads, its answer after that history. */
  #afterWrites(test: AtomTest, { rows, registers }: AtomContext): Diagram {
    const { diagrams } = this.#packets;
    const written = registersReadBy(test).filter((name) => registers.has(name));
    const answers = (left: readonly string[], before: Histories_): Diagram => {
      const [name, ...others] = left;
      if (name === undefined) return this.#answer(test, rows, before);
      const register = registers.get(name)!;
      return diagrams.firstOf(
        diagrams
          .valuesOf(register)
          .map((history) =>
            diagrams.when(
              history === NO_HISTORY ? diagrams.not(register) : diagrams.where(register, history),
              answers(others, history === NO_HISTORY ? before : new Map(before).set(name, history)),
            ),
          ),
      );
    };
    return answers(written, new Map());
  }

  #answer(test: AtomTest, rows: BoundRows, before: Histories_): Diagram {
    if (before.size === 0) return this.#test(test, rows);
    const mark = before.get('mark');
    if (mark !== undefined && 'field' in test && test.field === 'mark') {
      const constant = this.#afterMark(test, this.#histories.of(mark));
      if (constant !== undefined) return constant;
    }
    const dscp = before.get('dscp');
    if (dscp !== undefined && test.kind === 'number' && test.in instanceof IntervalSet) {
      const last = this.#histories.of(dscp).at(-1);
      if (last?.kind === 'dscp') return test.in.contains(last.value) ? ALL : NOTHING;
    }
    const histories = [...before].map(([name, history]) => `${name}:${history}`);
    return this.#unknown(test, rows, histories.join());
  }

  /** A test of a mark of which some bits were set to constants; undefined for other histories and tests. */
  #afterMark(test: AtomTest, history: History): Diagram | undefined {
    const [event, more] = history;
    if (event?.kind !== 'mark' || more) return undefined;
    if (test.kind === 'masked') {
      const wanted = (test.value & ~(event.keep & test.mask)) >>> 0;
      const fixed = (event.set & test.mask) >>> 0;
      if (wanted !== fixed) return NOTHING;
      const left = (test.mask & event.keep) >>> 0;
      return this.#packets.numberMasked('mark', (test.value & left) >>> 0, left);
    }
    if (test.kind !== 'number' || !(test.in instanceof IntervalSet) || event.keep !== 0) return undefined;
    return test.in.contains(event.set) ? ALL : NOTHING;
  }

  #test(test: AtomTest, rows: BoundRows): Diagram {
    switch (test.kind) {
      case 'number':
        return test.in instanceof IntervalSet
          ? this.#packets.numberIn(test.field, test.in, test.view)
          : this.numberCell(test.field, test.in, rows, test.view);
      case 'masked':
        return this.#masked(test);
      case 'address':
        return this.#address(test, rows);
      case 'zone':
        return this.#packets.zoneIn(
          test.field,
          test.zones.map(({ name }) => name),
        );
      case 'service cell':
        return this.#serviceCell(test, rows);
      default:
        return this.#unknown(test, rows, '');
    }
  }

  #masked({ field, value, mask }: TestOf<'masked'>): Diagram {
    if (field === 'family' || field === 'service') throw new Error(`no masked test of ${field}`);
    return this.#packets.numberMasked(field, value, mask);
  }

  #address(test: FamilyAddressTest, rows: BoundRows): Diagram {
    const { field, family, view, in: value } = test;
    if (value instanceof IntervalSet) return this.#packets.addressIn(field, family, value, view);
    if (value.kind === 'masked') return this.#packets.addressMasked(field, family, value.value, value.mask, view);
    const { diagrams } = this.#packets;
    const row = rowOf(value, rows);
    if (row.kind === 'row') {
      return this.#packets.addressIn(field, family, cellAddresses(value, row.number, family), view);
    }
    return diagrams.when(this.#packets.family(family), this.#cell(field, view, value, rows));
  }

  numberCell(field: NumberField, cell: Cell, rows: BoundRows, view: AddressView = 'real'): Diagram {
    const row = rowOf(cell, rows);
    if (row.kind === 'found') return this.#cell(field, view, cell, rows);
    return this.#packets.numberIn(field, cellNumbers(cell, row.number, FIELD_WIDTHS[field]), view);
  }

  /** A field against a cell of an unknown row: the same question has the same answer, and none where the field is absent. */
  #cell(field: NumberField | AddressField, view: AddressView, cell: Cell, rows: BoundRows): Diagram {
    const text = canonicalText({ cell, field, view }, (one, key) => cellInText(one, key, rows));
    return this.#packets.diagrams.when(this.#packets.present(field, view), this.#packets.free(text));
  }

  #serviceCell({ protocol, port }: ServiceCellTest, rows: BoundRows): Diagram {
    const isProtocol =
      typeof protocol === 'number'
        ? this.#packets.numberIn('protocol', IntervalSet.of(8, protocol))
        : this.numberCell('protocol', protocol, rows);
    const isPort =
      port instanceof IntervalSet
        ? this.#packets.numberIn('destination port', port)
        : this.numberCell('destination port', port, rows);
    return this.#packets.diagrams.when(isProtocol, isPort);
  }

  /** A question that fields of the packet do not settle here; it fails where a field that it reads is absent. */
  #unknown(test: AtomTest, rows: BoundRows, history: string): Diagram {
    const text = canonicalText({ history, test }, (cell, key) => cellInText(cell, key, rows));
    const { diagrams } = this.#packets;
    return this.#fieldsOf(test).reduce(
      (set, field) => diagrams.when(this.#packets.present(field), set),
      this.#packets.free(text),
    );
  }

  #fieldsOf(test: AtomTest): readonly (AddressField | NumberField)[] {
    if (test.kind === 'memory') return test.key;
    if (test.kind === 'same field') return [test.left, test.right];
    return 'field' in test && isWrittenField(test.field) ? [test.field] : [];
  }
}

type AddressView = 'real' | 'original' | 'on wire';
type Histories_ = ReadonlyMap<string, number>;
