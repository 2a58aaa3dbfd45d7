/** Literals of a policy (in inline rows and defaults) as the text of a cell, so that every cell is read in one way. */
import type * as ast from '../../../grammar/ast/index.ts';
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import { PROTOCOL_NUMBERS } from '../../model/protocols.ts';
import { PROBLEMS } from '../problems.ts';
import { didYouMean } from '../../../grammar/did-you-mean.ts';

/** What a name stands for where the table is declared (a `let`), or undefined. */
export type LookupValue = (name: string) => ast.Value | undefined;

export type CellText =
  | { readonly kind: 'text'; readonly text: string; readonly bytes: Uint8Array }
  | { readonly kind: 'none' }
  | { readonly kind: 'wrong'; readonly diagnostic: Diagnostic };

/** Names that stand for names are followed so far; whoever binds names reports a circle. */
const LONGEST_CHAIN = 32;

const encoder = new TextEncoder();

/** The text that `value` would be in a file's cell of that column. */
export function cellText(value: ast.Value, column: ast.ColumnDeclaration, lookupValue: LookupValue): CellText {
  let at = value;
  for (let steps = 0; steps < LONGEST_CHAIN; steps++) {
    if (at.kind !== 'reference') return literalText(at, value, column);
    const name = at.name.text;
    if (isWordOf(name, column)) return textOf(name);
    if (!at.name.quoted && name === 'none') return { kind: 'none' };
    const next = lookupValue(name);
    if (!next) return unknownName(name, value, column);
    at = next;
  }
  return notOneValue(value, column);
}

/** Literals are taken as they are written; what a policy accepts, a cell accepts. */
function literalText(literal: ast.Value, written: ast.Value, column: ast.ColumnDeclaration): CellText {
  switch (literal.kind) {
    case 'string':
      return textOf(literal.value);
    case 'address':
    case 'prefix':
    case 'range':
    case 'integer':
    case 'mac':
    case 'rate':
    case 'size':
    case 'duration':
    case 'date':
      if (column.type === 'string') return needsQuotes(written, column);
      return textOf(sourceText(literal));
    case 'service':
      // `tcp` alone: the parser cannot know that it is a protocol here and no service.
      return literal.ports ? notOneValue(written, column) : textOf(sourceText(literal).replace(/^proto\s+/, ''));
    default:
      return notOneValue(written, column);
  }
}

function sourceText({ span }: ast.Value): string {
  return span.source.text.slice(span.start, span.end);
}

function textOf(text: string): CellText {
  return { kind: 'text', text, bytes: encoder.encode(text) };
}

/** Whether a bare name is a value of the column's type by itself. */
function isWordOf(name: string, column: ast.ColumnDeclaration): boolean {
  if (column.type === 'enum') return column.members?.some((member) => member.text === name) ?? false;
  if (column.type === 'bool') return name === 'true' || name === 'false';
  return column.type === 'proto' && PROTOCOL_NUMBERS.has(name);
}

function unknownName(name: string, value: ast.Value, column: ast.ColumnDeclaration): CellText {
  if (column.type === 'string') return needsQuotes(value, column);
  const words = column.type === 'enum' ? (column.members ?? []).map((member) => member.text) : [];
  const message = `\`${name}\` is no value of column \`${column.name.text}\``;
  const hint = didYouMean(name, words);
  return { kind: 'wrong', diagnostic: diagnostic(PROBLEMS.badCell, value.span, message, { hint }) };
}

function needsQuotes(value: ast.Value, column: ast.ColumnDeclaration): CellText {
  const text = sourceText(value);
  const message = `column \`${column.name.text}\` holds text, which stands in quotes`;
  const details = { hint: `Write \`"${text}"\`.` };
  return { kind: 'wrong', diagnostic: diagnostic(PROBLEMS.badCell, value.span, message, details) };
}

function notOneValue(value: ast.Value, column: ast.ColumnDeclaration): CellText {
  const message = `a cell of column \`${column.name.text}\` is one ${column.type} value`;
  return { kind: 'wrong', diagnostic: diagnostic(PROBLEMS.notOneValue, value.span, message) };
}
