import { describe, expect, test } from 'vitest';
import type { Value } from '../../../grammar/ast/index.ts';
import { loadTable, type LoadedTable } from '../../../compiler/1-load/tables/load-table.ts';
import { describeCell } from '../../../compiler/1-load/tables/describe-cell.ts';
import { renderFindings } from '../../../compiler/diagnostics/render.ts';
import type { Table } from '../../../compiler/model/table.ts';
import { declareTable } from './declare.ts';

const encoder = new TextEncoder();

/** Loads a declaration whose file holds `content`. */
function load(
  declaration: string,
  content: string | Uint8Array = '',
  names: Readonly<Record<string, Value>> = {},
): LoadedTable {
  const bytes = typeof content === 'string' ? encoder.encode(content) : content;
  const inputs = { read: () => bytes, standard: () => undefined, standardNames: [], today: undefined };
  return loadTable(declareTable(declaration), '', inputs, (name) => names[name]);
}

/** The table, which must have been loaded without any finding. */
function loaded(declaration: string, content?: string | Uint8Array): Table {
  const { table, diagnostics } = load(declaration, content);
  expect(renderFindings(diagnostics)).toBe('');
  if (!table) throw new Error('no table');
  return table;
}

/** What people are told about a table that cannot be loaded. */
function complaint(declaration: string, content?: string | Uint8Array): string {
  const { table, diagnostics } = load(declaration, content);
  expect(table).toBeUndefined();
  return renderFindings(diagnostics);
}

/** All cells as text, `-` for none. */
function cells(table: Table): string[][] {
  return Array.from({ length: table.rowCount }, (_, row) =>
    table.columns.map(({ data, type, present }) => (present?.[row] === 0 ? '-' : describeCell(data, type, row))),
  );
}

describe('every type of column', () => {
  test.each([
    ['u8', '255', '255'],
    ['u8', '0x1F', '31'],
    ['u16', '65535', '65535'],
    ['u32', '4294967295', '4294967295'],
    ['u32', '007', '7'],
    ['u64', '18446744073709551615', '18446744073709551615'],
    ['u64', '0xffffffffffffffff', '18446744073709551615'],
    ['bool', 'true', 'true'],
    ['bool', 'FALSE', 'false'],
    ['bool', '1', 'true'],
    ['bool', 'no', 'false'],
    ['string', 'Müller', '"Müller"'],
    ['string', '  kept  ', '"  kept  "'],
    ['ipv4', '192.0.2.1', '192.0.2.1'],
    ['ipv6', '2001:DB8::1', '2001:db8::1'],
    ['ip', '192.0.2.1', '192.0.2.1'],
    ['ip', '::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['prefix4', '10.0.0.0/8', '10.0.0.0/8'],
    ['prefix4', '0.0.0.0/0', '0.0.0.0/0'],
    ['prefix4', '10.0.0.1', '10.0.0.1/32'],
    ['prefix6', '2001:db8::/32', '2001:db8::/32'],
    ['prefix6', '::1', '::1/128'],
    ['prefix', '10.0.0.0/8', '10.0.0.0/8'],
    ['prefix', '2001:db8::/32', '2001:db8::/32'],
    ['port', '0', '0'],
    ['port', '65535', '65535'],
    ['ports', '1024-65535', '1024-65535'],
    ['ports', '80', '80'],
    ['proto', 'tcp', 'tcp'],
    ['proto', 'UDP', 'udp'],
    ['proto', '47', 'gre'],
    ['proto', '253', 'proto 253'],
    ['mac', '02:00:5E:10:00:01', '02:00:5e:10:00:01'],
    ['mac', '02-00-5e-10-00-01', '02:00:5e:10:00:01'],
    ['rate', '10/minute', '10 in 60 s'],
    ['rate', '1.5mbit', '1500000 in 1 s'],
    ['rate', '10mbyte/second', '10000000 in 1 s'],
    ['size', '64KiB', '65536'],
    ['duration', '1.5s', '1500'],
    ['date', '2024-02-29', '2024-02-29'],
    ['date', '1970-01-01', '1970-01-01'],
    ['enum(full, trial)', 'trial', 'trial'],
  ])('%s reads %s', (type, text, expected) => {
    const csv = loaded(`table t(c: ${type}) from "t.csv"`, `c\n"${text}"\n${text}\n`);
    expect(cells(csv)).toEqual([[expected], [expected]]);
    const json = loaded(`table t(c: ${type}) from "t.json"`, JSON.stringify([{ c: text }]));
    expect(cells(json)).toEqual([[expected]]);
  });

  test.each([
    ['u8', '256', 'is too great for u8, which ends at 255'],
    ['u8', '-1', 'is negative'],
    ['u32', '1.5', 'is no whole number'],
    ['u32', '1.000', 'is no whole number'],
    ['u32', '4294967296', 'is too great for u32, which ends at 4294967295'],
    ['u32', '1 000', 'Write the digits without separators.'],
    ['u32', 'x', 'is no whole number from 0 to 4294967295'],
    ['u64', '18446744073709551616', 'is too great for u64'],
    ['bool', 'maybe', 'neither true nor false'],
    ['ipv4', '192.0.2.256', 'No part of an IPv4 address is above 255, as 256 is.'],
    ['ipv4', '192.000.2.1', 'write 192.0.2.1'],
    ['ipv4', '192.0.2', 'is not an IPv4 address'],
    ['ipv4', '2001:db8::1', 'is of IPv6'],
    ['ipv4', '192.0.2.0/24', 'declared as prefix4'],
    ['ipv4', '192.0.2.1-192.0.2.9', 'is a range'],
    ['ipv6', '192.0.2.1', 'is of IPv4'],
    ['ipv6', 'fe80::1%eth0', 'An interface behind %'],
    ['ipv6', '[::1]', 'Brackets'],
    ['ip', 'example.net', 'is not an address'],
    ['prefix4', '10.0.0.5/24', 'Write 10.0.0.0/24 for the network, or 10.0.0.5'],
    ['prefix4', '10.0.0.0/33', 'no proper prefix length: 0 to 32'],
    ['prefix4', '10.0.0.0/255.255.255.0', 'Write 10.0.0.0/24.'],
    ['prefix4', '10.0.0.0/255.0.255.0', 'netmask'],
    ['prefix4', '2001:db8::/32', 'declared as prefix'],
    ['prefix6', '2001:db8::1/32', 'Write 2001:db8::/32'],
    ['prefix6', '2001:db8::/129', '0 to 128'],
    ['prefix', '10.0.0.5/24', 'Write 10.0.0.0/24'],
    ['port', '65536', 'is too great for a port'],
    ['ports', '1-65536', 'reaches 65536'],
    ['ports', '20-10', 'Write 10-20.'],
    ['ports', '10 - 20', 'Write 10-20, without spaces.'],
    ['ports', '10-20-30', 'is no whole number'],
    ['proto', 'tpc', 'did you mean `tcp`?'],
    ['proto', '256', 'protocols end at 255'],
    ['mac', '0200.5e10.0001', 'Write 02:00:5e:10:00:01.'],
    ['mac', '02:00:5e:10:00', 'is no MAC address'],
    ['rate', '5', 'is no rate'],
    ['rate', '5mbit/fortnight', 'is no rate'],
    ['rate', '10mbyte', 'is no rate'],
    ['size', '64', 'is no size'],
    ['size', '5mbit', 'is no size'],
    ['duration', '12x', 'is no duration'],
    ['date', '2023-02-29', 'is no date'],
    ['date', '31.12.2026', 'Do you mean 2026-12-31?'],
    ['enum(full, trial)', 'trail', 'did you mean `trial`?'],
    ['enum(full, trial)', 'x', 'Write full or trial.'],
  ])('%s refuses %s', (type, text, expected) => {
    const csv = complaint(`table t(c: ${type}) from "t.csv"`, `c\n${text}\n`);
    expect(csv).toContain(expected);
    expect(csv).toContain('--> t.csv:2:1');
    expect(complaint(`table t(c: ${type}) from "t.json"`, JSON.stringify([{ c: text }]))).toContain(expected);
  });

  test('spaces around a cell count only in a string', () => {
    const table = loaded(
      'table t(a: u8, b: ipv4, c: string, d: enum(x, y)) from "t.csv"',
      'a,b,c,d\n 1 ,\t10.0.0.1, z ," x"\n',
    );
    expect(cells(table)).toEqual([['1', '10.0.0.1', '" z "', 'x']]);
  });

  test('stores are what the model says', () => {
    const table = loaded(
      'table t(a: prefix, b: prefix6, m: mac, r: rate, d: duration) from "t.csv"',
      'a,b,m,r,d\n10.0.0.0/8,2001:db8::/32,02:00:00:00:00:01,40kpps,1m\n2001:db8::/32,::/0,00:00:00:00:00:00,1gibyte/hour,2d\n',
    );
    expect(table.columns.map((column) => column.data)).toEqual([
      {
        store: 'prefix',
        families: Uint8Array.of(4, 6),
        words: Uint32Array.of(0, 0, 0, 0x0a000000, 0x20010db8, 0, 0, 0),
        lengths: Uint8Array.of(8, 32),
      },
      { store: 'prefix6', words: Uint32Array.of(0x20010db8, 0, 0, 0, 0, 0, 0, 0), lengths: Uint8Array.of(32, 0) },
      { store: 'wide integer', values: BigUint64Array.of(0x020000000001n, 0n) },
      {
        store: 'rate',
        amounts: Float64Array.of(40_000, 2 ** 30),
        perSeconds: Float64Array.of(1, 3600),
        of: Uint8Array.of(0, 2),
      },
      { store: 'number', values: Float64Array.of(60_000, 172_800_000) },
    ]);
  });
});

describe('a CSV file', () => {
  const users = 'table users(id: u32, room: prefix4, name: string) from "users.csv"';

  test('has its columns in any order, and others among them', () => {
    const table = loaded(users, 'note,room,"name",id\nx,10.0.0.0/24,"Doe, ""Jo""",7\n,10.0.1.0/24,,8\n');
    expect(cells(table)).toEqual([
      ['7', '10.0.0.0/24', '"Doe, "Jo""'],
      ['8', '10.0.1.0/24', '""'],
    ]);
    expect(table).toMatchObject({
      name: 'users',
      path: 'users.csv',
      rowCount: 2,
      keys: [],
      lines: Uint32Array.of(2, 3),
    });
  });

  test('is left as it was, also where it comes as a Buffer', () => {
    const content = Buffer.from('id,room,name\n1,10.0.0.0/24,"a ""b"" c"\n2,10.0.1.0/24,"a ""b"""\n');
    const before = content.toString();
    const first = cells(loaded(users, content));
    expect(content.toString()).toBe(before);
    expect(cells(loaded(users, content))).toEqual(first);
    expect(first.map((row) => row[2])).toEqual(['"a "b" c"', '"a "b""']);
  });

  test('may have a byte order mark, CR LF, line ends in cells, blank lines and no last line end', () => {
    const table = loaded(users, '\ufeffid,room,name\r\n1,10.0.0.0/24,"two\r\nlines"\r\n\r\n2,10.0.1.0/24,x');
    expect(cells(table).map((row) => row[2])).toEqual(['"two\r\nlines"', '"x"']);
    expect([...table.lines]).toEqual([2, 5]);
  });

  test.each([
    ['a misspelt column', 'id,rooom,name\n1,10.0.0.0/24,x\n'],
    ['a missing column', 'id,name\n1,x\n'],
    ['a column given twice', 'id,room,name,id\n1,10.0.0.0/24,x,2\n'],
    ['rows of other lengths', 'id,room,name\n1,10.0.0.0/24\n2,10.0.1.0/24,x,y\n3,10.0.2.0/24,z\n'],
    ['a quote that is never closed', 'id,room,name\n1,10.0.0.0/24,"x\n2,10.0.1.0/24,y\n'],
    ['a quote inside a cell', 'id,room,name\n1,10.0.0.0/24,4" pipe\n'],
    ['text behind a quote', 'id,room,name\n1,10.0.0.0/24,"x\n2,10.0.1.0/24,"y"\n'],
    ['several bad cells in a row', 'id,room,name\n-1,10.0.0.7/24,"ü, ""x"""\n,,\n'],
    ['nothing', ''],
    ['a header only', 'id,room,name\n'],
  ])('with %s is refused', (_, content) => {
    expect(complaint(users, content)).toMatchSnapshot();
  });

  test.each([
    ['text in UTF-16', Uint8Array.of(0xff, 0xfe, 0x69, 0)],
    ['a byte of Latin-1', Uint8Array.from([...encoder.encode('id,room,name\n1,10.0.0.0/24,M'), 0xfc, 0x6c])],
    ['a NUL byte', encoder.encode('id,room,name\n1,10.0.0.0/24,\0\n')],
  ])('that is %s is refused', (_, content) => {
    expect(complaint(users, content)).toMatchSnapshot();
  });

  test('shows the first of many findings, and counts the others', () => {
    const rows = Array.from({ length: 1000 }, (_, row) => `x${row},10.0.0.0/24,n`);
    const { diagnostics } = load(users, `id,room,name\n${rows.join('\n')}`);
    expect(diagnostics).toHaveLength(21);
    expect(diagnostics.at(-1)?.message).toBe('and 980 more findings in users.csv');
  });

  test('that is not there is named with the path that was looked for', () => {
    const inputs = { read: () => undefined, standard: () => undefined, standardNames: [], today: undefined };
    const { diagnostics } = loadTable(declareTable(users), 'sub', inputs, () => undefined);
    expect(diagnostics.map((finding) => finding.message)).toEqual(['there is no file `sub/users.csv`']);
  });

  test('is not read by the standard library', () => {
    const inputs = { read: () => undefined, standard: () => undefined, standardNames: [], today: undefined };
    const { diagnostics } = loadTable(declareTable(users), undefined, inputs, () => undefined);
    expect(diagnostics.map((finding) => finding.code)).toEqual(['SL0108']);
  });

  test('tells its format by its name', () => {
    expect(complaint('table t(a: u8) from "t.xlsx"')).toContain('cannot tell the format of `t.xlsx`');
    expect(complaint('table t(a: u8) from "dir.csv/t"')).toContain('cannot tell the format');
    expect(cells(loaded('table t(a: u8) from "T.CSV"', 'a\n1\n'))).toEqual([['1']]);
  });

  test('may be empty where the declaration says so', () => {
    expect(loaded('table t(a: u8) from "t.csv" or empty', 'a\n').rowCount).toBe(0);
    expect(loaded('table t(a: prefix key, b: u8, key (a, b)) from "t.json" or empty', '[]').rowCount).toBe(0);
  });
});

describe('empty cells', () => {
  const declaration = 'table t(id: u8, weight: u16 = 1, room6: prefix6 = none, note: string = "-") from';

  test('in CSV have the default of their column', () => {
    const table = loaded(`${declaration} "t.csv"`, 'id,weight,room6,note\n1,,,\n2,5,2001:db8::/32,""\n3, , ,x\n');
    expect(cells(table)).toEqual([
      ['1', '1', '-', '"-"'],
      ['2', '5', '2001:db8::/32', '""'],
      ['3', '1', '-', '"x"'],
    ]);
    expect(table.columns.map((column) => column.present)).toEqual([
      undefined,
      undefined,
      Uint8Array.of(0, 1, 0),
      undefined,
    ]);
  });

  test('in JSON are null, or absent', () => {
    const rows = [
      { id: 1 },
      { id: 2, weight: 5, room6: '2001:db8::/32', note: '' },
      { id: 3, weight: null, note: null },
    ];
    expect(cells(loaded(`${declaration} "t.json"`, JSON.stringify(rows)))).toEqual([
      ['1', '1', '-', '"-"'],
      ['2', '5', '2001:db8::/32', '""'],
      ['3', '1', '-', '"-"'],
    ]);
  });

  test('are refused in a column without a default', () => {
    expect(complaint('table t(a: u8, b: u8) from "t.csv"', 'a,b\n1,\n')).toContain('column `b`: the cell is empty');
    expect(complaint('table t(a: u8, b: string) from "t.json"', '[{"a":1,"b":null}]')).toContain(
      'row 1, `b`: the cell is empty',
    );
  });
});

describe('a JSON file', () => {
  const pool = 'table pool(addr: ip, weight: u16 = 1) from "pool.json"';

  test('is an array of objects', () => {
    const content = '[\n {"addr": "192.0.2.1", "weight": 3, "extra": {"a": [1, {}]}},\n\n {"addr": "2001:db8::1"}\n]\n';
    const table = loaded(pool, content);
    expect(cells(table)).toEqual([
      ['192.0.2.1', '3'],
      ['2001:db8::1', '1'],
    ]);
    expect([...table.lines]).toEqual([2, 4]);
  });

  test('is an object of arrays', () => {
    const table = loaded(pool, '{"weight": [3, null],\n"x": 1,\n"addr": ["192.0.2.1", "2001:db8::1"]}');
    expect(cells(table)).toEqual([
      ['192.0.2.1', '3'],
      ['2001:db8::1', '1'],
    ]);
    expect(cells(loaded(pool, '{"addr": ["192.0.2.1", "192.0.2.2"]}')).map((row) => row[1])).toEqual(['1', '1']);
  });

  test('keeps all digits of a number', () => {
    const table = loaded('table t(a: u64) from "t.json"', '[{"a": 18446744073709551615}]');
    expect(cells(table)).toEqual([['18446744073709551615']]);
  });

  test('may escape anything in a text', () => {
    const table = loaded('table t(a: string) from "t.json"', String.raw`[{"\u0061": "\u00fc\n\ud83d\ude00"}]`);
    expect(cells(table)).toEqual([['"ü\n😀"']]);
  });

  test.each([
    ['a bad cell', '[{"addr": "192.0.2.1"},\n {"addr": "192.0.2.1", "weight": 70000}]'],
    ['a number where a text belongs', '[{"addr": 5}]'],
    ['a value of several', '[{"addr": ["192.0.2.1"]}]'],
    ['a key twice', '[{"addr": "192.0.2.1", "addr": "192.0.2.2"}]'],
    ['no value for a column', '[{"adress": "192.0.2.1"}]'],
    ['a key misspelt that has a default', '[{"addr": "192.0.2.1", "wieght": 2}]'],
    ['a row that is no object', '[{"addr": "192.0.2.1"}, 5]'],
    ['neither rows nor columns', '"x"'],
    ['columns of different lengths', '{"addr": ["192.0.2.1"], "weight": [1, 2]}'],
    ['a column that is no array', '{"addr": "192.0.2.1"}'],
    ['a missing column', '{"weight": [1]}'],
    ['a mistake in its form', '[{"addr": "192.0.2.1"},]'],
    ['more behind its end', '[{"addr": "192.0.2.1"}] x'],
    ['no end', '[{"addr": "192.0.2.1"'],
    ['no rows', '[]'],
    ['nothing', ''],
  ])('with %s is refused', (_, content) => {
    expect(complaint(pool, content)).toMatchSnapshot();
  });

  test('takes numbers for numbers and texts for texts', () => {
    expect(complaint('table t(a: string) from "t.json"', '[{"a": 5}]')).toContain('`5` is no text');
    expect(complaint('table t(a: u8) from "t.json"', '[{"a": true}]')).toContain('is no whole number');
    expect(complaint('table t(a: u8) from "t.json"', '[{"a": 1e2}]')).toContain('is no whole number');
    expect(cells(loaded('table t(a: bool) from "t.json"', '[{"a": true}, {"a": 0}]'))).toEqual([['true'], ['false']]);
  });

  test('of one very long line is shown around the place', () => {
    const rows = Array.from({ length: 5000 }, (_, row) => ({ addr: row === 4000 ? 'x' : '192.0.2.1' }));
    const { diagnostics } = load(pool, JSON.stringify(rows));
    expect(diagnostics).toHaveLength(1);
    const cell = diagnostics[0]?.cell;
    expect(cell?.text.length).toBeLessThan(1000);
    expect(cell?.text.slice(cell.start, cell.end)).toBe('"x"');
    expect(cell?.position).toBe(JSON.stringify(rows).indexOf('"x"') + 1);
  });
});

describe('inline rows', () => {
  test('are cells in the order of the columns, and defaults may be left out at the end', () => {
    const table = loaded(
      'table plans(name: enum(full, trial), down: rate, proto: proto, note: string = "none", cap: size = none)' +
        ' = { (full, 1gbit, tcp, "all"), (trial, 5mbit, 47), (full, 1/second, udp, "x", none), (trial, 1/second, udp, "x", 1MB) }',
    );
    expect(cells(table)).toEqual([
      ['full', '1000000000 in 1 s', 'tcp', '"all"', '-'],
      ['trial', '5000000 in 1 s', 'gre', '"none"', '-'],
      ['full', '1 in 1 s', 'udp', '"x"', '-'],
      ['trial', '1 in 1 s', 'udp', '"x"', '1000000'],
    ]);
    expect(table).toMatchObject({ path: undefined, lines: Uint32Array.of(0, 0, 0, 0) });
  });

  test('may name a value that the policy gives a name', () => {
    const gateway = declareTable('table t(a: ip = 192.0.2.1) = { (192.0.2.2) }').columns[0]?.default;
    const { table } = load('table t(a: ip, b: ip = gateway) = { (gateway), (192.0.2.9, 192.0.2.8) }', '', {
      gateway: gateway!,
    });
    expect(table && cells(table)).toEqual([
      ['192.0.2.1', '192.0.2.1'],
      ['192.0.2.9', '192.0.2.8'],
    ]);
  });

  test.each([
    ['a bad cell', 'table t(a: u8, b: prefix4) = { (1, 10.0.0.0/8), (256, 10.0.0.5/24) }'],
    ['too few cells', 'table t(a: u8, b: u8) = { (1) }'],
    ['too many cells', 'table t(a: u8) = { (1, 2) }'],
    ['an unknown name', 'table t(a: enum(full, trial)) = { (trail) }'],
    ['a text without quotes', 'table t(a: string) = { (abc) }'],
    ['a list in a cell', 'table t(a: u8) = { ({1}) }'],
    ['no value where there has to be one', 'table t(a: u8) = { (none) }'],
    ['no rows', 'table t(a: u8) = {}'],
  ])('with %s are refused', (_, declaration) => {
    expect(complaint(declaration)).toMatchSnapshot();
  });
});

describe('a declaration', () => {
  test.each([
    ['a column twice', 'table t(a: u8, a: u16) from "t.csv"'],
    ['a word twice in an enum', 'table t(a: enum(x, y, x)) from "t.csv"'],
    ['a default of another type', 'table t(a: u8 = 300) from "t.csv"'],
    ['a default that is a list', 'table t(a: u8 = {1}) from "t.csv"'],
    ['a key of no column', 'table t(room: u8, b: u8, key (rom, b)) from "t.csv"'],
  ])('with %s is refused before any row is read', (_, declaration) => {
    expect(complaint(declaration, 'nothing,of,use')).toMatchSnapshot();
  });
});

describe('keys', () => {
  test('are those of columns and those of several columns', () => {
    const table = loaded('table t(a: u8 key, b: u8, c: u8, key (b, c)) from "t.csv"', 'a,b,c\n1,1,1\n2,1,2\n3,2,1\n');
    expect(table.keys).toEqual([['a'], ['b', 'c']]);
  });

  test.each([
    ['equal numbers', 'table t(a: u32 key) from "t.csv"', 'a\n5\n6\n5\n'],
    [
      'a prefix in another',
      'table t(a: prefix4 key, b: u8) from "t.csv"',
      'a,b\n10.0.0.0/8,1\n11.0.0.0/8,2\n10.9.0.0/16,3\n',
    ],
    ['ranges that meet', 'table t(a: ports key) from "t.csv"', 'a\n1-10\n11-20\n20-30\n'],
    [
      'equal cells of several columns',
      'table t(p: proto, q: ports, key (p, q)) from "t.csv"',
      'p,q\ntcp,1-5\nudp,5\ntcp,5-9\n',
    ],
    ['equal texts', 'table t(a: string key) from "t.json"', '[{"a": "x"},\n{"a": "y"},\n{"a": "x"}]'],
    ['inline rows', 'table t(a: ip key) = { (::1), (192.0.2.1), (::1) }', ''],
  ])('refuse %s, and name both rows', (_, declaration, content) => {
    expect(complaint(declaration, content)).toMatchSnapshot();
  });

  test('tell the families apart', () => {
    const table = loaded('table t(a: prefix key) from "t.csv"', 'a\n0.0.0.1\n::1\n0.0.0.0/32\n::/128\n');
    expect(table.rowCount).toBe(4);
    expect(complaint('table t(a: prefix key) from "t.csv"', 'a\n10.0.0.0/8\n::/8\n10.0.0.1\n')).toContain(
      'lines 2 and 4',
    );
  });

  test('leave out rows without a value', () => {
    const declaration = 'table t(a: u8, b: prefix6 key = none) from "t.csv"';
    expect(loaded(declaration, 'a,b\n1,\n2,\n3,2001:db8::/32\n').rowCount).toBe(3);
    const content = 'a,b\n1,\n2,2001:db8::/32\n3,\n4,2001:db8::1\n';
    expect(complaint(declaration, content)).toContain('lines 3 and 5');
  });

  test('hold names of things, not amounts', () => {
    expect(complaint('table t(a: rate key) from "t.csv"', 'a\n1/second\n')).toContain(
      'a rate cannot be a key: column `a`',
    );
  });

  test('show a few overlaps of many', () => {
    const { diagnostics } = load('table t(a: u8 key) from "t.csv"', `a\n${'7\n'.repeat(100)}`);
    expect(diagnostics).toHaveLength(5);
  });
});
