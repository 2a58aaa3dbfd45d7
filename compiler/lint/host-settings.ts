/** Lines of `host` blocks, by their words. */
import type { HostSetting, Name, Value } from '../../grammar/ast/index.ts';
import type { Span } from '../../grammar/source.ts';
import type { LintContext } from './context.ts';

export interface HostLine {
  readonly span: Span;
  /** The first word: `sockets`, `conntrack`. */
  readonly about: string;
  /** What stands behind each word. */
  readonly values: ReadonlyMap<string, Name | Value>;
}

export function hostLines({ modules }: LintContext): HostLine[] {
  const statements = modules.flatMap(({ syntax }) => syntax.statements);
  return statements.flatMap((statement) => (statement.kind === 'host' ? statement.settings.map(lineOf) : []));
}

function lineOf({ words, span }: HostSetting): HostLine {
  const values = new Map<string, Name | Value>();
  words.forEach((word, at) => {
    const next = words[at + 1];
    if (next) values.set(textOf(word), next);
  });
  return { span, about: words[0] ? textOf(words[0]) : '', values };
}

/** A word as it is written. */
export function textOf(word: Name | Value): string {
  if (word.kind === 'name') return word.text;
  if (word.kind === 'reference') return word.name.text;
  return word.span.source.text.slice(word.span.start, word.span.end);
}

export function numberOf(word: Name | Value | undefined): number | undefined {
  return word?.kind === 'integer' ? Number(word.value) : undefined;
}

export function millisecondsOf(word: Name | Value | undefined): number | undefined {
  return word?.kind === 'duration' ? word.milliseconds : undefined;
}
