/** The fields of packets as sections of variables, and as the dimensions in which regions are told. */
import { FIELD_WIDTHS, type AddressField, type NumberField } from '../model/fields.ts';
import type { View } from '../model/condition.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { FAMILY_LEVEL, INTERFACE_BITS, type FieldLayout, type FieldOrder, type LayoutField } from '../proof/fields.ts';
import type { FreeVariable, FreeVariables } from '../proof/free-variables.ts';
import type { Section } from './boxes.ts';

export type Family = 4 | 6;

/** What a section is of. `from`: bits of the field above it, which nothing asks; 0 as a rule. */
export type SectionOf =
  | { readonly kind: 'family' }
  | { readonly kind: 'field'; readonly field: LayoutField; readonly from: number }
  /** 1 where the packet has the field. */
  | { readonly kind: 'presence'; readonly field: LayoutField }
  /** A row that a key finds, or an answer. */
  | { readonly kind: 'free'; readonly text: string };

export interface OwnedSection extends Section {
  readonly of: SectionOf;
}

/** The sections of everything that is asked, in the order of their variables. */
export function sectionsOf(
  asked: ReadonlySet<number>,
  order: FieldOrder,
  layout: FieldLayout,
  variables: FreeVariables,
): readonly OwnedSection[] {
  const sections: OwnedSection[] = [{ first: FAMILY_LEVEL, width: 1, of: { kind: 'family' } }];
  const presences = new Set<number>();
  for (const field of order) {
    const { first, width, presence } = layout.placeOf(field);
    if (presence !== undefined && !presences.has(presence)) {
      presences.add(presence);
      sections.push({ first: presence, width: 1, of: { kind: 'presence', field } });
    }
    sections.push(...askedParts(field, first, width, asked));
  }
  const free = ({ text, first, width }: FreeVariable): OwnedSection => ({ first, width, of: { kind: 'free', text } });
  sections.push(...variables.inOrder.map(free));
  return sections.toSorted((a, b) => a.first - b.first);
}

/** Fewer bits than this that nothing asks are spelled out. */
const LEAST_GAP = 13;

/** A field, cut where many bits that nothing asks stand before others: a mask makes no intervals. */
function askedParts(field: LayoutField, first: number, width: number, asked: ReadonlySet<number>): OwnedSection[] {
  const starts: number[] = [];
  let gap = 0;
  for (let bit = 0; bit < width; bit++) {
    if (!asked.has(first + bit)) gap++;
    else {
      if (gap >= LEAST_GAP) starts.push(bit);
      gap = 0;
    }
  }
  if (starts[0] === undefined || asked.has(first)) starts.unshift(0);
  return starts.map((from, at): OwnedSection => {
    const end = starts[at + 1] ?? width;
    return { first: first + from, width: end - from, of: { kind: 'field', field, from } };
  });
}

/** The views of ends come one after the other, what packets really are first. */
const VIEWS: readonly View[] = ['real', 'original', 'on wire'];
const ENDS = VIEWS.flatMap((view) =>
  (['source', 'destination', 'service', 'source port', 'destination port'] as const).map((end) => `${end}/${view}`),
);

/** In which order regions are joined, and told. */
const FIELD_ORDER: readonly string[] = [
  'in',
  'out',
  ...ENDS,
  ...'protocol,tcp flags,icmp4,icmp6,fragment,length,ttl,dscp,mark,vlan,source mac,state'.split(','),
];

/**
 * Dimensions of regions: fields, by their names, first, in the order of telling; then their parts, rows and answers by their
 * texts.
 */
export function inOrder(keys: readonly string[]): readonly string[] {
  const place = (key: string) => {
    const at = FIELD_ORDER.indexOf(key);
    return at < 0 ? FIELD_ORDER.length : at;
  };
  return keys.toSorted((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

const FIXED_UNIVERSES: Readonly<Partial<Record<string, readonly [width: number, most: number]>>> = {
  fragment: [2, 2],
  state: [3, 4],
};

/** The values that a field may have in packets of the family; undefined: all. */
export function universeOf(field: LayoutField, family: Family, interfaces: number): IntervalSet | undefined {
  if (field === 'in' || field === 'out') return IntervalSet.range(INTERFACE_BITS, 0, interfaces);
  if (field === 'length') {
    // RFC 791: 16 bits; RFC 8200: 16 bits behind a header of 40 bytes.
    const [low, high] = family === 4 ? [0, 0xffff] : [40, 0xffff + 40];
    return IntervalSet.range(32, low, high);
  }
  const fixed = FIXED_UNIVERSES[field];
  return fixed && IntervalSet.range(fixed[0], 0, fixed[1]);
}

export function isAddress(field: string): boolean {
  const [name] = field.split('/');
  return name === 'source' || name === 'destination';
}

/** Bits of a field of regions: an address has those of its family. */
export function widthOf(key: string, family: Family): number {
  const [name = ''] = key.split('/') as [AddressField | NumberField | 'in' | 'out'];
  if (isAddress(key)) return family === 4 ? 32 : 128;
  return name === 'in' || name === 'out' ? INTERFACE_BITS : FIELD_WIDTHS[name as NumberField];
}

/** Some bits of a field, which rules ask by a mask. */
export interface FieldBits {
  readonly field: string;
  /** How far above the field's last bit they begin: what their value is multiplied by, as a power of 2. */
  readonly shift: number;
}

/** The dimension of bits of a field that begin `from` bits below its first one. */
export function bitsKey(field: string, from: number): string {
  return `${field} from bit ${from}`;
}

/** Undefined: the dimension is no part of a field. `width`: of its values. */
export function bitsOf(key: string, width: number, family: Family): FieldBits | undefined {
  const [, field = '', from] = /^(.*) from bit (\d+)$/.exec(key) ?? [];
  return from === undefined ? undefined : { field, shift: widthOf(field, family) - Number(from) - width };
}
