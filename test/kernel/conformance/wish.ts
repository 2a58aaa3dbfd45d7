/** What a packet should be like so that a rule speaks of it, or just misses it. */
import type { AddressTest, Condition, NumberTest, RowVariable, Test } from '../../../compiler/model/condition.ts';
import { cellPrefix, cellRange } from '../../../compiler/model/cells.ts';
import type { Zone } from '../../../compiler/model/policy.ts';
import type { Draw } from './draw.ts';
import { nearCell, nearPrefix, nearSet, type Place } from './edges.ts';

/** Every part may be left open. Fields are as in the model (`FIELD_WIDTHS`). */
export interface Wish {
  family?: 4 | 6;
  source?: bigint;
  destination?: bigint;
  /** Names of interfaces. */
  in?: string;
  out?: string;
  protocol?: number;
  sourcePort?: number;
  destinationPort?: number;
  tcpFlags?: number;
  icmp?: { readonly type: number; readonly code: number };
  length?: number;
  ttl?: number;
  dscp?: number;
  fragment?: 0 | 1 | 2;
  payload?: { readonly at: number; readonly bytes: Uint8Array };
}

/** How often a part of the wish lies outside of what the rule asks for. */
const OUTSIDE_PERCENT = 7;

/** A wish for a packet that meets the rule at this place in most of its parts; usually in all. */
export function wishFor(place: Place, draw: Draw): Wish {
  const rows = new Map<RowVariable, number>();
  for (const { row, rows: selected } of place.variables) {
    const count = selected?.length ?? row.table.rowCount;
    const drawn = draw.integer(0, Math.max(0, count - 1));
    rows.set(row, selected === undefined ? drawn : (selected[drawn] ?? 0));
  }
  const wish: Wish = {};
  new Wisher(draw, rows, wish).condition(place.rule.condition, false);
  return wish;
}

class Wisher {
  readonly #draw: Draw;
  readonly #rows: ReadonlyMap<RowVariable, number>;
  readonly #wish: Wish;

  constructor(draw: Draw, rows: ReadonlyMap<RowVariable, number>, wish: Wish) {
    this.#draw = draw;
    this.#rows = rows;
    this.#wish = wish;
  }

  condition(condition: Condition, negated: boolean): void {
    switch (condition.kind) {
      case 'all':
      case 'any':
        // Of alternatives one is enough; of negated conjunctions, too.
        if ((condition.kind === 'all') !== negated) for (const part of condition.of) this.condition(part, negated);
        else if (condition.of.length > 0) this.condition(this.#draw.pick(condition.of), negated);
        return;
      case 'not':
        return this.condition(condition.of, !negated);
      default:
        return this.#test(condition, negated);
    }
  }

  #test(test: Test, negated: boolean): void {
    const outside = negated ? 60 : OUTSIDE_PERCENT;
    switch (test.kind) {
      case 'zone':
        return this.#zone(test.field, test.zones, negated);
      case 'address':
        return this.#address(test, outside);
      case 'number':
        return this.#number(test, outside);
      case 'service cell': {
        const protocol = typeof test.protocol === 'number' ? test.protocol : cellRange(test.protocol, this.#rows)?.low;
        const port =
          'kind' in test.port
            ? nearCell(this.#draw, test.port, this.#rows, 0xffff, outside)
            : Number(nearSet(this.#draw, test.port, outside) ?? 0n);
        if (protocol !== undefined) this.#wish.protocol = protocol;
        if (port !== undefined) this.#wish.destinationPort = port;
        return;
      }
      case 'masked':
        if (test.field === 'tcp flags') {
          this.#wish.tcpFlags = (test.value & test.mask) | (this.#draw.integer(0, 255) & ~test.mask & 0xff);
        }
        return;
      case 'same field':
        if (test.left === 'source' || test.left === 'destination') {
          if (this.#wish.destination !== undefined) this.#wish.source = this.#wish.destination;
        } else if (this.#wish.destinationPort !== undefined) this.#wish.sourcePort = this.#wish.destinationPort;
        return;
      case 'payload':
        this.#wish.payload = { at: test.field.payload[0], bytes: test.value };
        return;
      default:
        return;
    }
  }

  #zone(field: 'in' | 'out', zones: readonly Zone[], negated: boolean): void {
    const names = zones.flatMap((zone) => zone.members.flatMap((member) => member.interface ?? []));
    if (names.length > 0 && !negated && !this.#draw.chance(OUTSIDE_PERCENT)) this.#wish[field] = this.#draw.pick(names);
  }

  #address(test: AddressTest, outside: number): void {
    const found = this.#addressNear(test, outside);
    if (found === undefined) return;
    this.#wish.family = found.family;
    this.#wish[test.field] = found.value;
  }

  #addressNear({ in: set }: AddressTest, outside: number): { family: 4 | 6; value: bigint } | undefined {
    if (!('kind' in set)) {
      const wanted = this.#wish.family ?? (this.#draw.chance(50) ? 4 : 6);
      const family =
        (wanted === 4 ? set.ipv4 : set.ipv6).isEmpty() && this.#wish.family === undefined ? other(wanted) : wanted;
      const value = nearSet(this.#draw, family === 4 ? set.ipv4 : set.ipv6, outside);
      return value === undefined ? undefined : { family, value };
    }
    if (set.kind === 'masked') {
      const rest = BigInt(this.#draw.integer(0, 0x7fff_ffff)) << (set.family === 4 ? 0n : 90n);
      return {
        family: set.family,
        value: (set.value & set.mask) | (rest & ~set.mask & ((1n << (set.family === 4 ? 32n : 128n)) - 1n)),
      };
    }
    const prefix = cellPrefix(set, this.#rows);
    return prefix === undefined ? undefined : { family: prefix.family, value: nearPrefix(this.#draw, prefix, outside) };
  }

  // One case for each field.
  // oxlint-disable-next-line eslint/complexity
  #number({ field, in: set }: NumberTest, outside: number): void {
    const wish = this.#wish;
    const most =
      field === 'service' ? 0xff_ffff : field === 'dscp' ? 63 : field === 'ttl' || field === 'protocol' ? 255 : 0xffff;
    const value =
      'kind' in set
        ? nearCell(this.#draw, set, this.#rows, most, outside)
        : numberOf(nearSet(this.#draw, set, outside));
    if (value === undefined) return;
    switch (field) {
      case 'family':
        wish.family ??= value === 4 ? 4 : 6;
        return;
      case 'protocol':
        wish.protocol = value & 0xff;
        return;
      case 'source port':
        wish.sourcePort = value;
        return;
      case 'destination port':
        wish.destinationPort = value;
        return;
      case 'service':
        wish.protocol = value >> 16;
        wish.destinationPort = value & 0xffff;
        return;
      case 'tcp flags':
        wish.tcpFlags = value & 0xff;
        return;
      case 'icmp4':
      case 'icmp6':
        wish.family = field === 'icmp4' ? 4 : 6;
        wish.protocol = field === 'icmp4' ? 1 : 58;
        wish.icmp = { type: (value >> 8) & 0xff, code: value & 0xff };
        return;
      case 'length':
        wish.length = value;
        return;
      case 'ttl':
        wish.ttl = value;
        return;
      case 'dscp':
        wish.dscp = value & 63;
        return;
      case 'fragment':
        wish.fragment = value === 1 ? 1 : value === 2 ? 2 : 0;
        return;
      default:
        return;
    }
  }
}

function numberOf(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function other(family: 4 | 6): 4 | 6 {
  return family === 4 ? 6 : 4;
}
