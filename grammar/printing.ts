/**
 * What a construct's printing is written in: prettier's documents, and the comments of the text.
 *
 * Comments are not in the tree. Printing goes through the tree in the order of the text, so each comment is taken
 * when the first thing behind it is printed, or as the end of the line of what stands before it; none is lost.
 */
import type { Doc } from 'prettier';
import { builders } from 'prettier/doc';
import type { Annotations, Node, RuleItem, Statement, Value } from './ast/index.ts';
import type { Comment } from './comment.ts';
import { quoted } from './literal-text.ts';
import type { SourceFile } from './source.ts';

export type { Doc };

const { breakParent, fill, group, hardline, indent, join, line, lineSuffix, softline } = builders;

/** A part of a rule or of a list that may have comments of its own. */
export interface Part {
  readonly node: Node;
  readonly print: () => Doc;
}

/** The members of a union that may be of a kind. */
export type OfKind<Union, Kind> = Union extends { readonly kind: infer Kinds }
  ? Kind extends Kinds
    ? Union
    : never
  : never;

/** One function for each kind; the type checker lists what is missing. */
export type Printers<Union extends { readonly kind: string }> = {
  readonly [Kind in Union['kind']]: (node: OfKind<Union, Kind>, at: Printing) => Doc;
};

type Item = Node & { readonly annotations?: Annotations };

/** Where something begins, with what is said about it. */
function startOf(item: Item): number {
  return item.annotations?.span?.start ?? item.span.start;
}

/** Words with a blank between them; what is undefined is left out. */
export function words(...parts: readonly (Doc | undefined)[]): Doc {
  return join(
    ' ',
    parts.filter((part): part is Doc => part !== undefined && part !== ''),
  );
}

/** Parts on one line, or on as many as it takes. They keep no comments: those go before what is around. */
export function filled(parts: readonly Doc[]): Doc {
  return indent(fill(join(line, [...parts])));
}

/** How constructs print each other. */
export interface ConstructPrinters {
  readonly value: (value: Value, at: Printing) => Doc;
  readonly ruleItem: (item: RuleItem, at: Printing) => Doc;
  readonly statement: (statement: Statement, at: Printing) => Doc;
}

export class Printing {
  readonly #constructs: ConstructPrinters;
  readonly #source: SourceFile;
  /** Those that no statement took as its documentation, in the order of the text. */
  readonly #comments: readonly Comment[];
  #next = 0;
  /** Taken by the first part of something, and to be put before what is around it. */
  #escaped: Comment[] = [];
  /** Comments behind this belong to what is around. */
  #limit = Number.POSITIVE_INFINITY;

  constructor(constructs: ConstructPrinters, source: SourceFile, comments: readonly Comment[]) {
    this.#constructs = constructs;
    this.#source = source;
    this.#comments = comments;
  }

  value(value: Value): Doc {
    return this.#constructs.value(value, this);
  }

  ruleItem(item: RuleItem): Doc {
    return this.#constructs.ruleItem(item, this);
  }

  statement(statement: Statement): Doc {
    return this.#constructs.statement(statement, this);
  }

  /** The text of a node as it was written, if it was. */
  written(node: Node): string | undefined {
    if (node.span.source !== this.#source) return undefined;
    return node.span.end > node.span.start ? this.#source.text.slice(node.span.start, node.span.end) : undefined;
  }

  /** Where so many words end that stand behind an offset and have no nodes of their own. */
  endOfWords(from: number, count: number): number {
    const word = /(?:\s|#.*)*\w+/y;
    word.lastIndex = from;
    for (let left = count; left > 0; left--) word.test(this.#source.text);
    return count === 0 ? from : word.lastIndex;
  }

  /**
   * Parts on one line where they fit, else on as many as it takes; with comments among them, each on its own. What is
   * remarked before the first part, or in its midst, goes before the whole item.
   */
  flow(container: Node, parts: readonly Part[], separator: Doc = ''): Doc {
    let apart = false;
    const printed = this.#within(container, () =>
      parts.map((part, index) => {
        const { text, commented } = this.#part(part, index === 0);
        apart ||= commented;
        return index < parts.length - 1 ? [text, separator] : text;
      }),
    );
    return apart ? indent(join(hardline, printed)) : filled(printed);
  }

  /** Values with commas between them. */
  commaList(container: Node, parts: readonly Part[]): Doc {
    return this.flow(container, parts, ',');
  }

  /**
   * Parts between two signs, `{ a, b }`: on one line if they fit and were begun on it, else one on each line. `tight`
   * leaves no blanks inside the signs.
   */
  enclosed(container: Node, open: string, parts: readonly Part[], close: string, tight = false): Doc {
    const apart = this.#hasComments(container) || this.#beginsLine(parts[0]?.node, open);
    const printed = this.#within(container, () => {
      const docs = parts.map((part) => this.#part(part, false).text);
      return [...docs, ...this.#takeBefore(container.span.end).map((comment) => this.#comment(comment))];
    });
    if (printed.length === 0) return [open, close];
    const edge = tight ? softline : line;
    const separated = printed.map((part, index) => (index < parts.length - 1 ? [part, ','] : part));
    return group([open, indent([edge, join(line, separated)]), edge, close], { shouldBreak: apart });
  }

  /** A block: what stands before its brace, and its items, each on a line of its own. */
  block<Child extends Item>(container: Node, head: Doc, items: readonly Child[], print: (item: Child) => Doc): Doc {
    const remark = this.#remarkBehindBrace(container, items[0]);
    const oneLine =
      items.length === 1 && remark === '' && !this.#hasComments(container) && this.#isInline(container, items[0]);
    const body = this.#within(container, () => this.#lines(container, items, print));
    if (body === '') return remark === '' ? [head, ' {}'] : [head, ' {', remark, hardline, '}'];
    if (oneLine) return group([head, ' {', indent([line, body]), line, '}']);
    return [head, ' {', remark, indent([hardline, body]), hardline, '}'];
  }

  /** The whole file. */
  file<Child extends Item>(container: Node, items: readonly Child[], print: (item: Child) => Doc): Doc {
    const body = this.#lines(container, items, print);
    return body === '' ? '' : [body, hardline];
  }

  /** `##` lines, `owner` and `ticket`, each on a line of its own before what they speak about. */
  annotated(node: Item, print: () => Doc): Doc {
    const { documentation, owner, ticket } = node.annotations ?? { documentation: [] };
    const lines: Doc[] = documentation.map((text) => (text === '' ? '##' : `## ${text}`));
    if (owner !== undefined) lines.push(`owner ${quoted(owner)}`);
    if (ticket !== undefined) lines.push(`ticket ${quoted(ticket)}`);
    if (lines.length === 0) return print();
    lines.push(...this.#takeBefore(node.span.start).map((comment) => this.#comment(comment)));
    return [join(hardline, lines), hardline, print()];
  }

  /** Items on lines of their own, with the blank lines between them (several become one) and their comments. */
  #lines<Child extends Item>(container: Node, items: readonly Child[], print: (item: Child) => Doc): Doc {
    const parts: Doc[] = [];
    let last: number | undefined;
    const put = (printed: Doc, start: number, end: number) => {
      if (last !== undefined) parts.push(hardline);
      if (last !== undefined && this.#hasBlankLine(last, start)) parts.push(hardline);
      parts.push(printed);
      last = end;
    };
    for (const item of items) {
      const start = startOf(item);
      for (const comment of this.#takeBefore(start)) put(this.#comment(comment), comment.span.start, comment.span.end);
      const printed = this.#within(item, () => this.annotated(item, () => print(item)));
      // What stood in the midst of something that keeps no comments goes before it.
      const midst = [...this.#escaped.splice(0), ...this.#takeBefore(item.span.end)];
      for (const comment of midst) put(this.#comment(comment), start, start);
      const trailing = this.#takeBehind(item.span.end);
      put(trailing ? [printed, this.#suffix(trailing)] : printed, start, trailing?.span.end ?? item.span.end);
    }
    for (const comment of this.#takeBefore(container.span.end)) {
      put(this.#comment(comment), comment.span.start, comment.span.end);
    }
    return parts.length === 0 ? '' : parts;
  }

  /**
   * A part with the comments before it, on lines of their own, and the one at the end of its line; and whether there
   * are any. `escaping`: the ones before it are left to what is around.
   */
  #part({ node, print }: Part, escaping: boolean): { text: Doc; commented: boolean } {
    const before = this.#takeBefore(node.span.start);
    const first = this.#next;
    const outer = this.#escaped;
    this.#escaped = [];
    const printed = this.#within(node, print);
    const inner = this.#next > first + this.#escaped.length;
    before.push(...this.#escaped, ...this.#takeBefore(node.span.end));
    this.#escaped = outer;
    const trailing = this.#takeBehind(node.span.end);
    const leading = escaping ? [] : before.map((comment) => [this.#comment(comment), hardline]);
    if (escaping) this.#escaped.push(...before);
    const commented = inner || leading.length > 0 || trailing !== undefined;
    return { text: commented ? [...leading, printed, trailing ? this.#suffix(trailing) : ''] : printed, commented };
  }

  /** Comments up to the container's end are its own; the ones behind it are left to what is around. */
  #within<Result>(container: Node, run: () => Result): Result {
    const outer = this.#limit;
    this.#limit = Math.min(outer, container.span.end);
    const result = run();
    this.#limit = outer;
    return result;
  }

  #comment({ span }: Comment): string {
    return span.source.text.slice(span.start, span.end).trimEnd();
  }

  #suffix(comment: Comment): Doc {
    return [lineSuffix(` ${this.#comment(comment)}`), breakParent];
  }

  /** The comments that begin before an offset and were not taken yet. */
  #takeBefore(offset: number): Comment[] {
    const first = this.#next;
    while ((this.#comments[this.#next]?.span.start ?? Number.POSITIVE_INFINITY) < offset) this.#next++;
    return this.#comments.slice(first, this.#next);
  }

  /** The comment at the end of the line on which something ends, if nothing but a comma stands between. */
  #takeBehind(end: number): Comment | undefined {
    const comment = this.#comments[this.#next];
    if (!comment || comment.span.start >= this.#limit || comment.span.start < end) return undefined;
    if (!/^[ \t]*,?[ \t]*$/.test(comment.span.source.text.slice(end, comment.span.start))) return undefined;
    this.#next++;
    return comment;
  }

  /** The comment behind an opening brace, on its line. */
  #remarkBehindBrace(container: Node, first: Item | undefined): Doc {
    const comment = this.#comments[this.#next];
    const end = first === undefined ? container.span.end : startOf(first);
    if (!comment || comment.span.start >= end || comment.span.start < container.span.start) return '';
    const { text } = comment.span.source;
    const lineStart = text.lastIndexOf('\n', comment.span.start) + 1;
    if (!text.slice(Math.max(lineStart, container.span.start), comment.span.start).trimEnd().endsWith('{')) return '';
    this.#next++;
    return this.#suffix(comment);
  }

  #hasComments({ span }: Node): boolean {
    const comment = this.#comments[this.#next];
    return comment !== undefined && comment.span.start < span.end;
  }

  /** Whether a part was written at the beginning of a line, right behind the opening sign. */
  #beginsLine(node: Node | undefined, open: string): boolean {
    if (!node || this.written(node) === undefined) return false;
    const before = node.span.source.text.slice(0, node.span.start);
    const sign = before.trimEnd();
    return sign.endsWith(open) && before.slice(sign.length).includes('\n');
  }

  /** Whether the only item of a block was begun on the line of the block's brace. */
  #isInline(container: Node, item: Item | undefined): boolean {
    if (!item || this.written(container) === undefined || startOf(item) < item.span.start) return false;
    return !this.#beginsLine(item, '{');
  }

  #hasBlankLine(from: number, to: number): boolean {
    return /\n[ \t\r]*\n/.test(this.#source.text.slice(from, to));
  }
}
