/** What can be wrong with the files that a policy is read from: SL01xx. */
import type { DiagnosticKind } from '../../grammar/diagnostic.ts';

function error(number: number, title: string, explanation: string): DiagnosticKind {
  return { code: `SL01${String(number).padStart(2, '0')}`, severity: 'error', title, explanation };
}

export const PROBLEMS = {
  missingFile: error(
    1,
    'file not found',
    `A \`use\`, a \`table\` or a \`let … from\` names a file that is not there. A path is relative to the folder of
the file that says it, whatever folder the command was started in.`,
  ),
  unknownStandardModule: error(
    2,
    'unknown standard module',
    `\`use std.NAME\` names a module that the standard library does not have. The message lists names that are close.`,
  ),
  notUtf8: error(
    3,
    'not UTF-8 text',
    `Policies, tables and lists are UTF-8 text, with or without a byte order mark. The message names the first byte
that is not. A file in another encoding has to be converted, for example with \`iconv -f latin1 -t utf-8\`.`,
  ),
  nulByte: error(
    4,
    'NUL byte in a text file',
    `A byte of value zero is no part of a text. The file may be a spreadsheet or an archive, or text in UTF-16; tables
are read as CSV or JSON, in UTF-8.`,
  ),
  importCycle: error(
    5,
    'files use each other in a circle',
    `A file that is used may not, through any number of others, use the file that uses it: names would depend on
themselves. What both need belongs in a third file. The message shows every step of the circle.`,
  ),
  blocksLost: error(
    6,
    'a use by name would lose blocks',
    `\`use "office.sluice" (admins)\` takes names only. If that file also holds blocks (a \`filter\`, a \`nat\`, a
\`target\`), they would be dropped without a word and the policy would be weaker than it reads. Either use the whole
file, without a list of names, or move the names to a file of their own.`,
  ),
  usedTooDeep: error(
    7,
    'files used too deep',
    `Files use files more than 64 levels deep. The usual cause is a link to a folder above itself, which makes one
file appear under ever longer paths.`,
  ),
  standardReadsFile: error(
    8,
    'the standard library reads no files',
    `A module of the standard library named a file. Standard modules are complete in themselves.`,
  ),
  unreadableFile: error(
    9,
    'file that cannot be read',
    `A \`use\`, a \`table\` or a \`let … from\` names a file that is there, but the system does not hand it out: it belongs
to somebody else, it is a folder, or the disk fails. The message gives the system's reason.`,
  ),
  unknownFormat: error(
    10,
    'unknown table format',
    `A table file is CSV or JSON, which its name tells: \`.csv\` or \`.json\`.`,
  ),
  malformedCsv: error(
    11,
    'malformed CSV',
    `Tables are CSV as RFC 4180 describes it: cells divided by commas; a cell that holds a comma, a quote or a line
end stands in double quotes; a double quote in such a cell is doubled. A quote in the middle of a cell, text behind a
closing quote and a quote that is never closed are errors, because a guess could put values into the wrong columns.`,
  ),
  malformedJson: error(
    12,
    'malformed JSON',
    `A JSON table is an array of objects, one for each row, or one object that holds an array for each column. Keys
are the names of the declared columns; others are passed over.`,
  ),
  missingColumn: error(
    13,
    'missing column',
    `The table's declaration names a column that its file does not have. Columns are found by their names in the first
line (in JSON: by the keys), in any order; what the file holds besides is passed over. In JSON, a key may be absent
where the column has a default, unless another key looks like a misspelling of it.`,
  ),
  duplicateColumn: error(
    14,
    'column given twice',
    `A column's name stands twice in a declaration, in a CSV header or in one JSON object, so that it is not clear
which one is meant.`,
  ),
  raggedRow: error(
    15,
    'wrong number of cells',
    `Every row has as many cells as the header has names (an inline row: as the table has columns; columns with a
default at the end may be left out). A missing or an additional comma would otherwise shift values into other columns.`,
  ),
  badCell: error(
    16,
    'a cell is no value of its column',
    `A cell's text is not what the column's type asks for. The message names file, line and column and shows the line.

| type | a cell |
| --- | --- |
| \`u8\`, \`u16\`, \`u32\`, \`u64\` | a whole number, decimal or \`0x…\` |
| \`bool\` | \`true\`, \`yes\`, \`1\`, \`false\`, \`no\` or \`0\` |
| \`string\` | any text |
| \`ipv4\`, \`ipv6\`, \`ip\` | one address (\`ip\`: of either family) |
| \`prefix4\`, \`prefix6\`, \`prefix\` | address and length; an address alone is a prefix of full length |
| \`port\`, \`ports\` | a port; a port or a range \`1024-65535\` |
| \`proto\` | a protocol's name or number |
| \`mac\` | six pairs of hexadecimal digits joined by \`:\` or \`-\` |
| \`rate\`, \`size\`, \`duration\`, \`date\` | as in a policy: \`5mbit\`, \`64KiB\`, \`12h\`, \`2026-12-31\` |
| \`enum(…)\` | one of its words |

Spaces around a cell count only in a \`string\`.`,
  ),
  emptyCell: error(
    17,
    'empty cell',
    `A cell is empty (in JSON: \`null\`, or the key is absent) and the column has no default. \`= 1\` behind a
column's type gives a default; \`= none\` lets a row have no value there.`,
  ),
  emptyTable: error(
    18,
    'empty table',
    `A table has no rows. That is far more often a failed export than a wish, and rules for each row would silently
vanish. Where it is meant, the declaration says \`or empty\`.`,
  ),
  moreFindings: {
    code: 'SL0119',
    severity: 'note',
    title: 'more findings of the same kind',
    explanation: `A file has more bad cells, rows or lines than are worth showing. Only the first ones are; this note counts the rest.`,
  },
  overlappingRows: error(
    20,
    'two rows overlap in a key',
    `\`key\` promises that no two rows share a value in those columns: no two equal numbers, no two prefixes of which
one holds the other, no two ranges that meet. Rules for each row rely on it, because a packet then belongs to one row
at most.`,
  ),
  hostBitsSet: error(
    21,
    'address bits set below the prefix length',
    `\`10.0.0.5/24\` names a host and a network at once. The prefix is written with zeros below its length
(\`10.0.0.0/24\`), the host without a length.`,
  ),
  unknownKeyColumn: error(22, 'key names no column', `\`key (…)\` lists a name that is no column of the table.`),
  keyType: error(
    23,
    'column cannot be a key',
    `A key's columns hold values that packets are looked up by, or that name things: numbers, addresses, prefixes,
ports, protocols, words. Rates, sizes and durations are amounts, not names.`,
  ),
  badDefault: error(
    24,
    'default is no value of its column',
    `What stands behind \`=\` in a column's declaration is one literal of the column's type, or \`none\`.`,
  ),
  notOneValue: error(
    25,
    'a cell is one value',
    `A cell of an inline row, and a column's default, is one literal or a name that stands for one; not a set, a list
or a reference to another table.`,
  ),
  duplicateMember: error(26, 'word listed twice in an enum', `The words of \`enum(…)\` are distinct.`),
  badEntry: error(
    30,
    'a line of a list is no entry',
    `A list file holds one address, prefix or range a line (or, if all lines are such, one port or range of ports).
\`#\` and \`;\` begin a comment; blank lines are passed over. Both families may be mixed.`,
  ),
  mixedEntries: error(
    31,
    'numbers and addresses in one list',
    `A list is of addresses or of numbers (ports). A line of the other sort is most likely a mistake.`,
  ),
  emptyList: error(
    32,
    'empty list',
    `A list file has no entries. That is more often a failed download than a wish, and a rule that uses the list would
silently mean nothing. Where it is meant, the declaration says \`or empty\`.`,
  ),
} as const satisfies Record<string, DiagnosticKind>;
