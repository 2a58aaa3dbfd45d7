/** The formatter of policies, as a plugin of prettier: `prettier --plugin sluice/dist/grammar/prettier-plugin.js`. */
import type { Parser, Plugin, Printer, SupportLanguage } from 'prettier';
import { format as formatByPrettier } from 'prettier/standalone';
import type { PolicyFile } from './ast/index.ts';
import type { Comment } from './comment.ts';
import { CONSTRUCT_PRINTERS } from './constructs/print.ts';
import { isError } from './diagnostic.ts';
import { parse } from './parse.ts';
import { Printing, type Doc } from './printing.ts';
import { positionOf } from './source.ts';

/** What the formatter works on. Prettier itself sees no comments: printing places them. */
interface Root {
  readonly kind: 'root';
  readonly file: PolicyFile;
  readonly loose: readonly Comment[];
}

const COLUMNS = 100;

export const languages: SupportLanguage[] = [{ name: 'Sluice', parsers: ['sluice'], extensions: ['.sluice'] }];

export const parsers: { readonly sluice: Parser<Root> } = {
  sluice: {
    astFormat: 'sluice',
    parse: parseOrThrow,
    locStart: () => 0,
    locEnd: (root) => root.file.span.end,
  },
};

export const printers: { readonly sluice: Printer<Root> } = {
  sluice: {
    print: (path): Doc => printFile(path.node.file, path.node.loose),
    getVisitorKeys: () => [],
  },
};

export const defaultOptions: NonNullable<Plugin['defaultOptions']> = { printWidth: COLUMNS };

/**
 * A policy's text in the one form: at most 100 columns where that is possible, comments where they were, blank lines
 * single. Rejects with a `SyntaxError` if the text has errors; formatting again changes nothing.
 */
export async function format(text: string): Promise<string> {
  const plugin: Plugin<Root> = { languages, parsers, printers };
  return formatByPrettier(text, { parser: 'sluice', plugins: [plugin], printWidth: COLUMNS });
}

/** A tree as a document. A tree without a text is printed in the one form that each value has. */
export function printFile(file: PolicyFile, comments: readonly Comment[] = []): Doc {
  const at = new Printing(CONSTRUCT_PRINTERS, file.span.source, comments);
  return at.file(file, file.statements, (statement) => at.statement(statement));
}

function parseOrThrow(text: string): Root {
  const { file, diagnostics, comments } = parse({ path: '<text>', text });
  const error = diagnostics.find(isError);
  if (error === undefined) return { kind: 'root', file, loose: comments.filter((comment) => !comment.attached) };
  const start = error.span ? positionOf(error.span.source, error.span.start) : { line: 1, column: 1 };
  throw Object.assign(new SyntaxError(`${error.message} (${start.line}:${start.column})`), { loc: { start } });
}
