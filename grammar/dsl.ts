/**
 * What a construct's syntax is written in: chevrotain's methods, with this language's tokens and spans, open to the
 * construct files (chevrotain keeps them to its classes).
 */
import type { IOrAlt, ParserMethod, TokenType } from 'chevrotain';
import type {
  Annotations,
  BalanceSetting,
  Expectation,
  Given,
  HostSetting,
  Node,
  RuleItem,
  Statement,
  TargetSetting,
  TenantPrefix,
  Tunnel,
  Value,
} from './ast/index.ts';
import type { Rules } from './constructs/rules.ts';
import type { DiagnosticKind } from './diagnostic.ts';
import type { SourceFile, Span } from './source.ts';
import type { PolicyToken } from './tokens.ts';

/** A rule of the grammar: what it makes, and what it is told. */
export type GrammarRule<Result, Arguments extends unknown[] = []> = ParserMethod<Arguments, Result>;

type RuleBody<Rule> = Rule extends ParserMethod<infer Arguments, infer Result> ? (...args: Arguments) => Result : never;

/** What is read only if a condition beyond the next token's kind holds. */
interface Gated<Result> {
  readonly GATE: () => boolean;
  readonly DEF: () => Result;
}

interface Alternatives<Result> {
  readonly DEF: IOrAlt<Result>[];
  /** What the grammar expects here, in a person's words. */
  readonly ERR_MSG: string;
  readonly IGNORE_AMBIGUITIES?: true;
}

/**
 * Chevrotain reads the grammar by running each rule once on no input. `consume`, `or` and the like then give objects
 * without content, so what looks into them belongs in `ACTION`.
 *
 * The number that comes first tells the uses of one token, rule or method within a rule apart.
 */
export interface Dsl {
  readonly source: SourceFile;
  RULE<RuleName extends keyof Rules>(name: RuleName, body: RuleBody<Rules[RuleName]>): void;
  consume(index: number, type: TokenType, options?: { readonly ERR_MSG: string }): PolicyToken;
  subrule<Result, Arguments extends unknown[]>(
    index: number,
    rule: GrammarRule<Result, Arguments>,
    options?: { readonly ARGS: Arguments },
  ): Result;
  option<Result>(index: number, body: (() => Result) | Gated<Result>): Result | undefined;
  or<Result>(index: number, alternatives: IOrAlt<Result>[] | Alternatives<Result>): Result;
  many(index: number, body: (() => unknown) | Gated<unknown>): void;
  ACTION<Result>(body: () => Result): Result;
  /** The token `ahead` places on: 1 is the next, 0 the last one read. */
  LA(ahead: number): PolicyToken;

  /** What was said about the item at hand. */
  annotations: Annotations;
  /** The kind of the block around it. */
  readonly body: BodyKind;
  /** Texts in quotes are texts here, not names: cells, and the right side of comparisons. */
  textIsText: boolean;

  /**
   * The next token's value, read, if it is a literal and nothing goes on with it: a shortcut for the way through every
   * rule about values, which says the same.
   */
  loneLiteral(): Value | undefined;
  /** Where the next token begins. */
  here(): number;
  /** Whether the text at an offset begins a line that is indented no further than the item at hand. */
  beginsItemLine(offset: number): boolean;
  /** From `start` to the end of the last token read. */
  spanFrom(start: number): Span;
  /** Ends the item with a finding at a place. */
  fail(kind: DiagnosticKind, at: Node | PolicyToken, message: string, hint?: string): never;
  /** Ends the item: the next token is not what can stand here. */
  expected(what: string): never;
  /** A finding after which the item goes on. */
  report(kind: DiagnosticKind, at: Node | PolicyToken, message: string, hint?: string): void;
  /** The next word, which must be one of a closed list. Its words are no keywords elsewhere. */
  word<const Choice extends string>(index: number, choices: readonly Choice[], what: string): Choice;
  /** The same where the lookahead must not take a reserved word for it. */
  freeWord<const Choice extends string>(index: number, choices: readonly Choice[], what: string): Choice;
  /** Which of a closed list a word is; any other ends the item. */
  choose<const Choice extends string>(token: PolicyToken, choices: readonly Choice[], what: string): Choice;
  /** One level of nesting more; too many end the item. */
  enter(): void;
  leave(): void;
}

/** What the construct files get. */
export type Grammar = Dsl & Rules;

/** Defines the rules of one construct. */
export type Syntax = (grammar: Grammar) => void;

/** What a block may hold, by the kind of the block. */
export interface BodyItems {
  readonly file: Statement;
  readonly rules: RuleItem;
  readonly dispatch: RuleItem;
  readonly balance: BalanceSetting;
  readonly expect: Expectation | Given;
  readonly target: TargetSetting;
  readonly tenant: Statement | Tunnel | TenantPrefix;
  readonly host: HostSetting;
}

export type BodyKind = keyof BodyItems;

/**
 * An item whose block has just been opened. The blocks themselves are read by the caller of the rules, one item at a
 * time: a long block costs no memory for its tokens, and an error spoils one item only.
 */
export class Opening {
  readonly body: BodyKind;
  /** Makes the item from what stands in its block; the span reaches from its first word to the closing brace. */
  readonly finish: (items: readonly never[], span: Span) => Node;

  constructor(body: BodyKind, finish: (items: readonly never[], span: Span) => Node) {
    this.body = body;
    this.finish = finish;
  }
}

/** An opening whose items have the right type. */
export function opening<Kind extends BodyKind>(
  body: Kind,
  finish: (items: readonly BodyItems[Kind][], span: Span) => Node,
): Opening {
  return new Opening(body, finish);
}
