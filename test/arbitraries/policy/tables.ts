/**
 * Tables with fixed columns and random rows. Rules know the columns only, so that rows can shrink by themselves; what a
 * key promises (no two rows overlap) holds by how rows are numbered.
 */
import fastCheck, { type Arbitrary } from 'fast-check';
import { formatIpv4, formatIpv6 } from '../../../compiler/net/address.ts';

/** A table as a policy declares it; its rows may stand in a file. */
export interface TableText {
  readonly name: string;
  readonly declaration: string;
  readonly file: { readonly path: string; readonly content: string } | undefined;
}

/** Columns by what they can be used for. */
export const TABLE_COLUMNS = {
  addresses: [
    'members.room',
    'members.room6',
    'hosts.address',
    'nets.net',
    'forwards.room',
    'blocks.room',
    'pairs.inner',
  ],
  ports: ['forwards.port', 'hosts.ports'],
} as const;

interface Schema {
  readonly name: string;
  readonly columns: readonly string[];
  readonly keys?: string;
  /** The cells of the row in this slot; rows of different slots never overlap. */
  readonly row: (slot: number, random: readonly number[], mixed: boolean) => readonly string[];
}

const MOST_SLOTS = 40;

const pick = <Value>(values: readonly Value[], number: number | undefined): Value =>
  values[(number ?? 0) % values.length]!;

/** A prefix inside the /24 of the slot, or the /24. */
function room4(slot: number, random: number, mixed: boolean): string {
  const length = mixed ? pick([24, 32, 28, 25, 31, 27, 30, 26], random) : 24;
  const network = 0x0a010000 + slot * 256;
  const host = (random * 37) % 256;
  return `${formatIpv4((network | (host & (~((1 << (32 - length)) - 1) & 0xff))) >>> 0)}/${length}`;
}

function room6(slot: number, random: number, mixed: boolean): string {
  const length = mixed ? pick([64, 128, 80, 72, 126], random) : 64;
  const network = 0x20010db8_0a010000_00000000_00000000n + (BigInt(slot) << 64n);
  const left = 128n - BigInt(length);
  return `${formatIpv6(((network | BigInt((random * 7919) % 65536)) >> left) << left)}/${length}`;
}

const host4 = (slot: number, random: number): string => formatIpv4(0x0a010000 + slot * 256 + 2 + (random % 250));
const public4 = (slot: number): string => formatIpv4(0xc6336440 + slot);

const SCHEMAS: readonly Schema[] = [
  {
    name: 'members',
    columns: ['id: u32 key', 'room: prefix4 key', 'room6: prefix6 key', 'public: ipv4 key', 'plan: enum(full, trial)'],
    row: (slot, [a = 0, b = 0, c = 0], mixed) => [
      `${1000 + slot}`,
      room4(slot, a, mixed),
      room6(slot, b, mixed),
      public4(slot),
      pick(['full', 'trial'], c),
    ],
  },
  {
    name: 'forwards',
    columns: ['public: ipv4', 'proto: proto', 'port: port', 'room: ipv4', 'inner: port'],
    keys: 'key (public, proto, port)',
    row: (slot, [a = 0, b = 0, c = 0]) => [
      public4(slot >> 2),
      pick(['tcp', 'udp'], slot),
      `${2000 + ((slot % 4) >> 1) + 10 * (a % 3)}`,
      host4(b % 8, c),
      `${pick([22, 80, 8080, 2000], c)}`,
    ],
  },
  {
    name: 'hosts',
    columns: ['address: ip key', 'ports: ports', 'code: u8', 'guard: ipv4 = none', 'limit: rate'],
    row: (slot, [a = 0, b = 0, c = 0]) => [
      slot % 3 === 0
        ? formatIpv6(0x20010db8_000a0000_00000000_00000000n + BigInt(slot + 2))
        : formatIpv4(0x0a000002 + slot),
      pick(['80', '1000-1003', '22', '2000-2003', '0-65535'], a),
      `${pick([0, 10, 46, 63, 8], b)}`,
      c % 3 === 0 ? '' : formatIpv4(0xcb007100 + (c % 16)),
      pick(['2/day', '3/day', '1000000/second'], c),
    ],
  },
  {
    name: 'nets',
    columns: ['net: prefix key', 'code: u8', 'note: string'],
    row: (slot, [a = 0, b = 0], mixed) => [
      slot % 2 === 0 ? room4(slot, a, mixed) : room6(slot, a, mixed),
      `${(slot * 7 + b) % 64}`,
      `${pick(['plain', 'quoted, with a comma', 'and "quotes"'], b)}`,
    ],
  },
  {
    name: 'blocks',
    columns: ['room: prefix4 key', 'reason: enum(abuse, unpaid)'],
    row: (slot, [a = 0, b = 0], mixed) => [room4(slot, a, mixed), pick(['abuse', 'unpaid'], b)],
  },
  {
    name: 'pairs',
    columns: ['inner: ipv4 key', 'outer: ipv4 key'],
    row: (slot) => [formatIpv4(0x0a800002 + slot), formatIpv4(0xc63364a0 + slot)],
  },
];

export function tables(): Arbitrary<readonly TableText[]> {
  return fastCheck.tuple(...SCHEMAS.map(tableOf));
}

function tableOf(schema: Schema): Arbitrary<TableText> {
  const row = fastCheck.record({
    slot: fastCheck.nat(MOST_SLOTS - 1),
    random: fastCheck.array(fastCheck.nat(9999), { minLength: 3, maxLength: 3 }),
  });
  return fastCheck
    .record({
      rows: fastCheck.uniqueArray(row, { selector: ({ slot }) => slot, minLength: 1, maxLength: 24, size: 'max' }),
      mixed: fastCheck.boolean(),
      inFile: fastCheck.boolean(),
    })
    .map(({ rows, mixed, inFile }) =>
      tableText(
        schema,
        rows.map(({ slot, random }) => schema.row(slot, random, mixed)),
        inFile,
      ),
    );
}

function tableText({ name, columns, keys }: Schema, rows: readonly (readonly string[])[], inFile: boolean): TableText {
  const head = `table ${name}(${[...columns, ...(keys === undefined ? [] : [keys])].join(', ')})`;
  if (inFile) {
    const names = columns.map((column) => column.slice(0, column.indexOf(':')));
    const lines = [names, ...rows].map((cells) => cells.map(csvCell).join(','));
    const path = `${name}.csv`;
    return { name, declaration: `${head} from "${path}"`, file: { path, content: `${lines.join('\n')}\n` } };
  }
  const isText = columns.map((column) => column.includes('string'));
  const cells = rows.map((row) => `  (${row.map((cell, at) => inlineCell(cell, isText[at] === true)).join(', ')})`);
  return { name, declaration: `${head} = {\n${cells.join(',\n')}\n}`, file: undefined };
}

function csvCell(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function inlineCell(cell: string, isText: boolean): string {
  if (isText) return `"${cell.replaceAll('"', '\\"')}"`;
  return cell === '' ? 'none' : cell;
}
