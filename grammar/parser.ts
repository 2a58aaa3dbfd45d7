/**
 * The parser of single items: a statement's head, a rule, a setting. It reads from a window of tokens that grows as it
 * goes on and is cut off behind it, so a file of any length needs memory for its tree only.
 */
import { EmbeddedActionsParser, EOF, type IParserErrorMessageProvider, type TokenType } from 'chevrotain';
import { EMPTY_ANNOTATIONS } from './annotations.ts';
import type { Annotations, Node, Value } from './ast/index.ts';
import type { Rules } from './constructs/rules.ts';
import { SYNTAX } from './constructs/syntax.ts';
import { diagnostic, type Diagnostic, type DiagnosticKind } from './diagnostic.ts';
import { closest } from './did-you-mean.ts';
import type { BodyKind, Grammar } from './dsl.ts';
import { alternatives, describeChoices, describeToken, describeTypes } from './human.ts';
import type { Lexer } from './lexer.ts';
import { isBlank } from './lexer/characters.ts';
import { PROBLEMS } from './problems.ts';
import type { SourceFile, Span } from './source.ts';
import {
  AnyWord,
  Comma,
  Equals,
  isReserved,
  LiteralToken,
  NameWord,
  PolicyToken,
  SetOperatorToken,
  Slash,
  VOCABULARY,
} from './tokens.ts';

/** How many braces, parentheses and `not`s may be open at once; the tree can be walked recursively. */
export const DEEPEST_NESTING = 64;

/** Tokens made at once, and kept behind the one at hand. */
const BATCH = 2048;
const KEPT = 8192;
/** The furthest look ahead, and one. */
const AHEAD = 3;

const LITERALS = new Set(LiteralToken.categoryMatches);
/** What a value goes on with. */
const CONTINUATIONS = new Set([Comma.tokenTypeIdx, Slash.tokenTypeIdx, ...(SetOperatorToken.categoryMatches ?? [])]);

const NO_SOURCE: SourceFile = { path: '', text: '' };

/** Ends an item; the finding says why. */
class ItemFailure extends Error {
  readonly finding: Diagnostic;

  constructor(finding: Diagnostic) {
    super(finding.message);
    this.finding = finding;
  }
}

/** Puts what chevrotain expected in a person's words, and keeps the keywords among them. */
class Expectation implements IParserErrorMessageProvider {
  words: string[] = [];

  buildMismatchTokenMessage({ expected }: { expected: TokenType }): string {
    return this.#keep(undefined, [expected]);
  }

  buildNotAllInputParsedMessage(): string {
    return this.#keep('nothing more', []);
  }

  buildNoViableAltMessage(options: {
    expectedPathsPerAlt: TokenType[][][];
    customUserDescription?: string | undefined;
  }): string {
    const first = options.expectedPathsPerAlt.flatMap((paths) => paths.flatMap((path) => path.slice(0, 1)));
    return this.#keep(options.customUserDescription, first);
  }

  buildEarlyExitMessage(options: {
    expectedIterationPaths: TokenType[][];
    customUserDescription?: string | undefined;
  }): string {
    return this.#keep(
      options.customUserDescription,
      options.expectedIterationPaths.flatMap((path) => path.slice(0, 1)),
    );
  }

  #keep(phrase: string | undefined, types: readonly TokenType[]): string {
    this.words = types.flatMap((type) => /^`([a-z]\w*)`$/.exec(type.LABEL ?? '')?.[1] ?? []);
    return phrase ?? describeTypes(types);
  }
}

/** What reading one item came to. */
export type Outcome<Result> =
  { readonly failed: false; readonly result: Result } | { readonly failed: true; readonly finding: Diagnostic };

// The tokens and the place in them are chevrotain's own; its types keep them to itself.
interface Window {
  tokVector: PolicyToken[];
  tokVectorLength: number;
  currIdx: number;
}

export class PolicyParser extends EmbeddedActionsParser {
  declare private tokVector: PolicyToken[];
  declare private currIdx: number;
  source: SourceFile = NO_SOURCE;
  annotations: Annotations = EMPTY_ANNOTATIONS;
  body: BodyKind = 'file';
  textIsText = false;
  findings: Diagnostic[] = [];
  #lexer: Lexer | undefined;
  #end = 0;
  #depth = 0;
  /** The first token of the item at hand. */
  #first: PolicyToken | undefined;
  readonly #expectation: Expectation;

  /** `isProven`: chevrotain need not look for ambiguities in the grammar, which takes a third of the time to make a parser. */
  constructor(isProven = true) {
    const expectation = new Expectation();
    super(VOCABULARY, {
      errorMessageProvider: expectation,
      maxLookahead: 1,
      recoveryEnabled: false,
      skipValidations: isProven,
    });
    this.#expectation = expectation;
    for (const define of SYNTAX) define(this.rules);
    this.performSelfAnalysis();
  }

  /** The parser as the construct files see it. */
  get rules(): Grammar {
    return this as unknown as Grammar;
  }

  /** Begins with a new text. */
  load(lexer: Lexer): void {
    const window = this as unknown as Window;
    this.input = [];
    window.tokVector = [];
    this.source = lexer.source;
    this.findings = [];
    this.#lexer = lexer;
    this.#end = 0;
    this.#fill();
  }

  /** Lets go of the text, so that it can be forgotten. */
  unload(): void {
    this.#lexer = undefined;
    this.source = NO_SOURCE;
    this.tokVector.length = 0;
    this.annotations = EMPTY_ANNOTATIONS;
    this.findings = [];
  }

  /** Reads one item by a rule of the grammar. On failure the place is where the finding is. */
  read<Result>(rule: keyof Rules, body: BodyKind, annotations: Annotations): Outcome<Result> {
    this.body = body;
    this.annotations = annotations;
    this.textIsText = false;
    this.#depth = 0;
    this.#first = this.LA(1);
    this.#expectation.words = [];
    const run = this.rules[rule] as unknown as () => Result;
    try {
      const result = run.call(this);
      const [error] = this.errors;
      if (error === undefined) return { failed: false, result };
      this.errors = [];
      return { failed: true, finding: this.#unexpected(error.token as PolicyToken, error.message) };
    } catch (error) {
      this.errors = [];
      if (error instanceof ItemFailure) return { failed: true, finding: error.finding };
      throw error;
    }
  }

  /** The number of the next token within the window. */
  get place(): number {
    return this.currIdx + 1;
  }

  /** Where the last token that was read ends. */
  get endOfLast(): number {
    return this.#end;
  }

  tokenAt(place: number): PolicyToken {
    while (place + AHEAD >= this.tokVector.length) if (!this.#fill()) break;
    return this.tokVector[place] ?? (this.tokVector.at(-1) as PolicyToken);
  }

  goTo(place: number): void {
    this.tokenAt(place);
    this.currIdx = place - 1;
    this.#end = this.tokVector[place - 1]?.end ?? 0;
  }

  /** Forgets the tokens that were read, if it is worth it; places change. */
  trim(): void {
    if (this.currIdx < KEPT) return;
    this.tokVector.copyWithin(0, this.currIdx);
    this.tokVector.length -= this.currIdx;
    this.currIdx = 0;
  }

  skip(): PolicyToken {
    const token = this.LA(1);
    this.consumeToken();
    return token;
  }

  loneLiteral(): Value | undefined {
    const token = this.tokVector[this.currIdx + 1];
    if (token === undefined || !LITERALS.has(token.tokenTypeIdx)) return undefined;
    const next = this.tokVector[this.currIdx + 2];
    if (next === undefined || CONTINUATIONS.has(next.tokenTypeIdx)) return undefined;
    this.consumeToken();
    return token.payload as Value;
  }

  beginsItemLine(offset: number): boolean {
    const { text } = this.source;
    const item = this.#first?.startOffset ?? offset;
    let lineStart = offset;
    // Only over blanks: a file may be one line.
    while (lineStart > 0 && isBlank(text.charCodeAt(lineStart - 1)) && text[lineStart - 1] !== '\n') lineStart--;
    if (item >= offset || (lineStart > 0 && text[lineStart - 1] !== '\n')) return false;
    return offset - lineStart <= item - (text.lastIndexOf('\n', item - 1) + 1);
  }

  here(): number {
    return this.LA(1).startOffset;
  }

  spanFrom(start: number): Span {
    return { source: this.source, start, end: Math.max(start, this.#end) };
  }

  fail(kind: DiagnosticKind, at: Node | PolicyToken, message: string, hint?: string): never {
    throw new ItemFailure(diagnostic(kind, this.#spanOf(at), message, { hint }));
  }

  expected(what: string): never {
    this.#expectation.words = [];
    throw new ItemFailure(this.#unexpected(this.LA(1), what));
  }

  report(kind: DiagnosticKind, at: Node | PolicyToken, message: string, hint?: string): void {
    this.findings.push(diagnostic(kind, this.#spanOf(at), message, { hint }));
  }

  word<const Choice extends string>(index: number, choices: readonly Choice[], what: string): Choice {
    return this.choose(this.rules.consume(index, AnyWord, { ERR_MSG: describeChoices(choices, what) }), choices, what);
  }

  freeWord<const Choice extends string>(index: number, choices: readonly Choice[], what: string): Choice {
    return this.choose(this.rules.consume(index, NameWord, { ERR_MSG: describeChoices(choices, what) }), choices, what);
  }

  choose<const Choice extends string>(token: PolicyToken, choices: readonly Choice[], what: string): Choice {
    const text = token.image;
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    // While the grammar is recorded, there is no text.
    if (!(token instanceof PolicyToken)) return choices[0] as Choice;
    const proposal = closest(text, choices);
    const quoted = alternatives(choices.map((choice) => `\`${choice}\``));
    const hint = proposal === undefined ? `write ${quoted}` : `did you mean \`${proposal}\`?`;
    return this.fail(PROBLEMS.unknownWord, token, `\`${text}\` is no ${what}`, hint);
  }

  enter(): void {
    if (++this.#depth > DEEPEST_NESTING) {
      this.fail(PROBLEMS.tooDeep, this.LA(1), `more than ${DEEPEST_NESTING} levels are nested here`);
    }
  }

  leave(): void {
    this.#depth--;
  }

  /** Chevrotain's place for lexers that make tokens as they are needed. */
  consumeToken(): void {
    this.currIdx++;
    this.#end = this.tokVector[this.currIdx]?.end ?? this.#end;
    if (this.currIdx + AHEAD >= this.tokVector.length) this.#fill();
  }

  override LA(ahead: number): PolicyToken {
    return this.tokVector[this.currIdx + ahead] ?? (this.tokVector.at(-1) as PolicyToken);
  }

  // What chevrotain does around a first rule is for whole inputs: end tokens, and a complaint about what is left.
  onBeforeParse(): void {}

  onAfterParse(): void {}

  moveToTerminatedState(): void {}

  /** More tokens; false at the end. The last token is there several times, so that looking ahead finds it. */
  #fill(): boolean {
    const more = this.#lexer?.lex(this.tokVector, BATCH) ?? false;
    if (!more) {
      const last = this.tokVector.at(-1);
      if (last) for (let copies = 0; copies < AHEAD; copies++) this.tokVector.push(last);
      this.#lexer = undefined;
    }
    return more;
  }

  #spanOf(at: Node | PolicyToken): Span {
    return at instanceof PolicyToken ? { source: this.source, start: at.startOffset, end: at.end } : at.span;
  }

  /** The finding for a token that cannot stand where it does. */
  #unexpected(found: PolicyToken, phrase: string): Diagnostic {
    const { words } = this.#expectation;
    const text = found.image;
    const before = this.LA(0);
    // What is missing is missing where the line ends, not where the next one goes on.
    if (found !== this.#first && (found.firstOnLine || found.tokenType === EOF)) {
      const message = `expected ${phrase} behind ${describeToken(before)}`;
      return diagnostic(PROBLEMS.unexpected, this.#spanOf(before), message);
    }
    const span = this.#spanOf(found);
    if (phrase === 'a name' && isReserved(text)) {
      const message = `\`${text}\` is a keyword and no name`;
      return diagnostic(PROBLEMS.reservedName, span, message, { hint: `to name something so, write \`"${text}"\`` });
    }
    const message = `expected ${phrase}, found ${describeToken(found)}`;
    const proposal = /^[a-z]\w*$/i.test(text) ? closest(text, words) : undefined;
    if (proposal !== undefined && proposal !== text) {
      return diagnostic(PROBLEMS.unknownWord, span, message, { hint: `did you mean \`${proposal}\`?` });
    }
    return diagnostic(PROBLEMS.unexpected, span, message, { hint: adviceFor(found, phrase) });
  }
}

/** What someone may have meant who wrote this where something else is expected. */
function adviceFor(found: PolicyToken, phrase: string): string | undefined {
  const text = found.image;
  if (found.tokenType === Equals && phrase.includes('`==`')) return 'equality is written `==`';
  if (isReserved(text) && /\bname\b/.test(phrase)) return `if this is a name, put it in quotes: \`"${text}"\``;
  return undefined;
}

let shared: PolicyParser | undefined;

/** The one parser: making it takes a while, and reading is never interleaved. */
export function sharedParser(): PolicyParser {
  shared ??= new PolicyParser();
  return shared;
}
