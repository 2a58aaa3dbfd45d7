/** The row that a key finds in a table, as one unknown: what is done with values of its cells. */
import type { Family } from '../../4-program/program.ts';
import type { AddressTarget, Cell, Effect, PortTarget, RowVariable, Translation } from '../../model/index.ts';
import { columnOf } from '../../model/table.ts';
import type { Diagram } from '../diagrams.ts';
import type { KeyData } from './key-tables.ts';
import { ADDRESS_VALUES, MARK_VALUES, PORT_VALUES, type Found, type ValueKind } from './lookups.ts';
import { COUNTS } from './events.ts';
import { NO_MEANING, OF_ROWS, type Meaning, type Meanings } from './meaning.ts';
import { NotCompared } from './not-compared.ts';
import * as outcomes from './outcomes.ts';
import { hasCell, keysOf, partOf, type RowKey } from './row-keys.ts';
import type { StagePackets } from './stage-packets.ts';

const WHOLE = 0xffffffff;

export class FoundRows {
  readonly #key: RowKey;
  readonly #row: RowVariable;
  readonly #rows: Uint32Array;
  readonly #packets: StagePackets;
  readonly #meanings: Meanings;

  /** `rows`: those that have all cells of the key. */
  constructor(key: RowKey, row: RowVariable, rows: Uint32Array, packets: StagePackets, meanings: Meanings) {
    this.#key = key;
    this.#row = row;
    this.#rows = rows;
    this.#packets = packets;
    this.#meanings = meanings;
  }

  /** The packets that find some row. */
  any(): Diagram {
    return this.#packets.lookups.inRows(this.#key.fields, keysOf(this.#key, this.#rows));
  }

  /** An effect, done to the packets that find a row with all the cells that it reads. `rule` tells the rule from others. */
  effect(effect: Effect, rule: string, ofFlow: boolean): Meaning {
    if (effect.kind === 'count' && effect.counter.kind === 'per row') {
      const { cell, direction } = effect.counter;
      const thing = `${OF_ROWS}${rule} ${direction ?? ''}`;
      return this.#affects(this.#texts(cell), [thing], (text) => `${COUNTS}${text}`);
    }
    if (effect.kind === 'mark set' && typeof effect.value !== 'number') {
      if (effect.mask >>> 0 !== WHOLE) throw new NotCompared('bits of a mark that are in a row');
      const marks = this.#numbers(effect.value, { width: 32, family: undefined }, MARK_VALUES);
      return this.#affects(marks, ofFlow ? ['mark', 'flow mark'] : ['mark'], outcomes.markTo);
    }
    if ('value' in effect && typeof effect.value !== 'number') throw new NotCompared(`\`${effect.kind}\` from a row`);
    const found = this.any();
    const events = outcomes.eventsOf(effect, rule, ofFlow, new Map());
    return this.#meanings.steps(events.map(({ thing, what }) => this.#meanings.affects(found, thing, what)));
  }

  /** The class of the first row that is found. */
  class(cell: Cell): Meaning {
    const found = this.#numbers(cell, { width: 32, family: undefined }, MARK_VALUES);
    const meanings = this.#meanings;
    return meanings.sequence(
      found.map(({ where, text }) =>
        meanings.sequence([meanings.affects(where, outcomes.PRIORITY, text), meanings.decides(where, outcomes.ACCEPT)]),
      ),
    );
  }

  #affects(found: readonly Found[], things: readonly string[], what: (text: string) => string): Meaning {
    // Of two rows with one key both do what they do, the second with what the first has left.
    if (found.some(({ repeats }) => repeats)) throw new NotCompared('effects of several rows with one key');
    return this.#meanings.steps(
      found.flatMap(({ where, text }) => things.map((thing) => this.#meanings.affects(where, thing, what(text)))),
    );
  }

  /** A translation by the first row that is found; one that has no address of the family is none. */
  translation(translation: Translation): Meaning {
    const { diagrams, tests } = this.#packets;
    if (translation.kind === 'masquerade' || translation.kind === 'redirect') {
      throw new NotCompared(`\`${translation.kind}\` by rows`);
    }
    const { kind, target, random, persistent } = translation;
    return this.#meanings.steps(
      ([4, 6] as const).map((family) => {
        const addresses = family === 4 ? target.v4 : target.v6;
        if (addresses === undefined) return NO_MEANING;
        const decided = this.#targets(addresses, target.ports, family).map(({ where, text }) => {
          const [to, ports] = text.split(' ');
          const own = diagrams.when(tests.family(family), where);
          const decides = outcomes.translationText(kind, to!, ports!, { random, persistent });
          const label =
            kind === 'dnat' && translation.hairpin ? [this.#meanings.affects(own, 'label', 'turned back')] : [];
          return this.#meanings.steps([...label, this.#meanings.decides(own, decides)]);
        });
        return this.#meanings.steps(decided);
      }),
    );
  }

  /** Addresses and ports in one text, with a space between; where both are in the row, they are found together. */
  #targets(addresses: AddressTarget, ports: PortTarget | undefined, family: Family): readonly Found[] {
    if (addresses.kind === 'prefix') throw new NotCompared('a translation of a whole network');
    const fixed = (target: Exclude<AddressTarget | PortTarget, Cell | { kind: 'prefix' }>) =>
      `${target.low}-${target.high}`;
    const places = { address: { width: family === 4 ? 32 : 128, family }, port: { width: 16, family: undefined } };
    const fixedPorts = ports === undefined ? outcomes.SAME : ports.kind === 'cell' ? undefined : fixed(ports);
    if (addresses.kind !== 'cell') {
      const to = fixed(addresses);
      if (fixedPorts !== undefined) return [{ where: this.any(), text: `${to} ${fixedPorts}`, repeats: false }];
      const found = this.#numbers(ports as Cell, places.port, PORT_VALUES);
      return found.map((one) => ({ ...one, text: `${to} ${one.text}` }));
    }
    const found = this.#numbers(addresses, places.address, ADDRESS_VALUES);
    if (fixedPorts !== undefined) return found.map((one) => ({ ...one, text: `${one.text} ${fixedPorts}` }));
    const { diagrams } = this.#packets;
    return found.flatMap((address) =>
      this.#numbers(ports as Cell, places.port, PORT_VALUES).map((port) => ({
        where: diagrams.when(address.where, port.where),
        text: `${address.text} ${port.text}`,
        repeats: false,
      })),
    );
  }

  /** The rows that have the cell, of the family if there is one. */
  #with(cell: Cell, family: Family | undefined): Uint32Array {
    const column = columnOf(this.#row.table, cell.column)!;
    const isFull = !column.present && (family === undefined || column.data.store !== 'prefix');
    return isFull ? this.#rows : this.#rows.filter((row) => hasCell(column, family, row));
  }

  #numbers(
    cell: Cell,
    place: { readonly width: number; readonly family: Family | undefined },
    kind: ValueKind,
  ): readonly Found[] {
    if (cell.row !== this.#row) throw new NotCompared('a cell of another row');
    const rows = this.#with(cell, place.family);
    return this.#found(rows, partOf(columnOf(this.#row.table, cell.column)!, place, rows), kind);
  }

  #texts(cell: Cell): readonly Found[] {
    if (cell.row !== this.#row) throw new NotCompared('a cell of another row');
    const rows = this.#with(cell, undefined);
    const { lookups } = this.#packets;
    const numbers = lookups.numbered(outcomes.counterTexts(columnOf(this.#row.table, cell.column)!, rows));
    return this.#found(rows, { stride: 1, lows: numbers, highs: numbers }, lookups.textValues);
  }

  #found(rows: Uint32Array, data: KeyData, kind: ValueKind): readonly Found[] {
    const found = this.#packets.lookups.values(this.#key.fields, keysOf(this.#key, rows), data, kind);
    if (!found) throw new NotCompared(`rows of \`${this.#row.table.name}\` whose keys overlap`);
    return found;
  }
}
