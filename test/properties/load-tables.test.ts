import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { loadList } from '../../compiler/1-load/lists.ts';
import { loadTable, type LoadedTable } from '../../compiler/1-load/tables/load-table.ts';
import { renderFindings } from '../../compiler/diagnostics/render.ts';
import { AddressSet } from '../../compiler/net/address-set.ts';
import { declareTable } from '../unit/load/declare.ts';

const encoder = new TextEncoder();

function load(declaration: string, bytes: Uint8Array): LoadedTable {
  const inputs = { read: () => bytes, standard: () => undefined, standardNames: [], today: undefined };
  return loadTable(declareTable(declaration), '', inputs, () => undefined);
}

const octet = fastCheck.nat(255);
const ipv4 = fastCheck.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'));
const ipv6 = fastCheck.ipV6().filter((text) => !text.includes('%'));
const prefix4 = fastCheck.tuple(fastCheck.nat(0xffffff), fastCheck.nat(8)).map(([bits, more]) => {
  const address = bits * 256;
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.0/${24 + more}`;
});
const prefix6 = fastCheck
  .tuple(fastCheck.nat(0xffff), fastCheck.integer({ min: 16, max: 128 }))
  .map(([bits, length]) => {
    return `${bits.toString(16)}::/${length}`;
  });
const orderedPorts = fastCheck
  .tuple(fastCheck.nat(65535), fastCheck.nat(65535))
  .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);

/** For each type of column: texts that are its values, and whether JSON may write them as they are. */
const CELLS = {
  u8: octet.map(String),
  u16: fastCheck.nat(0xffff).map(String),
  u32: fastCheck.nat(0xffffffff).map(String),
  u64: fastCheck.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  bool: fastCheck.constantFrom('true', 'false'),
  string: fastCheck.string({ unit: 'grapheme', maxLength: 6 }),
  ipv4,
  ipv6,
  ip: fastCheck.oneof(ipv4, ipv6),
  prefix4: fastCheck.oneof(prefix4, ipv4),
  prefix6: fastCheck.oneof(prefix6, ipv6),
  prefix: fastCheck.oneof(prefix4, prefix6, ipv4, ipv6),
  port: fastCheck.nat(65535).map(String),
  ports: fastCheck.oneof(orderedPorts, fastCheck.nat(65535).map(String)),
  proto: fastCheck.oneof(octet.map(String), fastCheck.constantFrom('tcp', 'udp', 'gre', 'UDP')),
  mac: fastCheck.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
  }),
  rate: fastCheck
    .tuple(fastCheck.nat(10_000), fastCheck.constantFrom('/second', '/day', 'kpps', 'gbit'))
    .map((parts) => parts.join('')),
  size: fastCheck.tuple(fastCheck.nat(10_000), fastCheck.constantFrom('B', 'kB', 'MiB')).map((parts) => parts.join('')),
  duration: fastCheck
    .tuple(fastCheck.nat(10_000), fastCheck.constantFrom('ms', 's', 'd'))
    .map((parts) => parts.join('')),
  date: fastCheck
    .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  'enum(full, trial, free)': fastCheck.constantFrom('full', 'trial', 'free'),
} as const;

type TypeText = keyof typeof CELLS;

const NUMBERS: ReadonlySet<string> = new Set(['u8', 'u16', 'u32', 'u64', 'port']);

interface Generated {
  readonly types: readonly TypeText[];
  readonly rows: readonly (readonly string[])[];
}

const table: fastCheck.Arbitrary<Generated> = fastCheck
  .array(fastCheck.constantFrom(...(Object.keys(CELLS) as TypeText[])), { minLength: 1, maxLength: 5 })
  .chain((types) =>
    fastCheck.record({
      types: fastCheck.constant(types),
      rows: fastCheck.array(fastCheck.tuple(...types.map((type) => CELLS[type])), { minLength: 1, maxLength: 8 }),
    }),
  );

function declarationOf({ types }: Generated, file: string): string {
  return `table t(${types.map((type, index) => `c${index}: ${type}`).join(', ')}) from "${file}"`;
}

/** The columns in the order that `order` gives, between others that nobody asked for. */
function asCsv({ types, rows }: Generated, order: readonly number[]): string {
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const header = ['other', ...order.map((index) => `c${index}`), ''].join(',');
  const lines = rows.map((row) => {
    const cells = order.map((index) =>
      types[index] === 'string' || index % 2 === 0 ? quote(row[index]!) : row[index]!,
    );
    return ['"1,""2"""', ...cells, ''].join(',');
  });
  return [header, ...lines].join('\n');
}

function jsonCell(type: TypeText, text: string): string {
  return NUMBERS.has(type) || type === 'bool' ? text : JSON.stringify(text);
}

function asJsonRows({ types, rows }: Generated): string {
  const objects = rows.map((row) => {
    return `{${row.map((text, index) => `"c${index}": ${jsonCell(types[index]!, text)}`).join(', ')}, "x": [null]}`;
  });
  return `[${objects.join(',\n')}]`;
}

function asJsonColumns({ types, rows }: Generated): string {
  const columns = types.map(
    (type, index) => `"c${index}": [${rows.map((row) => jsonCell(type, row[index]!)).join(', ')}]`,
  );
  return `{${columns.toReversed().join(',\n')}}`;
}

test('a table is the same from CSV, from JSON by rows and from JSON by columns', () => {
  fastCheck.assert(
    fastCheck.property(table, fastCheck.boolean(), (generated, reversed) => {
      const order = generated.types.map((_, index) => index);
      const csv = load(
        declarationOf(generated, 't.csv'),
        encoder.encode(asCsv(generated, reversed ? order.toReversed() : order)),
      );
      expect(renderFindings(csv.diagnostics)).toBe('');
      expect(csv.table?.rowCount).toBe(generated.rows.length);
      const data = csv.table?.columns.map((column) => column.data);
      for (const json of [asJsonRows(generated), asJsonColumns(generated)]) {
        const { table: other, diagnostics } = load(declarationOf(generated, 't.json'), encoder.encode(json));
        expect(renderFindings(diagnostics)).toBe('');
        expect(other?.columns.map((column) => column.data)).toEqual(data);
      }
    }),
  );
});

test('integers and texts are what they were', () => {
  const rows = fastCheck.array(fastCheck.tuple(fastCheck.nat(0xffffffff), CELLS.u64, CELLS.string), { minLength: 1 });
  fastCheck.assert(
    fastCheck.property(rows, (list) => {
      const content = list.map(([a, b, c]) => `${a},${b},"${c.replaceAll('"', '""')}"`).join('\r\n');
      const { table: read } = load(
        'table t(a: u32, b: u64, c: string) from "t.csv"',
        encoder.encode(`a,b,c\r\n${content}`),
      );
      const [a, b, c] = read?.columns.map((column) => column.data) ?? [];
      expect(a?.store === 'integer' && [...a.values]).toEqual(list.map((row) => row[0]));
      expect(b?.store === 'wide integer' && [...b.values].map(String)).toEqual(list.map((row) => row[1]));
      expect(c?.store === 'text' && Array.from(c.indices, (index) => c.strings[index])).toEqual(
        list.map((row) => row[2]),
      );
    }),
  );
});

const DECLARATION = 'table t(a: u32 key, b: prefix = none, c: string = "x", d: enum(p, q)) from';

/** A proper file with some bytes changed, or any bytes at all. */
function nearly(text: string): fastCheck.Arbitrary<Uint8Array> {
  const changes = fastCheck.array(fastCheck.tuple(fastCheck.nat(), octet), { maxLength: 4 });
  const changed = changes.map((list) => {
    const bytes = encoder.encode(text);
    for (const [at, byte] of list) bytes[at % bytes.length] = byte;
    return bytes;
  });
  return fastCheck.oneof(changed, fastCheck.uint8Array({ maxLength: 64 }));
}

const CSV = 'a,b,c,d\n1,10.0.0.0/8,"x, ""y""",p\n2,,ü,q\n3,2001:db8::/32,,p\n';
const JSON_TEXT = '[{"a": 1, "b": "10.0.0.0/8", "c": "\\u00fc", "d": "p"},\n {"a": 2, "b": null, "d": "q"}]';

test.each([
  ['t.csv', CSV],
  ['t.json', JSON_TEXT],
])('whatever bytes %s holds, there is a table or a message that can be shown', (file, text) => {
  fastCheck.assert(
    fastCheck.property(nearly(text), (bytes) => {
      const { table: read, diagnostics } = load(`${DECLARATION} "${file}"`, bytes);
      expect(read === undefined).toBe(diagnostics.length > 0);
      for (const { cell } of diagnostics) {
        if (!cell) continue;
        expect(cell.start).toBeLessThanOrEqual(cell.end);
        expect(cell.end).toBeLessThanOrEqual(cell.text.length);
        expect(cell.text.slice(cell.start, cell.end)).not.toMatch(/[\r\n]/);
      }
      expect(renderFindings(diagnostics)).not.toContain('\0');
    }),
  );
});

test('a list is the union of its entries', () => {
  const entry = fastCheck.oneof(
    fastCheck.oneof(prefix4, prefix6, ipv4, ipv6),
    fastCheck.tuple(fastCheck.nat(1000), fastCheck.nat(1000)).map(([a, b]) => {
      const address = (value: number) => `10.0.${value >> 8}.${value & 255}`;
      return `${address(Math.min(a, b))}-${address(Math.max(a, b))}`;
    }),
  );
  const line = fastCheck.tuple(entry, fastCheck.constantFrom('', ' ', '\t# why', ';x', '\r'));
  fastCheck.assert(
    fastCheck.property(fastCheck.array(line, { minLength: 1, maxLength: 20 }), (lines) => {
      const source = { path: 'p.sluice', text: '"l"' };
      const bytes = encoder.encode(lines.map((parts) => parts.join('')).join('\n'));
      const inputs = { read: () => bytes, standard: () => undefined, standardNames: [], today: undefined };
      const file = { kind: 'string', value: 'l', span: { source, start: 0, end: 3 } } as const;
      const { values, diagnostics } = loadList(file, false, '', inputs);
      expect(renderFindings(diagnostics)).toBe('');
      const sets = lines.map(([text]) => AddressSet.parse(text));
      const expected = AddressSet.unionOf(sets.filter((set) => typeof set !== 'string'));
      expect(sets.some((set) => typeof set === 'string')).toBe(false);
      expect(values?.kind === 'addresses' && values.set.equals(expected)).toBe(true);
    }),
  );
});

test('whatever bytes a list holds, there is a set or a message', () => {
  const text = fastCheck
    .array(fastCheck.constantFrom('10.0.0.1', '::1', '80', '-', '/8', ' ', '#', '\n', '\r', '10.0.0.0/8', 'x'), {
      maxLength: 12,
    })
    .map((parts) => encoder.encode(parts.join('')));
  fastCheck.assert(
    fastCheck.property(fastCheck.oneof(text, fastCheck.uint8Array({ maxLength: 40 })), (bytes) => {
      const source = { path: 'p.sluice', text: '"l"' };
      const inputs = { read: () => bytes, standard: () => undefined, standardNames: [], today: undefined };
      const file = { kind: 'string', value: 'l', span: { source, start: 0, end: 3 } } as const;
      const { values, diagnostics } = loadList(file, true, '', inputs);
      expect(values === undefined).toBe(diagnostics.length > 0);
      renderFindings(diagnostics);
    }),
  );
});
