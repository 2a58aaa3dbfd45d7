/** The findings of the grammar: what can be wrong with a text before anyone asks what it means. */
import type { DiagnosticKind } from './diagnostic.ts';

function problem(code: string, title: string, explanation: string): DiagnosticKind {
  return { code, severity: 'error', title, explanation };
}

/** Every finding of the grammar: SL00xx. */
export const PROBLEMS = {
  unknownCharacter: problem(
    'SL0001',
    'unknown character',
    `A character stands outside quotes and comments that the language does not use. Names are letters, digits and
underscores of ASCII; any other name may be put in quotes: \`"wlan-gäste"\`. Statements need no \`;\`, and \`not\`, \`and\`,
\`or\` are words.`,
  ),

  unterminatedString: problem(
    'SL0002',
    'unterminated text',
    `A text in quotes has no end on its line. A text cannot go over a line's end; write \`\\n\` for one, and \`\\"\` for a quote
inside the text.`,
  ),

  badEscape: problem(
    'SL0003',
    'unknown escape',
    `Behind a backslash, a text in quotes knows \`\\"\`, \`\\\\\`, \`\\n\`, \`\\r\`, \`\\t\` and \`\\u{HEX}\`, nothing else.`,
  ),

  malformedAddress: problem(
    'SL0004',
    'malformed address',
    `Something begins like an IPv4, IPv6 or MAC address, a prefix or a range of addresses, and is none. IPv4 has four
numbers from 0 to 255 without leading zeros; IPv6 has eight groups of up to four hexadecimal digits, one run of zero groups
may be \`::\`; a prefix length is at most 32 or 128; a range names both addresses in full, without spaces:
\`10.0.0.1-10.0.0.9\`.`,
  ),

  malformedNumber: problem(
    'SL0005',
    'malformed number',
    `Something begins like a number, a range, a rate, a size, a duration or a percentage, and is none. Decimal numbers have
no leading zeros; a fraction needs a unit in which it is exact: \`1.5mbit\`; hexadecimal is \`0x1f\`.`,
  ),

  unknownUnit: problem(
    'SL0006',
    'unknown unit',
    `A number has letters behind it that are no unit. Rates: \`100/second\`, \`/minute\`, \`/hour\`, \`/day\`; \`pps\`, \`kpps\`,
\`mpps\`; \`bit\`, \`kbit\`, \`mbit\`, \`gbit\`, \`tbit\`; \`byte/second\` and so on. Sizes: \`B\`, \`kB\`, \`MB\`, \`GB\`, \`KiB\`, \`MiB\`, \`GiB\`.
Durations: \`ms\`, \`s\`, \`m\`, \`h\`, \`d\`, \`w\`.`,
  ),

  malformedTime: problem(
    'SL0007',
    'malformed date or time',
    `A date is a day of the calendar, written \`2026-12-31\`; a time is from \`00:00\` to \`24:00\`; an offset from UTC is at most
14 hours.`,
  ),

  unknownHyphenatedWord: problem(
    'SL0008',
    'unknown hyphenated word',
    `Words with hyphens come from a closed list (\`echo-request\`, \`tcp-reset\`, …). Names are \`snake_case\`; any other name may be
quoted: \`"wlan-guest"\`. The difference of two sets has spaces around the hyphen: \`a - b\`.`,
  ),

  crowdedMinus: problem(
    'SL0009',
    'hyphen without spaces',
    `The difference of two sets has a space on both sides of the hyphen: \`admins - guests\`. A range has none, and names two
literals: \`1024-65535\`.`,
  ),

  unexpected: problem(
    'SL0010',
    'unexpected word or sign',
    `At this place the grammar expects something else. The message names what was found and what could stand there.
The rest of this rule or statement was not read; everything after it was.`,
  ),

  unknownWord: problem(
    'SL0011',
    'unknown word',
    `Only certain words can stand here: a keyword, or one of a fixed list such as the types of columns.`,
  ),

  reservedName: problem(
    'SL0012',
    'keyword used as a name',
    `Keywords are reserved, so that every statement and rule can be told by its first word. Put the name in quotes wherever
it is written, or choose another.`,
  ),

  misplacedStatement: problem(
    'SL0013',
    'statement in the wrong place',
    `A statement that belongs elsewhere stands inside a block. Most often the closing brace of the block before it is
missing.`,
  ),

  unclosedBlock: problem(
    'SL0014',
    'block without an end',
    `A block is opened with \`{\`, and the file ends before its \`}\`.`,
  ),

  strayBrace: problem('SL0015', 'closing brace without a block', `A \`}\` stands where no block is open.`),

  tooDeep: problem(
    'SL0016',
    'nested too deeply',
    `Braces, parentheses, \`not\`s or blocks are nested further than the language allows (64 levels), or more than 1,000 sets
are joined by \`+\`, \`-\` and \`&\` in one value. Long lists belong in braces with commas, in a table, or in a file.`,
  ),

  tooMany: problem(
    'SL0017',
    'too many errors',
    `So much of the file cannot be read that the rest was left out. Is it a policy at all?`,
  ),

  repeatedOption: problem(
    'SL0018',
    'said twice',
    `An option stands twice at one statement or rule, and it cannot mean both.`,
  ),

  strayDocumentation: {
    code: 'SL0019',
    severity: 'warning',
    title: 'documentation of nothing',
    explanation: `\`##\` lines document the statement or rule that follows them. These stand before nothing that could be
documented. A plain comment has one \`#\`.`,
  },
} satisfies Record<string, DiagnosticKind>;
