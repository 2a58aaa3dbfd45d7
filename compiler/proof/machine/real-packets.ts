/** Packets that there can be, of which sets and tables say what they really hold, near one that diagrams name. */
import type { Assignment } from '../diagrams.ts';
import { FAMILY_LEVEL, type FieldLayout } from '../fields.ts';
import { compareWords, searchAtLeast, strideOf } from '../../net/words.ts';
import { keyAt, rowOf, type KeyRows } from './key-rows.ts';
import { blockStarts, type Region } from './key-sweep.ts';
import { cutsOf, type KeyField, type LookedKey } from './looked-keys.ts';

/** Rows of a table, and regions of a key, of which packets are tried. */
const TRIED = 256;

/** Keys of a table, and the fields that they are of. */
interface TableKeys {
  readonly fields: readonly KeyField[];
  readonly keys: KeyRows;
}

/** The first packet for which `differ` holds; undefined: none of those that were tried. */
export function realPacketNear(
  packet: Assignment,
  keys: readonly LookedKey[],
  tables: readonly TableKeys[],
  layout: FieldLayout,
  differ: (packet: Assignment) => boolean,
): Assignment | undefined {
  for (const tried of candidates(packet, keys, tables, layout)) {
    const real = withAnswers(tried, keys, layout);
    if (differ(real)) return real;
  }
  return undefined;
}

/** The packet with keys in the sets that it is said to be in; with keys at which tables do not agree; with keys of rows. */
function* candidates(
  packet: Assignment,
  keys: readonly LookedKey[],
  tables: readonly TableKeys[],
  layout: FieldLayout,
): Generator<Assignment> {
  let whole = packet;
  // Keys of several fields come last: what they say of one field is more than what that alone says.
  for (const key of keys.toSorted((a, b) => a.fields.length - b.fields.length)) {
    if (key.sets.length === 0) continue;
    const lists = key.sets.reduce((all, { variable }, at) => all | (packet.has(variable) ? 1 << at : 0), 0);
    const region = regionAt(key, lists, packet, layout);
    if (region) whole = withKey(whole, key.fields, region.key, layout);
  }
  yield whole;
  for (const { fields, clashes, regions } of keys) {
    for (const clash of clashes) yield withKey(packet, fields, clash, layout);
    for (const { key } of regions?.slice(0, TRIED) ?? []) yield withKey(packet, fields, key, layout);
  }
  for (const { fields, keys: rows } of tables) {
    // Odd, so that rows in a pattern are not all left out.
    const step = Math.ceil(rows.count / TRIED) | 1;
    for (let row = 0; row < rows.count; row += step) yield withKey(packet, fields, keyAt(rows.parts, row), layout);
  }
}

/** The region of a packet that is in these lists, in the packet's own block if there is one. */
function regionAt(key: LookedKey, lists: number, packet: Assignment, layout: FieldLayout): Region | undefined {
  const { fields, sets, regions } = key;
  const alike = regions?.filter((region) => region.lists === lists) ?? [];
  if (fields.length > 1) return lists === 0 ? undefined : alike[0];
  const part = sets[0]!.keys.parts[0]!;
  const starts = blockStarts(part, cutsOf(key));
  const count = starts.length / part.stride;
  const [value] = valuesAt(fields, packet, layout);
  let block = searchAtLeast(starts, 0, count, value!, 0, part.stride);
  if (block === count || compareWords(starts, block, value!, 0, part.stride) > 0) block--;
  return alike.find((region) => region.block === block) ?? alike[0];
}

function withKey(
  packet: Assignment,
  fields: readonly KeyField[],
  key: readonly Uint32Array[],
  layout: FieldLayout,
): Assignment {
  const changed = new Set(packet);
  fields.forEach(({ field, family, width }, at) => {
    const { first, presence } = layout.placeOf(field);
    const words = key[at]!;
    for (let bit = 0; bit < width; bit++) {
      const place = words.length * 32 - width + bit;
      if ((words[place >> 5]! >>> (31 - (place & 31))) & 1) changed.add(first + bit);
      else changed.delete(first + bit);
    }
    if (presence !== undefined) changed.add(presence);
    if (family === 6) changed.add(FAMILY_LEVEL);
    if (family === 4) changed.delete(FAMILY_LEVEL);
  });
  return changed;
}

/** The packet's values of fields, a column of one value each. */
export function valuesAt(fields: readonly KeyField[], packet: Assignment, layout: FieldLayout): readonly Uint32Array[] {
  return fields.map(({ field, width }) => {
    const { first } = layout.placeOf(field);
    const words = new Uint32Array(strideOf(width));
    for (let bit = 0; bit < width; bit++) {
      const place = words.length * 32 - width + bit;
      if (packet.has(first + bit)) words[place >> 5]! |= 1 << (31 - (place & 31));
    }
    return words;
  });
}

/** The packet with the answers that its fields have in each set. */
function withAnswers(packet: Assignment, keys: readonly LookedKey[], layout: FieldLayout): Assignment {
  const answered = new Set(packet);
  for (const { fields, sets } of keys) {
    const values = valuesAt(fields, packet, layout);
    for (const { keys: rows, variable } of sets) {
      if (rowOf(rows, values) === undefined) answered.delete(variable);
      else answered.add(variable);
    }
  }
  return answered;
}
