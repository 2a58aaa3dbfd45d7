/**
 * Text to syntax tree. Blocks are read here, item by item; what an item is, the constructs say. An item that cannot be
 * read is left out, with one finding, and reading goes on at the next.
 */
import { EOF } from 'chevrotain';
import { EMPTY_ANNOTATIONS } from './annotations.ts';
import type { Annotations, Node, PolicyFile, Statement } from './ast/index.ts';
import { documentationText, type Comment } from './comment.ts';
import { diagnostic, type Diagnostic } from './diagnostic.ts';
import { Opening, type BodyKind } from './dsl.ts';
import { describeToken } from './human.ts';
import { Lexer } from './lexer.ts';
import { DEEPEST_NESTING, sharedParser, type PolicyParser } from './parser.ts';
import { PROBLEMS } from './problems.ts';
import { BODIES, isBoundary, isMisplaced, openedBy } from './recovery.ts';
import { withLineFeeds, type SourceFile } from './source.ts';
import * as T from './tokens.ts';

/** So many findings, and the rest of the file is left out. */
const MOST_FINDINGS = 50;

export interface Parsed {
  /** What could be read; items with findings are missing. */
  readonly file: PolicyFile;
  /** In the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
  /** Every comment, in the order of the text; `attached` ones are documentation in the tree. */
  readonly comments: readonly Comment[];
}

/** Reads a policy. Never throws, whatever the text; errors are in `diagnostics`. */
export function parse(source: SourceFile): Parsed {
  const parser = sharedParser();
  const lexer = new Lexer(withLineFeeds(source));
  parser.load(lexer);
  try {
    return new Reader(parser, lexer).read();
  } finally {
    parser.unload();
  }
}

/** An open block. */
interface Frame {
  readonly kind: BodyKind;
  /** What it becomes once closed; undefined for the file, and for what is only read for its findings. */
  readonly opening: Opening | undefined;
  readonly items: Node[];
  readonly first: T.PolicyToken;
  readonly brace: T.PolicyToken | undefined;
}

class Reader {
  readonly #parser: PolicyParser;
  readonly #lexer: Lexer;
  readonly #frames: Frame[] = [];

  constructor(parser: PolicyParser, lexer: Lexer) {
    this.#parser = parser;
    this.#lexer = lexer;
  }

  read(): Parsed {
    const { source } = this.#lexer;
    const items: Node[] = [];
    this.#frames.push({ kind: 'file', opening: undefined, items, first: this.#parser.LA(1), brace: undefined });
    while (this.#step());
    const file: PolicyFile = {
      kind: 'file',
      statements: items as Statement[],
      span: { source, start: 0, end: source.text.length },
    };
    return { file, diagnostics: this.#diagnostics(), comments: this.#lexer.comments };
  }

  get #frame(): Frame {
    return this.#frames.at(-1) as Frame;
  }

  /** Reads one item or one closing brace; false at the end. */
  #step(): boolean {
    const parser = this.#parser;
    parser.trim();
    const token = parser.LA(1);
    if (token.tokenType === EOF) {
      while (this.#frames.length > 1) this.#unclosed(token);
      return false;
    }
    if (this.#lexer.findings.length + parser.findings.length >= MOST_FINDINGS) return false;
    if (token.tokenType === T.RightBrace) this.#close();
    else this.#item();
    return true;
  }

  #close(): void {
    const parser = this.#parser;
    if (this.#frames.length === 1) {
      parser.report(
        PROBLEMS.strayBrace,
        parser.skip(),
        'this closes nothing',
        'leave it out, or look for a brace too many before it',
      );
      return;
    }
    parser.skip();
    this.#finish();
  }

  /** The innermost block becomes an item of the one around it. */
  #finish(): void {
    const frame = this.#frames.pop() as Frame;
    if (!frame.opening) return;
    const span = this.#parser.spanFrom(frame.first.startOffset);
    this.#frame.items.push(frame.opening.finish(frame.items as never[], span));
  }

  #unclosed(found: T.PolicyToken): void {
    const parser = this.#parser;
    const { brace, first } = this.#frame;
    const what = `\`${first.image}\``;
    parser.findings.push(
      diagnostic(
        PROBLEMS.unclosedBlock,
        { source: parser.source, start: (brace ?? first).startOffset, end: (brace ?? first).end },
        `the block of ${what} is not closed`,
        {
          hint: 'put a `}` behind its last line',
          labels:
            found.tokenType === EOF
              ? []
              : [
                  {
                    span: { source: parser.source, start: found.startOffset, end: found.end },
                    text: 'this begins something else',
                  },
                ],
        },
      ),
    );
    this.#finish();
  }

  #item(): void {
    const parser = this.#parser;
    const start = parser.place;
    const annotations = this.#annotations();
    if (annotations === undefined) {
      this.#recover(start);
      return;
    }
    const first = parser.LA(1);
    const { kind } = this.#frame;
    if (isMisplaced(kind, first, parser.LA(2))) {
      this.#misplaced(first, annotations);
      return;
    }
    this.#read(BODIES[kind].rule, start, annotations);
  }

  /** Reads an item by a rule, into the block at hand unless it is only read for its findings. */
  #read(rule: (typeof BODIES)[BodyKind]['rule'], start: number, annotations: Annotations, keep = true): void {
    const parser = this.#parser;
    const first = parser.LA(1);
    const behind = parser.endOfLast;
    const outcome = parser.read<Node | Opening>(rule, this.#frame.kind, annotations);
    if (outcome.failed) {
      this.#reportUnlessLexed(this.#orEndOfItem(outcome.finding, first), behind);
      this.#recover(start);
      return;
    }
    const { result } = outcome;
    if (result instanceof Opening) this.#open(result.body, keep ? result : undefined, first, parser.LA(0));
    else if (keep) this.#frame.items.push(result);
  }

  #open(kind: BodyKind, opening: Opening | undefined, first: T.PolicyToken, brace: T.PolicyToken): void {
    if (this.#frames.length === DEEPEST_NESTING + 1) {
      this.#parser.report(PROBLEMS.tooDeep, brace, `more than ${DEEPEST_NESTING} blocks are nested here`);
    }
    const kept = this.#frames.length > DEEPEST_NESTING ? undefined : opening;
    this.#frames.push({ kind, opening: kept, items: [], first, brace });
  }

  /** What cannot begin an item, right behind one on its line, is something wrong with that one. */
  #orEndOfItem(finding: Diagnostic, first: T.PolicyToken): Diagnostic {
    const { kind, items } = this.#frame;
    if (finding.span?.start !== first.startOffset || first.firstOnLine || items.length === 0) return finding;
    const message = `expected the end of this ${BODIES[kind].noun}, found ${describeToken(first)}`;
    return { ...finding, message };
  }

  /** What the lexer could not read, from `start` on, is the reason why the parser cannot go on. */
  #reportUnlessLexed(finding: Diagnostic, start: number): void {
    const end = finding.span?.end ?? start;
    const cause = this.#lexer.findings.findLast((known) => (known.span?.start ?? 0) < end);
    if (cause && (cause.span?.start ?? 0) >= start) return;
    this.#parser.findings.push(finding);
  }

  /** `##` lines, `owner "…"` and `ticket "…"`; undefined, with a finding, if they cannot be read. */
  #annotations(): Annotations | undefined {
    const parser = this.#parser;
    const annotated = BODIES[this.#frame.kind].annotated;
    let token = parser.LA(1);
    if (!annotated || (!token.documentation && !isAnnotation(token))) return EMPTY_ANNOTATIONS;
    const start = token.documentation?.[0]?.span.start ?? token.startOffset;
    let end = token.startOffset;
    const documentation: string[] = [];
    const said: { owner?: string; ticket?: string } = {};
    for (;;) {
      for (const comment of token.documentation ?? []) {
        comment.attached = true;
        documentation.push(documentationText(comment));
        end = comment.span.end;
      }
      if (!isAnnotation(token)) break;
      const field = token.tokenType === T.Keyword.owner ? 'owner' : 'ticket';
      const text = parser.LA(2);
      parser.skip();
      if (text.tokenType !== T.StringToken) {
        parser.report(
          PROBLEMS.unexpected,
          text,
          `expected a text in quotes behind \`${field}\`, found \`${text.image}\``,
        );
        return undefined;
      }
      if (said[field] !== undefined) {
        parser.report(PROBLEMS.repeatedOption, token, `\`${field}\` is said twice here`, 'leave one out');
      }
      said[field] = String(text.payload);
      end = parser.skip().end;
      token = parser.LA(1);
    }
    return { documentation, ...said, span: { source: parser.source, start, end } };
  }

  /** A statement inside a block: most likely the block's brace is missing. */
  #misplaced(first: T.PolicyToken, annotations: Annotations): void {
    const parser = this.#parser;
    const { text } = parser.source;
    const column = columnOf(text, first.startOffset);
    if (first.firstOnLine && column <= columnOf(text, this.#frame.first.startOffset)) {
      do this.#unclosed(first);
      while (
        isMisplaced(this.#frame.kind, first, parser.LA(2)) &&
        column <= columnOf(text, this.#frame.first.startOffset)
      );
      if (!isMisplaced(this.#frame.kind, first, parser.LA(2))) {
        this.#read(BODIES[this.#frame.kind].rule, parser.place, annotations);
        return;
      }
    }
    parser.report(
      PROBLEMS.misplacedStatement,
      first,
      `\`${first.image}\` cannot stand inside \`${this.#frame.first.image}\``,
      'close the block before it with `}`, or move the statement out of the block',
    );
    this.#read('statement', parser.place, annotations, false);
  }

  /** Behind a failed item: goes to the next one, or into the failed item's own block. */
  #recover(start: number): void {
    const parser = this.#parser;
    const { kind } = this.#frame;
    let place = start;
    const stop = Math.max(parser.place, start + 1);
    const first = parser.tokenAt(start);
    let depth = 0;
    for (;;) {
      const token = parser.tokenAt(place);
      if (token.tokenType === EOF) break;
      const known = place >= stop;
      if (token.tokenType === T.LeftBrace) {
        const opens = depth === 0 && known ? openedBy(kind, first, parser.tokenAt(place + 1)) : undefined;
        if (opens) {
          parser.goTo(place + 1);
          this.#open(opens, undefined, first, token);
          return;
        }
        depth++;
      } else if (token.tokenType === T.RightBrace) {
        if (depth === 0 && known) break;
        depth = Math.max(0, depth - 1);
      } else if (known && isBoundary(kind, token, parser.tokenAt(place - 1), depth)) break;
      place++;
    }
    parser.goTo(place);
  }

  #diagnostics(): Diagnostic[] {
    const parser = this.#parser;
    const { source } = this.#lexer;
    const all = [...this.#lexer.findings, ...parser.findings];
    all.sort((left, right) => (left.span?.start ?? 0) - (right.span?.start ?? 0));
    if (all.length >= MOST_FINDINGS) {
      all.length = MOST_FINDINGS;
      const at = all.at(-1)?.span?.end ?? 0;
      const message = `more than ${MOST_FINDINGS} errors: the rest of the file was not read`;
      all.push(diagnostic(PROBLEMS.tooMany, { source, start: at, end: at }, message));
    }
    if (all.length === 0) {
      for (const { documents, attached, span } of this.#lexer.comments) {
        if (!documents || attached) continue;
        const hint = 'put it right before a statement or a rule, or write a plain comment with one `#`';
        all.push(diagnostic(PROBLEMS.strayDocumentation, span, 'nothing that could be documented follows', { hint }));
      }
    }
    return all;
  }
}

function isAnnotation(token: T.PolicyToken): boolean {
  return token.tokenType === T.Keyword.owner || token.tokenType === T.Keyword.ticket;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
