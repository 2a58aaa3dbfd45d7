/** Fields that rules write and that later rules may read: these see what was written last, and not what the packet came with. */
import { NOTHING, type Diagram, type Diagrams, type FixedBits, type Operation } from '../diagrams.ts';
import type { FieldLayout, FieldOrder, FieldPlace } from '../fields.ts';
import { dscpSetBy, markSetBy } from './events.ts';
import { NotCompared } from './not-compared.ts';

const WHOLE_DSCP = 0x3f;

/** The things that happen to fields of packets, and which bits an event leaves with which value. */
const FIELDS = {
  mark: (event: string) => {
    const set = markSetBy(event);
    return set && { mask: ~set.keep >>> 0, value: set.value };
  },
  dscp: (event: string) => {
    const value = dscpSetBy(event);
    return value === undefined ? undefined : { mask: WHOLE_DSCP, value };
  },
} as const;

type Field = keyof typeof FIELDS;

export const WRITTEN_FIELDS = Object.keys(FIELDS) as readonly Field[];

/** The order with the fields that rules write behind all others, where what was written is put into them at least cost. */
export function writtenLast(order: FieldOrder): FieldOrder {
  const isWritten = (field: string) => (WRITTEN_FIELDS as readonly string[]).includes(field);
  return [...order.filter((field) => !isWritten(field)), ...order.filter(isWritten)];
}

export class Rewritten {
  readonly #diagrams: Diagrams;
  readonly #layout: FieldLayout;
  readonly #textOf: (value: number) => string;
  /** Codes of operations, by the field and the value at the end of a diagram. */
  readonly #codes = new Map<string, number>();
  #nextCode: number;

  /** `textOf`: the event behind a value; `firstCode`: from here on down, codes of operations are free. */
  constructor(diagrams: Diagrams, layout: FieldLayout, textOf: (value: number) => string, firstCode: number) {
    this.#diagrams = diagrams;
    this.#layout = layout;
    this.#textOf = textOf;
    this.#nextCode = firstCode;
  }

  /** What a diagram of the packets as they are now says of the packets as they came, after these effects. */
  behind(effects: ReadonlyMap<string, Diagram>, diagram: Diagram): Diagram {
    return WRITTEN_FIELDS.reduce((seen, field) => this.#behind(field, effects.get(field) ?? NOTHING, seen), diagram);
  }

  #behind(field: Field, written: Diagram, diagram: Diagram): Diagram {
    const diagrams = this.#diagrams;
    const place = this.#layout.placeOf(field);
    const end = place.first + place.width;
    if (written === NOTHING || !diagrams.asksOf(diagram, place.first, end)) return diagram;
    const put: Operation = {
      code: this.#codeOf(field),
      plain: (event, now) => {
        if (event === NOTHING || diagrams.levelOf(now) >= end) return now;
        if (diagrams.isValue(event)) return this.#fixed(field, place, event, now);
        const isLeft = diagrams.levelOf(event) < place.first || diagrams.levelOf(now) < place.first;
        return isLeft ? -1 : this.#eventByEvent(field, place, event, now);
      },
    };
    return diagrams.combine(put, written, diagram);
  }

  /** Where what is written depends on what it is written over. */
  #eventByEvent(field: Field, place: FieldPlace, written: Diagram, diagram: Diagram): Diagram {
    const diagrams = this.#diagrams;
    const events = diagrams.valuesOf(written).filter((value) => value !== NOTHING);
    return events.reduce(
      (all, value) => {
        const now = this.#fixed(field, place, diagrams.value(value), diagram);
        return diagrams.orElse(all, diagrams.when(diagrams.where(written, value), now));
      },
      diagrams.unless(written, diagram),
    );
  }

  /** The diagram for packets to which an event happened, given as a diagram of one value. */
  #fixed(field: Field, { first, width }: FieldPlace, event: Diagram, diagram: Diagram): Diagram {
    const [value] = this.#diagrams.valuesOf(event);
    const set = FIELDS[field](this.#textOf(value!));
    if (!set) throw new NotCompared(`a ${field} that is read behind where a table or another field sets it`);
    const bits: FixedBits = { first, width, ...set };
    return this.#diagrams.fixed(diagram, bits, this.#codeOf(`${field} ${value}`));
  }

  #codeOf(name: string): number {
    let code = this.#codes.get(name);
    if (code === undefined) this.#codes.set(name, (code = this.#nextCode--));
    return code;
  }
}
