/** Keys of a plane's sets as rows of fields of the packet, in the order in which a policy's rows have them. */
import { permuteWords } from '../../net/word-order.ts';
import { strideOf } from '../../net/words.ts';
import type { Column, FieldRead, MachineSet, Read } from './form.ts';
import { OPTIONAL_FIELDS, PLAIN_FIELDS } from './read-fields.ts';
import type { KeyPart, KeyRows } from './key-rows.ts';
import type { KeyData } from './key-tables.ts';
import type { KeyField } from './looked-keys.ts';
import { placeOf } from './row-keys.ts';

export interface ReadRows {
  readonly fields: readonly KeyField[];
  readonly rows: KeyRows;
  /** The elements that the rows are of; undefined: all. */
  readonly elements: Uint32Array | undefined;
}

/** Some elements' keys, all where none are named; undefined for a key of other things than numbers in the packet. */
export function rowsRead(
  key: readonly Read[],
  set: MachineSet,
  elements: Uint32Array | undefined,
): ReadRows | undefined {
  const kept = elementsFound(key, set, elements);
  const parts: { readonly field: KeyField; readonly part: KeyPart }[] = [];
  for (const [at, read] of key.entries()) {
    const field = fieldOf(read);
    const part = field && read.kind === 'field' ? partOf(set.key[at]!, field, read, kept) : undefined;
    if (!field || !part) return undefined;
    parts.push({ field, part });
  }
  parts.sort((a, b) => placeOf(a.field) - placeOf(b.field));
  return {
    fields: parts.map(({ field }) => field),
    rows: { count: kept?.length ?? set.count, parts: parts.map(({ part }) => part) },
    elements: kept,
  };
}

/** Without elements that have bits outside a mask, and that no packet finds. */
function elementsFound(
  key: readonly Read[],
  set: MachineSet,
  elements: Uint32Array | undefined,
): Uint32Array | undefined {
  let kept = elements;
  for (const [at, read] of key.entries()) {
    const column = set.key[at]!;
    if (!('mask' in read) || read.mask === undefined || column.kind !== 'numbers') continue;
    const outside = wordsOf(~read.mask & ((1n << BigInt(column.width)) - 1n), column.width);
    const stride = outside.length;
    const isFound = (element: number) => outside.every((word, k) => (column.lows[element * stride + k]! & word) === 0);
    const all = kept ?? Uint32Array.from({ length: set.count }, (_, index) => index);
    const found = all.filter(isFound);
    if (found.length < all.length) kept = found;
  }
  return kept;
}

function wordsOf(value: bigint, width: number): number[] {
  const stride = strideOf(width);
  return Array.from({ length: stride }, (_, word) => Number((value >> BigInt(32 * (stride - 1 - word))) & 0xffffffffn));
}

/** Data of these elements, which are numbers. */
export function dataRead(data: KeyData, elements: Uint32Array | undefined): KeyData {
  if (!elements) return data;
  const { stride, lows, highs } = data;
  return { stride, lows: permuteWords(lows, stride, elements), highs: permuteWords(highs, stride, elements) };
}

/** The field of the packet that is read; undefined for what is no field of diagrams, bit by bit. */
export function fieldOf(read: Read): KeyField | undefined {
  if (read.kind !== 'field') return undefined;
  const field = PLAIN_FIELDS[read.field] ?? OPTIONAL_FIELDS[read.field];
  if (field === undefined) return undefined;
  const isAddress = field.startsWith('source/') || field.startsWith('destination/');
  if (isAddress && read.family === undefined) return undefined;
  const width = isAddress ? (read.family === 4 ? 32 : 128) : WIDTHS.get(field);
  const key = width && { field, family: isAddress ? read.family : undefined, width };
  return key && placeOf(key) >= 0 ? key : undefined;
}

const WIDTHS: ReadonlyMap<string, number> = new Map([
  ['source mac', 48],
  ['vlan', 12],
  ['mark', 32],
  ['dscp', 6],
  ['ttl', 8],
  ['protocol', 8],
  ['source port/real', 16],
  ['destination port/real', 16],
]);

function partOf(
  column: Column,
  { width }: KeyField,
  { mask }: FieldRead,
  elements: Uint32Array | undefined,
): KeyPart | undefined {
  if (column.kind !== 'numbers' || column.width !== width) return undefined;
  const stride = strideOf(width);
  const take = (words: Uint32Array) => (elements ? permuteWords(words, stride, elements) : words);
  const lows = take(column.lows);
  const highs = column.highs === column.lows ? lows : take(column.highs);
  if (mask === undefined) return { width, stride, lows, highs };
  return lows === highs ? underMask(lows, mask, width) : undefined;
}

/** Under a mask of upper bits, one value stands for all that begin alike. */
function underMask(values: Uint32Array, mask: bigint, width: number): KeyPart | undefined {
  const host = mask ^ ((1n << BigInt(width)) - 1n);
  if ((host & (host + 1n)) !== 0n) return undefined;
  const words = wordsOf(host, width);
  const highs = new Uint32Array(values.length);
  for (let at = 0; at < values.length; at++) highs[at] = values[at]! | words[at % words.length]!;
  return { width, stride: strideOf(width), lows: values, highs };
}
