/**
 * Which clause, verdict, effect and translation may stand where. The checks read these tables, and the reference prints
 * them, so that they cannot differ.
 */
import type { ActionKind } from '../../grammar/ast/index.ts';
import { PLACE_KINDS, type Hook, type Place, type PlaceKind } from './place.ts';

/** Clauses as they are told apart here; what stands in a `where` counts as the clause on the same field. */
export type ClauseRow =
  | 'in'
  | 'out'
  | 'from, to, host'
  | 'original …'
  | 'on wire …'
  | 'port'
  | 'service'
  | 'icmp'
  | 'dscp'
  | 'mark'
  | 'tcp flags'
  | 'length'
  | 'ttl'
  | 'vlan'
  | 'mac'
  | 'fragment'
  | 'ipv4, ipv6'
  | 'state'
  | 'over RATE, up to RATE'
  | 'connections'
  | 'sample'
  | 'until'
  | 'during'
  | 'payload'
  | 'opaque';

interface Row {
  readonly places: readonly PlaceKind[];
  /** Hooks at which it cannot stand although the kind of block is right. */
  readonly notAt?: readonly Hook[];
  /** Why it cannot stand elsewhere, or what to do instead. */
  readonly reason: string;
  /** The same for some kinds of block, where it is another. */
  readonly reasonAt?: Partial<Readonly<Record<PlaceKind, string>>>;
}

const everywhere = PLACE_KINDS;

function except(...places: readonly PlaceKind[]): readonly PlaceKind[] {
  return PLACE_KINDS.filter((place) => !places.includes(place));
}

export const CLAUSE_ROWS: Readonly<Record<ClauseRow, Row>> = {
  in: {
    places: everywhere,
    notAt: ['output'],
    reason: 'What this host sends came in by no interface.',
  },
  out: {
    places: ['snat', 'filter', 'each packet', 'stateless', 'mangle', 'count', 'shape'],
    notAt: ['prerouting', 'input'],
    reason: 'The way out is not known before routing, and what is for this host has none.',
  },
  'from, to, host': { places: everywhere, reason: '' },
  'original …': {
    places: ['snat', 'filter', 'each packet', 'stateless', 'mangle', 'count', 'shape'],
    notAt: ['prerouting'],
    reason: 'Nothing has been translated yet when this block runs.',
  },
  'on wire …': { places: except('dispatch'), reason: 'A socket sees the addresses that were translated.' },
  port: { places: everywhere, reason: '' },
  service: { places: everywhere, reason: '' },
  icmp: { places: except('dispatch'), reason: 'Sockets are given TCP and UDP.' },
  dscp: { places: except('dnat', 'dispatch'), reason: 'It belongs to single packets, and this decides about flows.' },
  mark: { places: except('mitigate', 'dispatch'), reason: 'Frames have no mark yet, and sockets are not told of it.' },
  'tcp flags': {
    places: except('dnat', 'snat', 'dispatch'),
    reason: 'They belong to single packets, and this decides about flows.',
  },
  length: {
    places: except('dnat', 'snat', 'dispatch'),
    reason: 'It belongs to single packets, and this decides about flows.',
  },
  ttl: {
    places: except('dnat', 'snat', 'dispatch'),
    reason: 'It belongs to single packets, and this decides about flows.',
  },
  vlan: {
    places: ['mitigate'],
    reason: 'Behind `mitigate` the tag is off; a zone can hold VLANs: `zone inside = bond1 vlan 100-199`.',
  },
  mac: {
    places: ['mitigate', 'raw', 'dnat', 'filter', 'each packet', 'stateless', 'mangle'],
    notAt: ['output', 'postrouting'],
    reason: "It is the previous hop's, which only a packet that was received has.",
  },
  fragment: {
    places: ['mitigate', 'raw', 'stateless'],
    reason: 'Connection tracking has put fragments together before this block sees the packet.',
  },
  'ipv4, ipv6': { places: everywhere, reason: '' },
  state: {
    places: ['each packet', 'stateless'],
    reason:
      'Only `each packet` rules and stateless filters see packets of every state; a stateful rule sees new flows only.',
  },
  'over RATE, up to RATE': {
    places: ['mitigate', 'raw', 'filter', 'each packet', 'stateless', 'mangle'],
    reason: 'What happens here cannot depend on how much came before.',
    reasonAt: { dispatch: 'How much a socket gets stands behind it: `-> socket NAME up to RATE`.' },
  },
  connections: {
    places: ['filter', 'stateless'],
    reason: 'Connections are counted where packets are let in: in a `filter`, by rules that are not for `each packet`.',
  },
  sample: {
    places: ['mitigate', 'raw', 'filter', 'each packet', 'stateless', 'mangle'],
    reason: 'What happens here cannot be left to chance.',
  },
  until: { places: everywhere, reason: '' },
  during: { places: except('shape', 'dispatch'), reason: 'What is set up here stands all day.' },
  payload: {
    places: ['mitigate', 'raw', 'filter', 'each packet', 'stateless', 'mangle'],
    reason: 'Only blocks that judge packets look into them.',
  },
  opaque: { places: except('shape', 'dispatch'), reason: 'This block has no words of a plane to take it in.' },
};

export type ActionRow = ActionKind | 'class';

const judging: readonly PlaceKind[] = ['mitigate', 'raw', 'filter', 'each packet', 'stateless'];
const filters: readonly PlaceKind[] = ['filter', 'each packet', 'stateless'];
const packets: readonly PlaceKind[] = ['mitigate', 'raw', 'filter', 'each packet', 'stateless', 'mangle'];
const rules: readonly PlaceKind[] = except('shape', 'dispatch');

export const ACTION_ROWS: Readonly<Record<ActionRow, Row>> = {
  allow: { places: judging, reason: 'Verdicts belong to `filter`, `mitigate` and `raw`.' },
  drop: { places: judging, reason: 'Verdicts belong to `filter`, `mitigate` and `raw`.' },
  reject: { places: filters, reason: 'An answer is only sent by `filter`; `drop` is the verdict of frames.' },
  synproxy: {
    places: ['filter'],
    notAt: ['output'],
    reason: 'A proxy for the handshake stands where flows come in: in a stateful `filter` of `input` or `forward`.',
  },
  leave: { places: except('shape'), reason: 'It goes on behind the group use that it stands in.' },
  log: { places: except('count', 'shape', 'dispatch'), reason: 'What happens here is not logged.' },
  count: {
    places: except('count', 'shape', 'dispatch'),
    reason: 'In `count` blocks, `traffic … as NAME` counts.',
  },
  'mark-set': { places: packets, reason: 'A mark is set on packets, or in a stateful `filter` on flows.' },
  remember: { places: except('count', 'shape', 'dispatch'), reason: 'Memories are written where packets are judged.' },
  forget: { places: except('count', 'shape', 'dispatch'), reason: 'Memories are written where packets are judged.' },
  'dscp-set': { places: ['mangle'], reason: 'What changes packets belongs to `mangle`.' },
  mss: { places: ['mangle'], reason: 'What changes packets belongs to `mangle`.' },
  notrack: { places: ['mitigate', 'raw'], reason: 'Behind `raw` the packet is tracked already.' },
  helper: {
    places: ['filter', 'mangle'],
    reason: 'A helper is given to a flow that begins, by a stateful `filter` or by `mangle`.',
  },
  opaque: { places: rules, reason: 'This block has no words of a plane to take it in.' },
  snat: { places: ['snat'], reason: 'Translations belong to `nat`.' },
  dnat: { places: ['dnat'], reason: 'Translations belong to `nat`.' },
  masquerade: { places: ['snat'], reason: 'Translations belong to `nat`.' },
  redirect: { places: ['dnat'], reason: 'Translations belong to `nat`.' },
  traffic: { places: ['count'], reason: 'Elsewhere, `count as NAME` counts.' },
  socket: { places: ['dispatch'], reason: 'Sockets are given packets by `dispatch`.' },
  class: { places: ['shape'], reason: 'Classes belong to `shape`.' },
};

/** What is not known of packets yet when `shape … ingress` has them wait. */
const NOT_AT_ARRIVAL: ReadonlySet<Row> = new Set([CLAUSE_ROWS.out, CLAUSE_ROWS['original …'], CLAUSE_ROWS.mark]);

/** Why the row cannot stand at the place; undefined where it can. */
export function illegality(row: Row, place: Place | undefined): string | undefined {
  if (!place) return undefined;
  const wrongHook = place.hook !== undefined && (row.notAt?.includes(place.hook) ?? false);
  const isYetToCome = place.ingress === true && NOT_AT_ARRIVAL.has(row);
  return row.places.includes(place.kind) && !wrongHook && !isYetToCome
    ? undefined
    : (row.reasonAt?.[place.kind] ?? row.reason);
}

/** The tables in Markdown, for the reference of the language. */
export function legalityTables(): string {
  return `${table('clause', CLAUSE_ROWS)}\n\n${table('action', ACTION_ROWS)}\n`;
}

function table(title: string, rowsByName: Readonly<Record<string, Row>>): string {
  const lines = [`| ${[title, ...PLACE_KINDS].join(' | ')} |`, `| --- |${PLACE_KINDS.map(() => ' :-: |').join('')}`];
  for (const [name, row] of Object.entries(rowsByName)) {
    const cells = PLACE_KINDS.map((place) => (row.places.includes(place) ? 'yes' : ''));
    const hooks = row.notAt ? ` (not at ${row.notAt.join(', ')})` : '';
    lines.push(`| \`${wordsOf(name)}\`${hooks} | ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

/** A row as a policy writes it: `mark-set` is the kind of `mark set`. */
export function wordsOf(row: string): string {
  return row.replace('-', ' ');
}
