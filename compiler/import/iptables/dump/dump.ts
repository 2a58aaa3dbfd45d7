/** What iptables-save has written, as columns over its text. */
import type { SourceFile, Span } from '../../../../grammar/source.ts';
import type { GrowingColumn } from './growing-column.ts';
import type { Shape } from './shapes.ts';

export type Family = 4 | 6;

export const TABLES = ['raw', 'mangle', 'nat', 'filter', 'security'] as const;
export type TableName = (typeof TABLES)[number];

/** The chains that a table has from the kernel. */
export const BUILT_IN_CHAINS: Readonly<Record<TableName, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

export interface DumpChain {
  readonly name: string;
  /** What becomes of packets at the end of a built-in chain; undefined: a chain of the user's. */
  readonly policy: string | undefined;
  readonly span: Span;
}

/** The rules of a table, in the order of the dump. */
export interface RuleColumns {
  readonly source: SourceFile;
  readonly shapes: readonly Shape[];
  /** Index of the chain in `chains`. */
  readonly chain: GrowingColumn;
  /** Where the words behind `-A CHAIN` begin. */
  readonly start: GrowingColumn;
  readonly shape: GrowingColumn;
}

export interface DumpTable {
  readonly name: TableName;
  readonly family: Family;
  readonly chains: readonly DumpChain[];
  readonly rules: RuleColumns;
  readonly span: Span;
}

/** The packets that iptables-save (`-c`) says have met a rule, by the line that it stands on; 0 where it says nothing. */
export function packetsOf({ source, start }: Span): number {
  return source.text[start] === '[' ? Number.parseInt(source.text.slice(start + 1, start + 1 + MOST_DIGITS), 10) : 0;
}

/** Counters have 64 bits. */
const MOST_DIGITS = 20;

/** The line that a rule stands on, from its first character to its last. */
export function ruleSpan({ source, start }: RuleColumns, rule: number): Span {
  const at = start.at(rule);
  const from = source.text.lastIndexOf('\n', at - 1) + 1;
  return { source, start: from, end: lineEnd(source.text, at) };
}

/** Where the line ends that an offset is in, without `\r\n` or `\n`. */
export function lineEnd(text: string, from: number): number {
  const feed = text.indexOf('\n', from);
  const end = feed < 0 ? text.length : feed;
  return text.charCodeAt(end - 1) === 13 ? end - 1 : end;
}
