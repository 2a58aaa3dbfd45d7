import type { TokenType } from 'chevrotain';
import type { DiagnosticKind } from '../diagnostic.ts';
import type { SourceFile, Span } from '../source.ts';

/** What the readers of literals need from the lexer. */
export interface LexerContext {
  readonly source: SourceFile;
  report(kind: DiagnosticKind, start: number, end: number, message: string, hint?: string): void;
}

/** A literal that was read: where it ends, its token kind, and what it stands for. */
export interface Lexed {
  readonly end: number;
  readonly type: TokenType;
  readonly payload: unknown;
}

export function spanOf(context: LexerContext, start: number, end: number): Span {
  return { source: context.source, start, end };
}
