/** The rows of a class as columns: which of its values differ, sorted, each key once. */
import { identityOrder, sortedOrder } from '../../../net/word-order.ts';
import type { AddressSpace } from './address-space.ts';
import type { ColumnSpaces } from './column-spaces.ts';
import type { Entries } from './entries.ts';
import type { ColumnData } from './table-store.ts';

/** A value of a class's rules: one for all rows, or a column. */
export type ClassValue = { readonly same: number } | { readonly column: ColumnData };

export interface ClassRows {
  readonly from: ClassValue;
  readonly to: ClassValue;
  readonly protocol: ClassValue;
  readonly port: ClassValue;
  readonly mac: ClassValue;
  readonly data: ClassValue;
  readonly dataPort: ClassValue;
  readonly comment: ClassValue;
  /** The addresses that all rows ask for, as items; undefined: they differ, or none is asked for. */
  readonly sameAddresses: Readonly<Record<'from' | 'to', string | undefined>>;
  /** The columns among the values that choose a row. */
  readonly keys: readonly ColumnData[];
}

export interface RowSource {
  readonly entries: Entries;
  readonly places: Uint32Array;
  readonly spaces: ColumnSpaces;
  /** Number of the protocol that an entry's rule names; 0: none. */
  readonly protocolOf: (rule: number) => number;
  /** The comment of an entry's rule; undefined: the class has none. */
  readonly commentOf: ((rule: number) => string) | undefined;
  /** Of rules for the same packets the last one holds: they do not end the packet's way. */
  readonly lastHolds: boolean;
  /** What the translation's new address and port are called. */
  readonly dataNames: { readonly data: string; readonly port: string };
}

interface RawColumn {
  readonly values: Uint32Array;
  readonly lengths?: Uint8Array;
}

export function classRows(source: RowSource): ClassRows {
  const { entries, places } = source;
  const raw = {
    from: prefixesOf(entries, places, 'from'),
    to: prefixesOf(entries, places, 'to'),
    protocol: { values: protocolsOf(source) },
    port: { values: entries.port.gather(places) },
    mac: { values: entries.mac.gather(places) },
  };
  const chosen = uniqueRows(Object.values(raw).filter(isVaried), places.length, source.lastHolds);
  const take = (column: RawColumn): RawColumn => rowsOf(column, chosen);
  const names = addressNames(raw, source);
  const { addresses, macs } = source.spaces;
  const from = addressValue(raw.from, take, names.from, addresses);
  const to = addressValue(raw.to, take, names.to, addresses);
  const protocol = numberValue(raw.protocol, take, 'proto', 'proto');
  const port = numberValue(raw.port, take, 'port', 'port');
  const mac = withText(numberValue(raw.mac, take, 'mac', 'mac'), macs.textOf);
  const column = (of: Entries['data']): RawColumn => ({ values: of.gather(places) });
  const isMark = source.dataNames.data === 'mark';
  return {
    from,
    to,
    protocol,
    port,
    mac,
    data: numberValue(column(entries.data), take, source.dataNames.data, isMark ? 'u32' : 'ipv4'),
    dataPort: numberValue(column(entries.dataPort), take, source.dataNames.port, 'port'),
    comment: commentValue(source, chosen),
    sameAddresses: { from: sameAddress(raw.from, addresses), to: sameAddress(raw.to, addresses) },
    keys: [from, to, protocol, port, mac].flatMap((value) => ('column' in value ? [value.column] : [])),
  };
}

function protocolsOf({ entries, places, protocolOf }: RowSource): Uint32Array {
  const protocols = entries.rule.gather(places);
  for (let row = 0; row < protocols.length; row++) protocols[row] = protocolOf(protocols[row]!);
  return protocols;
}

function rowsOf({ values, lengths }: RawColumn, chosen: Uint32Array): RawColumn {
  const taken = new Uint32Array(chosen.length);
  for (let row = 0; row < chosen.length; row++) taken[row] = values[chosen[row]!]!;
  if (!lengths) return { values: taken };
  const takenLengths = new Uint8Array(chosen.length);
  for (let row = 0; row < chosen.length; row++) takenLengths[row] = lengths[chosen[row]!]!;
  return { values: taken, lengths: takenLengths };
}

function addressNames({ from, to, port }: Record<'from' | 'to' | 'port', RawColumn>, source: RowSource) {
  if (isVaried(from) && isVaried(to)) return { from: 'source', to: 'destination' };
  const name = isWhole(isVaried(from) ? from : to) ? 'address' : 'network';
  const isForward = source.dataNames.data === 'inner' && isVaried(port);
  return { from: name, to: isForward ? 'public' : name };
}

function prefixesOf(entries: Entries, places: Uint32Array, field: 'from' | 'to'): Required<RawColumn> {
  const [addresses, lengths] = [entries[field], entries[`${field}Length`]];
  return {
    values: addresses.gather(places),
    lengths: new Uint8Array(lengths.gather(places)),
  };
}

function isVaried({ values, lengths }: RawColumn): boolean {
  return differs(values) || (lengths !== undefined && differs(lengths));
}

function differs(numbers: Uint32Array | Uint8Array): boolean {
  for (let at = 1; at < numbers.length; at++) if (numbers[at] !== numbers[0]) return true;
  return false;
}

function isWhole({ lengths }: RawColumn): boolean {
  return lengths?.every((length) => length === 32) ?? false;
}

/** The rows in the order of their keys, of those with the same keys one. */
function uniqueRows(keys: readonly RawColumn[], count: number, lastHolds: boolean): Uint32Array {
  let order = identityOrder(count);
  for (const { values, lengths } of keys.toReversed()) {
    if (lengths) order = sortedOrder(Uint32Array.from(lengths), 1, order);
    order = sortedOrder(values, 1, order);
  }
  const isSame = (a: number, b: number) =>
    keys.every(({ values, lengths }) => values[a] === values[b] && lengths?.[a] === lengths?.[b]);
  let kept = 0;
  const chosen = new Uint32Array(count);
  for (const row of order) {
    if (kept === 0 || !isSame(chosen[kept - 1]!, row)) chosen[kept++] = row;
    else if (lastHolds) chosen[kept - 1] = row;
  }
  return chosen.slice(0, kept);
}

function addressValue(
  raw: Required<RawColumn>,
  take: (raw: RawColumn) => RawColumn,
  name: string,
  space: AddressSpace,
): ClassValue {
  if (!isVaried(raw)) return { same: raw.values[0]! };
  const { values, lengths } = take(raw);
  const text = space.family === 4 ? {} : { text: space.item };
  if (isWhole(raw)) return { column: { name, type: `ipv${space.family}`, values, ...text } };
  const written = lengths!.map((length, row) => space.writtenLength({ address: values[row]!, length }));
  return { column: { name, type: `prefix${space.family}`, values, lengths: written, ...text } };
}

function sameAddress(raw: Required<RawColumn>, space: AddressSpace): string | undefined {
  const [address, length] = [raw.values[0]!, raw.lengths[0]!];
  if (isVaried(raw) || length === 0) return undefined;
  return space.item(address, space.writtenLength({ address, length }));
}

function withText(value: ClassValue, text: NonNullable<ColumnData['text']>): ClassValue {
  return 'column' in value ? { column: { ...value.column, text } } : value;
}

function numberValue(
  raw: RawColumn,
  take: (raw: RawColumn) => RawColumn,
  name: string,
  type: ColumnData['type'],
): ClassValue {
  if (!isVaried(raw)) return { same: raw.values[0]! };
  return { column: { name, type, values: take(raw).values } };
}

/** Comments that differ are a column, which no rule reads. */
function commentValue({ entries, places, commentOf }: RowSource, chosen: Uint32Array): ClassValue {
  const first = entries.rule.at(places[0]!);
  if (!commentOf) return { same: first };
  const text = commentOf(first);
  if (places.every((place) => commentOf(entries.rule.at(place)) === text)) return { same: first };
  const values = Uint32Array.from(chosen, (row) => entries.rule.at(places[row]!));
  return { column: { name: 'comment', type: 'string', values, text: commentOf } };
}
