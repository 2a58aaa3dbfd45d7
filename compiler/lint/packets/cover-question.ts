/** Whether entries keep all packets from another: settled by decision diagrams, over all packets. */
import type { Family } from '../../4-program/program.ts';
import { domainOf, TRANSPORT } from '../../6-plan/regions/axes.ts';
import type { View } from '../../model/condition.ts';
import type { Zone } from '../../model/policy.ts';
import type { Value } from '../../net/words.ts';
import { AtomTests } from '../../proof/atom-tests.ts';
import { NO_ROWS } from '../../proof/bound-rows.ts';
import { Diagrams, NOTHING, type Assignment, type Diagram } from '../../proof/diagrams.ts';
import { FieldReader } from '../../proof/field-reader.ts';
import { FieldLayout, ORDERS, type LayoutField } from '../../proof/fields.ts';
import { Histories } from '../../proof/histories.ts';
import { OutOfBudget } from '../../proof/node-table.ts';
import { packetText } from '../../proof/packet-text.ts';
import { numberMembers, PacketTests } from '../../proof/packet-tests.ts';
import { possiblePackets } from '../../proof/possible-packets.ts';
import { leavesAround, ruleOf, type Entries } from './entries.ts';
import type { EntryRegions } from './entry-regions.ts';
import type { Point } from './packet-walk.ts';
import { packetAt } from './point-packet.ts';

/** Bytes for the diagrams of one question. */
const BUDGET = 2 ** 29;

const CONTEXT = { rows: NO_ROWS, registers: new Map<string, Diagram>() };

/** Entries as diagrams, in one order of the fields. */
export class CoverDiagrams {
  readonly diagrams: Diagrams;
  readonly #packets: PacketTests;
  readonly #atoms: AtomTests;
  readonly #entries: Entries;
  readonly #regions: EntryRegions;
  readonly #zones: readonly Zone[];
  readonly #possible: Diagram;

  constructor(entries: Entries, regions: EntryRegions, zones: readonly Zone[], layout: FieldLayout, budget = BUDGET) {
    this.diagrams = new Diagrams(budget);
    this.#packets = new PacketTests(this.diagrams, layout, numberMembers(zones));
    this.#atoms = new AtomTests(this.#packets, new Histories());
    this.#entries = entries;
    this.#regions = regions;
    this.#zones = zones;
    this.#possible = possiblePackets(this.#packets);
  }

  /** The packets of a family that may meet the entry. */
  packetsOf(entry: number, family: Family): Diagram {
    const rule = ruleOf(this.#entries, entry);
    if (rule.family !== undefined && rule.family !== family) return NOTHING;
    const { atoms } = this.#regions.atomsOf(entry);
    const { diagrams } = this;
    const met = diagrams.when(this.#packets.family(family), this.#atoms.all(atoms, CONTEXT));
    return diagrams.when(this.#possible, met);
  }

  #certainOf(entry: number, packets: Diagram): Diagram {
    return this.#regions.atomsOf(entry).isWhole ? this.among(entry, packets) : NOTHING;
  }

  /** Those among `packets` that a keeper keeps from an entry: certain to meet it, and led past it by no `leave`. */
  keptBy(keeper: number, entry: number, packets: Diagram): Diagram {
    const { diagrams } = this;
    let kept = this.#certainOf(keeper, packets);
    for (const leave of leavesAround(this.#entries, keeper, entry)) {
      if (kept === NOTHING) break;
      kept = diagrams.unless(diagrams.when(kept, this.among(leave.entry, kept)), kept);
    }
    return kept;
  }

  /** Those among `packets` that may meet the entry. */
  among(entry: number, packets: Diagram): Diagram {
    const { family } = ruleOf(this.#entries, entry);
    const { diagrams } = this;
    const ofFamily = family === undefined ? packets : diagrams.when(this.#packets.family(family), packets);
    return diagrams.when(this.#atoms.all(this.#regions.atomsOf(entry).atoms, CONTEXT), ofFamily);
  }

  /** A packet of a set that is not empty. */
  packetIn(set: Diagram): Assignment {
    return this.diagrams.somePacket(set) ?? new Set();
  }

  /** A packet, for people. */
  textOf(packet: Assignment): string {
    return packetText(packet, this.#packets.layout, this.#zones, this.#packets.freeAt(packet));
  }

  /** The packet with these values along axes; undefined: they do not tell one, or there is none such. */
  packetAt(point: Point, family: Family): Assignment | undefined {
    const packet = packetAt(point, family, this.#packets.layout, this.#zones);
    return packet && this.diagrams.valueAt(this.#possible, packet) !== 0 ? packet : undefined;
  }

  /** A packet as values along axes. */
  pointOf(packet: Assignment, axes: Iterable<string>): Point {
    const reader = new FieldReader(packet, this.#packets.layout);
    const point: Point = new Map([[TRANSPORT, transportOf(reader)]]);
    for (const axis of axes) {
      if (axis !== TRANSPORT) point.set(axis, this.#valueAlong(axis, reader));
    }
    return point;
  }

  #valueAlong(axis: string, reader: FieldReader): Value {
    if (axis === 'in' || axis === 'out') return this.#zoneNumber(reader.number(axis) ?? 0);
    const [name, view = 'real'] = axis.split('/') as [string, View?];
    const { family } = reader;
    if (name === 'source' || name === 'destination') {
      const field = `${name}/${view}` as const;
      return family === 4 ? (reader.number(field, 32) ?? 0) : (reader.value(field, 128) ?? 0n);
    }
    const field = (name.endsWith(' port') ? `${name}/${view}` : name) as LayoutField;
    const domain = domainOf(axis, family);
    const value = reader.value(field);
    if (value === undefined) return domain.highAt(domain.intervalCount - 1);
    return domain.width <= 32 ? Number(value) : value;
  }

  /** Zones are numbered from 1 on, and so are, one zone after another, their members. */
  #zoneNumber(member: number): number {
    let last = 0;
    for (const [index, { members }] of this.#zones.entries()) {
      last += members.length;
      if (member > 0 && member <= last) return index + 1;
    }
    return 0;
  }
}

function transportOf(reader: FieldReader): number {
  const protocol = reader.number('protocol') ?? 0;
  const port = reader.number('destination port/real');
  return (protocol << 17) | (port === undefined ? 0 : 0x1_0000 | port);
}

/** More nodes than this are not carried on from one question to the next. */
const MOST_NODES = 1 << 20;

/** Diagrams for one question after another, in that order of the fields in which the last one fitted. */
export class CoverQuestions {
  readonly #make: (layout: FieldLayout) => CoverDiagrams;
  #order = 0;
  #diagrams: CoverDiagrams | undefined;

  constructor(entries: Entries, regions: EntryRegions, zones: readonly Zone[]) {
    this.#make = (layout) => new CoverDiagrams(entries, regions, zones, layout);
  }

  /** Runs with the orders of the fields in turn, until one fits; undefined: none does. */
  ask<Result>(run: (diagrams: CoverDiagrams) => Result): Result | undefined {
    for (let tried = 0; tried < ORDERS.length; tried++) {
      if ((this.#diagrams?.diagrams.nodeCount ?? Infinity) > MOST_NODES) {
        this.#diagrams = this.#make(new FieldLayout(ORDERS[this.#order]!));
      }
      try {
        return run(this.#diagrams!);
      } catch (error) {
        if (!(error instanceof OutOfBudget)) throw error;
        this.#diagrams = undefined;
        this.#order = (this.#order + 1) % ORDERS.length;
      }
    }
    return undefined;
  }
}
