/**
 * Rows of a table whose keys overlap, where it makes no difference which of them is found. An interval set takes no
 * overlaps, so intervals that meet become one.
 */
import type { Lookup } from '../../../compiler/6-plan/plan.ts';
import { isUniqueKey } from '../../../compiler/6-plan/row-keys.ts';
import { formatInterval } from '../../../compiler/net/address-set.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { listOverlappingRows } from '../../../compiler/net/overlapping-rows.ts';
import { TextBuffer } from '../../../compiler/artifacts/text-buffer.ts';
import type { Elements } from '../tree.ts';
import type { LookupKey, PartKey } from './lookup-keys.ts';
import { distinctRows, rowElements } from './row-sets.ts';

/** Whether rows may overlap in intervals: the table promises nothing about the key. */
export function mayOverlap(lookup: Lookup, key: LookupKey): boolean {
  return key.interval && !isUniqueKey(lookup.row.table, lookup.key);
}

/**
 * The rows' keys with what overlaps in one part joined; undefined where rows overlap in several parts at once, which
 * intervals cannot be joined for.
 */
export function joinedElements(lookup: Lookup, key: LookupKey, rows: Uint32Array): Elements | undefined {
  const distinct = distinctRows(lookup, key, rows);
  const [part, ...more] = key.parts.filter(({ interval }) => interval);
  if (!part || more.length > 0) {
    return overlaps(key, distinct) ? undefined : rowElements(lookup, key, [rows], undefined);
  }
  const parts = [...groupsOf(key, part, distinct)].map((group) => ({ first: group[0]!, set: joined(part, group) }));
  const all = parts.flatMap(({ first, set }) =>
    Array.from({ length: set.intervalCount }, (_, index) => ({ first, text: intervalText(set, index) })),
  );
  return {
    count: all.length,
    write: (index, out) => {
      const { first, text } = all[index]!;
      key.parts.forEach((one, at) => {
        if (at > 0) out.write(' . ');
        if (one === part) out.write(text);
        else one.write(first, out);
      });
    },
  };
}

/** Rows that are alike in all parts but one. */
function groupsOf(key: LookupKey, part: PartKey, rows: Uint32Array): Iterable<Uint32Array> {
  if (key.parts.length === 1) return [rows];
  const decoder = new TextDecoder();
  const groups = new Map<string, number[]>();
  for (const row of rows) {
    const out = new TextBuffer(64);
    for (const other of key.parts) {
      if (other === part) continue;
      other.write(row, out);
      out.write(' ');
    }
    const text = decoder.decode(out.finish());
    const group = groups.get(text);
    if (group) group.push(row);
    else groups.set(text, [row]);
  }
  return [...groups.values()].map((group) => Uint32Array.from(group));
}

function joined({ spans }: PartKey, rows: Uint32Array): IntervalSet {
  const { width, lows, highs } = spans(rows);
  return IntervalSet.fromColumns(width, lows, highs);
}

function intervalText(set: IntervalSet, index: number): string {
  if (set.width > 16) return formatInterval(set, index);
  return set.isSingleAt(index) ? `${set.lowAt(index)}` : `${set.lowAt(index)}-${set.highAt(index)}`;
}

/** Whether two rows overlap in every part. */
function overlaps(key: LookupKey, rows: Uint32Array): boolean {
  return (
    listOverlappingRows(
      key.parts.map(({ spans }) => spans(rows)),
      1,
    ).length > 0
  );
}
