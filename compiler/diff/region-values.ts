/** What a region says of fields, made canonical: what cannot be is never told, and what says nothing is left out. */
import { IntervalSet } from '../net/interval-set.ts';
import type { LayoutField } from '../proof/fields.ts';
import { bitsKey, type Family } from './space.ts';
import { BEGINNING_FLAGS } from './stage-meaning.ts';

/** By dimension; what is not named may be anything. */
export type Values = Map<string, IntervalSet>;

/** What a section says of a packet. */
export type Own = { readonly key: string; readonly set: IntervalSet } | 'any' | 'none';

/** The values within the box; none where they have nothing in common. */
export function narrowed(values: Values, box: ReadonlyMap<string, IntervalSet>): readonly Values[] {
  const result: Values = new Map(values);
  for (const [field, set] of box) {
    const both = result.get(field)?.intersect(set) ?? set;
    if (both.isEmpty()) return [];
    if (both.isFull()) result.delete(field);
    else result.set(field, both);
  }
  return [result];
}

/** Whether a packet may have, and lack, these fields: later fragments lack all of a transport header, and others nothing of it. */
export function haveWholeHeaders(values: Values): boolean {
  const fragment = values.get('fragment')?.intersect(FRAGMENTS);
  const there = HEADER_FIELDS.flatMap((field) => {
    const has = values.get(`has ${field}`);
    return has && !has.isFull() ? [has.contains(1)] : [];
  });
  if (fragment?.isSubsetOf(LATER)) there.push(false);
  else if (fragment && !fragment.intersects(LATER)) there.push(true);
  return new Set(there).size <= 1;
}

const HEADER_FIELDS = ['ports', 'tcp flags', 'icmp4', 'icmp6'];
const FRAGMENTS = IntervalSet.range(2, 0, 2);
const LATER = IntervalSet.of(2, 2);

/** Leaves out what only TCP in the middle of a flow tells; false where nothing else is left. */
export function beginFlows(values: Values): boolean {
  const [state, flags] = [values.get('state'), values.get('tcp flags')];
  if (!flags || !state?.intersect(IntervalSet.range(3, 0, 4)).isSubsetOf(OF_NO_FLOW)) return true;
  if (!flags.intersects(BEGINNING_FLAGS)) return false;
  const whole = flags.union(BEGINNING_FLAGS.complement());
  if (whole.isFull()) values.delete('tcp flags');
  else values.set('tcp flags', whole);
  return true;
}

/** What is in every connection table counts as in none where it is new; false where nothing is left. */
export function areTracked(values: Values, family: Family): boolean {
  const state = values.get('state');
  if (!state || (family === 6 && (values.get('protocol')?.contains(ICMPV6) ?? true))) return true;
  if (!state.intersects(IN_TABLES)) return false;
  const whole = state.contains(NEW) ? state.union(UNTRACKED) : state.subtract(UNTRACKED);
  if (whole.isFull()) values.delete('state');
  else values.set('state', whole);
  return true;
}

const ICMPV6 = 58;
const NEW = 0;
const IN_TABLES = IntervalSet.range(3, 0, 3);
const UNTRACKED = IntervalSet.of(3, 4);

/** New, or in no connection table. */
const OF_NO_FLOW = IntervalSet.fromIntervals(3, [
  [0, 0],
  [4, 4],
]);

/** What is on the wire under the name of what packets really are, for stages that see nothing else. */
export function withoutWire(field: string): string {
  return field.replace(/\/on wire\b/, '/real');
}

/** With the values that there cannot be, all that there can be are all. */
export function withinUniverse(key: string, set: IntervalSet, universe: IntervalSet | undefined): Own {
  if (!universe) return { key, set };
  if (!set.intersects(universe)) return 'none';
  const whole = set.union(universe.complement());
  return whole.isFull() ? 'any' : { key, set: whole };
}

/** Fields that whole packets of their protocols have. */
export const IMPLIED: ReadonlySet<LayoutField> = new Set([
  ...(['real', 'original', 'on wire'] as const).flatMap(
    (view) => [`source port/${view}`, `destination port/${view}`] as const,
  ),
  'tcp flags',
  'icmp4',
  'icmp6',
]);

export function presenceName(field: LayoutField): string {
  const [name = '', view] = field.split('/');
  if (!name.endsWith(' port')) return field;
  return view === 'real' ? 'ports' : `ports ${view}`;
}

/** An address's part: IPv4 has the first 32 of the variables. */
export function addressPart(field: string, from: number, set: IntervalSet, family: Family): Own {
  const width = family === 4 ? 32 : 128;
  if (from >= width) return 'any';
  const bits = Math.min(width - from, set.width);
  const cut = BigInt(set.width - bits);
  const added = BigInt(width - from - bits);
  const isWhole = from === 0;
  const intervals = [...set.bigintIntervals()].map(([low, high]) => {
    const [first, last] = [low >> cut, high >> cut];
    return isWhole ? ([first << added, ((last + 1n) << added) - 1n] as const) : ([first, last] as const);
  });
  const size = isWhole ? width : bits;
  const ends = intervals.map(([low, high]) =>
    size > 32 ? ([low, high] as const) : ([Number(low), Number(high)] as const),
  );
  const own = IntervalSet.fromIntervals(size, ends);
  if (own.isFull()) return 'any';
  return { key: isWhole ? field : bitsKey(field, from), set: own };
}

const PORT_BITS = 16;

/** Protocol and destination port become one, so that `{tcp/80, udp/53}` may be. */
export function joinServices(values: Values): void {
  const protocols = values.get('protocol');
  const ports = values.get('destination port/real');
  if (!protocols && !ports) return;
  values.delete('protocol');
  values.delete('destination port/real');
  const all: [number, number][] = [];
  for (const [low, high] of (protocols ?? IntervalSet.full(8)).numberIntervals()) {
    if (!ports) all.push([low << PORT_BITS, (high << PORT_BITS) | 0xffff]);
    else {
      for (let protocol = low; protocol <= high; protocol++) {
        for (const [from, to] of ports.numberIntervals()) {
          all.push([(protocol << PORT_BITS) | from, (protocol << PORT_BITS) | to]);
        }
      }
    }
  }
  const services = IntervalSet.fromIntervals(24, all);
  if (!services.isFull()) values.set('service/real', services);
}
