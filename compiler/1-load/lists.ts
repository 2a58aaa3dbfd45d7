/** `let blocked from "blocklist.txt"`: a file of addresses or ports, an entry a line. */
import type * as ast from '../../grammar/ast/index.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Inputs } from '../inputs.ts';
import { AddressSet } from '../net/address-set.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { FileFindings } from './findings.ts';
import { EntryColumns, explainEntry, type EntryOutcome, type EntrySort } from './list-entries.ts';
import { openFile } from './open-file.ts';
import { PROBLEMS } from './problems.ts';
import { decodeUtf8 } from './utf8.ts';

/** What a list holds. A list without entries (`or empty`) is of neither sort. */
export type ListValues =
  | { readonly kind: 'addresses'; readonly set: AddressSet }
  /** 16 bits wide. */
  | { readonly kind: 'ports'; readonly set: IntervalSet }
  | { readonly kind: 'empty' };

export interface LoadedList {
  /** Absent if anything is wrong with it. */
  readonly values?: ListValues;
  readonly diagnostics: readonly Diagnostic[];
}

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const HASH = 0x23;
const SEMICOLON = 0x3b;

/**
 * Loads a list: one address, prefix or range a line, of either family, or one port or range of ports; `#` and `;` begin a
 * comment. Entries may repeat and overlap.
 *
 * @param file the path as the policy says it
 * @param folder of the file that says it (empty: the main file's); undefined for the standard library
 */
export function loadList(
  file: ast.StringLiteral,
  orEmpty: boolean,
  folder: string | undefined,
  inputs: Inputs,
): LoadedList {
  const opened = openFile(file.value, file.span, folder, inputs);
  if ('diagnostic' in opened) return { diagnostics: [opened.diagnostic] };
  const findings = new FileFindings(opened.file, file.span);
  const entries = readEntries(findings);
  if (!findings.isEmpty) return { diagnostics: findings.list() };
  if (entries.sort !== undefined) return { values: valuesOf(entries, entries.sort), diagnostics: [] };
  if (orEmpty) return { values: { kind: 'empty' }, diagnostics: [] };
  const message = `${opened.file.shown} has no entries`;
  const hint = 'If that is meant, write `or empty` at the end of the declaration.';
  return { diagnostics: [diagnostic(PROBLEMS.emptyList, file.span, message, { hint })] };
}

function valuesOf(entries: EntryColumns, sort: EntrySort): ListValues {
  if (sort === 'ports') {
    const { lows, highs } = entries.ports.finish();
    return { kind: 'ports', set: IntervalSet.fromColumns(16, lows, highs) };
  }
  const ipv4 = entries.ipv4.finish();
  const ipv6 = entries.ipv6.finish();
  const set = AddressSet.of(
    IntervalSet.fromColumns(32, ipv4.lows, ipv4.highs),
    IntervalSet.fromColumns(128, ipv6.lows, ipv6.highs),
  );
  return { kind: 'addresses', set };
}

function readEntries(findings: FileFindings): EntryColumns {
  const { bytes, start } = findings.file;
  const entries = new EntryColumns();
  let lineStart = start;
  while (lineStart < bytes.length) {
    const contentEnd = endOfContent(bytes, lineStart);
    let first = lineStart;
    let last = contentEnd;
    while (first < last && isSpace(bytes[first]!)) first++;
    while (last > first && isSpace(bytes[last - 1]!)) last--;
    if (first < last) {
      const outcome = entries.add(bytes, first, last);
      if (outcome !== 'added') reportEntry(findings, entries, outcome, first, last);
    }
    lineStart = endOfLine(bytes, contentEnd) + 1;
  }
  return entries;
}

/** Where the line's comment, or else its end, begins. */
function endOfContent(bytes: Uint8Array, start: number): number {
  let at = start;
  for (; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === HASH || byte === SEMICOLON) break;
  }
  return at;
}

function endOfLine(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== LINE_FEED && bytes[at] !== CARRIAGE_RETURN) at++;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

function reportEntry(
  findings: FileFindings,
  entries: EntryColumns,
  outcome: Exclude<EntryOutcome, 'added'>,
  start: number,
  end: number,
): void {
  if (!findings.isNext()) return;
  const text = decodeUtf8(findings.file.bytes.subarray(start, end));
  const place = { start, end };
  if (outcome === 'other sort') {
    const message = `\`${text}\` in a list of ${entries.sort ?? 'addresses'}`;
    findings.add(PROBLEMS.mixedEntries, place, message, { hint: 'A list is of addresses or of ports, not of both.' });
    return;
  }
  const { problem, hint, hostBitsSet } = explainEntry(text);
  findings.add(hostBitsSet ? PROBLEMS.hostBitsSet : PROBLEMS.badEntry, place, `\`${text}\` ${problem}`, { hint });
}
