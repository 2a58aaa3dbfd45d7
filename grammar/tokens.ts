/**
 * The kinds of tokens. Literals are whole tokens; every keyword has a kind of its own, for the parser's lookahead.
 *
 * Reserved keywords are no names unless quoted; the other keywords stand where no name can, so they stay free. Behind
 * a dot and where columns are declared, any word is a column's name: data has columns called `port` and `host`.
 */
import { createToken, EOF, Lexer, type IToken, type TokenType } from 'chevrotain';
import type { Comment } from './comment.ts';
import type { SourceFile } from './source.ts';

/** A token as the parser sees it. Its text is cut out of the source only when someone asks. */
export class PolicyToken implements IToken {
  readonly source: SourceFile;
  readonly startOffset: number;
  /** Offset behind the last character. */
  readonly end: number;
  tokenType: TokenType;
  tokenTypeIdx: number;
  /** What a literal stands for: a syntax node, or a kind of value of its own (see the token kinds); a word's text. */
  readonly payload: unknown;
  /** Nothing but blanks stands before it on its line. */
  readonly firstOnLine: boolean;
  /** The `##` lines right before it. */
  readonly documentation: readonly Comment[] | undefined;

  constructor(
    source: SourceFile,
    start: number,
    end: number,
    type: TokenType,
    payload: unknown,
    firstOnLine: boolean,
    documentation: readonly Comment[] | undefined,
  ) {
    this.source = source;
    this.startOffset = start;
    this.end = end;
    this.tokenType = type;
    this.tokenTypeIdx = type.tokenTypeIdx ?? 0;
    this.payload = payload;
    this.firstOnLine = firstOnLine;
    this.documentation = documentation;
  }

  get endOffset(): number {
    return this.end - 1;
  }

  get image(): string {
    return this.source.text.slice(this.startOffset, this.end);
  }
}

/** Stands for a whole kind in the grammar; the lexer never makes one. */
function category(name: string, label: string): TokenType {
  return createToken({ name, label, pattern: Lexer.NA });
}

function literal(name: string, label: string, ...categories: TokenType[]): TokenType {
  return createToken({ name, label, pattern: Lexer.NA, categories });
}

/** A reserved word, a free keyword or a plain word: what a column may be called. */
export const AnyWord = category('AnyWord', 'a word');
/** A name, in quotes or not. */
export const NameToken = category('Name', 'a name');
/** What may be a name without quotes. */
export const NameWord = literal('NameWord', 'a name', AnyWord, NameToken);

/** `snake_case`, and no keyword. */
export const Word = literal('Word', 'a name', NameWord);
/** One of the closed list, as `echo-request`. */
export const HyphenatedWord = literal('HyphenatedWord', 'a hyphenated word');
/** Payload: the text, with its escapes resolved. */
export const StringToken = literal('String', 'a text in quotes', NameToken);

/** Any literal whose payload is a syntax node. */
export const LiteralToken = category('Literal', 'a literal');
export const AddressToken = literal('Address', 'an address', LiteralToken);
export const PrefixToken = literal('Prefix', 'a prefix', LiteralToken);
export const MaskedAddressToken = literal('MaskedAddress', 'an address with a mask', LiteralToken);
export const RangeToken = literal('Range', 'a range', LiteralToken);
export const IntegerToken = literal('Integer', 'a number', LiteralToken);
export const MacToken = literal('Mac', 'a MAC address', LiteralToken);
export const RateToken = literal('Rate', 'a rate', LiteralToken);
export const SizeToken = literal('Size', 'a size', LiteralToken);
export const DurationToken = literal('Duration', 'a duration', LiteralToken);
export const PercentToken = literal('Percent', 'a percentage', LiteralToken);
export const DateToken = literal('Date', 'a date', LiteralToken);

/** `14:30`; payload: the minute of the day. */
export const TimeToken = literal('Time', 'a time of day');
/** `08:00-18:00`; payload: `[from, to]`, minutes of the day. */
export const TimeRangeToken = literal('TimeRange', 'a time range such as `08:00-18:00`');
/** `+01:00`; payload: minutes east of UTC. */
export const UtcOffsetToken = literal('UtcOffset', 'an offset from UTC such as `+01:00`');
/** `mon-fri`; payload: the days. */
export const WeekdayRangeToken = literal('WeekdayRange', 'days such as `mon-fri`');

function mark(name: string, text: string, ...categories: TokenType[]): TokenType {
  return literal(name, `\`${text}\``, ...categories);
}

export const LeftBrace = mark('LeftBrace', '{');
export const RightBrace = mark('RightBrace', '}');
export const LeftParenthesis = mark('LeftParenthesis', '(');
export const RightParenthesis = mark('RightParenthesis', ')');
export const LeftBracket = mark('LeftBracket', '[');
export const RightBracket = mark('RightBracket', ']');
export const Comma = mark('Comma', ',');
export const Dot = mark('Dot', '.');
export const DotDot = mark('DotDot', '..');
export const Colon = mark('Colon', ':');
export const Equals = mark('Equals', '=');
/** What joins sets. */
export const SetOperatorToken = category('SetOperator', '`+`, `-` or `&`');
export const Plus = mark('Plus', '+', SetOperatorToken);
export const Minus = mark('Minus', '-', SetOperatorToken);
export const Ampersand = mark('Ampersand', '&', SetOperatorToken);
export const Slash = mark('Slash', '/');
export const Arrow = mark('Arrow', '->');
/** `==`, `!=`, `<`, `<=`, `>`, `>=` */
export const ComparisonToken = createToken({
  name: 'Comparison',
  label: 'a comparison such as `==`',
  pattern: Lexer.NA,
});

const keywordsByText = new Map<string, TokenType>();
const reserved = new Set<string>();

function keyword<const Words extends string>(
  words: readonly Words[],
  categories: TokenType[],
): Record<Words, TokenType> {
  const types = {} as Record<Words, TokenType>;
  for (const word of words) {
    const type = createToken({ name: `keyword ${word}`, label: `\`${word}\``, pattern: Lexer.NA, categories });
    types[word] = type;
    keywordsByText.set(word, type);
    if (!categories.includes(NameWord)) reserved.add(word);
  }
  return types;
}

/** What a statement of a file begins with. */
export const STATEMENT_WORDS = [
  'use',
  'zone',
  'let',
  'table',
  'memory',
  'service',
  'group',
  'mitigate',
  'raw',
  'nat',
  'filter',
  'mangle',
  'count',
  'shape',
  'balance',
  'dispatch',
  'expect',
  'target',
  'tenant',
  'host',
] as const;

/** What a rule begins with; `use` and `count` do, too. */
export const RULE_WORDS = [
  'allow',
  'drop',
  'reject',
  'synproxy',
  'leave',
  'log',
  'mark',
  'dscp',
  'remember',
  'forget',
  'mss',
  'notrack',
  'helper',
  'do',
  'snat',
  'dnat',
  'masquerade',
  'redirect',
  'traffic',
  'each',
  'class',
  'default',
  'essential',
] as const;

/** What a clause begins with; `host`, `mark` and `dscp` do, too. */
export const CLAUSE_WORDS = [
  'in',
  'out',
  'from',
  'to',
  'original',
  'on',
  'proto',
  'icmp',
  'icmp4',
  'icmp6',
  'length',
  'ttl',
  'vlan',
  'mac',
  'fragment',
  'ipv4',
  'ipv6',
  'state',
  'over',
  'up',
  'sample',
  'until',
  'during',
  'where',
  'opaque',
  'not',
] as const;

/** Reserved words within clauses, and behind them. */
const INNER_WORDS = [
  'owner',
  'ticket',
  'packet',
  'flags',
  'port',
  'is',
  'set',
  'and',
  'or',
  'as',
  'any',
  'address',
  'per',
  'burst',
  'keys',
  'when',
  'approximate',
  'bucket',
  'connections',
  'with',
  'for',
  'level',
  'source',
  'destination',
  'protocol',
  'payload',
  'guarantee',
  'ceiling',
  'first',
  'priority',
  'latency',
  'leaf',
  'hairpin',
  'random',
  'persistent',
] as const;

/** Keywords that stand where no name can: names may be called so. */
const FREE_WORDS = [
  'of',
  'before',
  'after',
  'stateless',
  'invalid',
  'pickup',
  'timeout',
  'hits',
  'key',
  'volatile',
  'empty',
  'vip',
  'pool',
  'hash',
  'fragments',
  'local',
  'forward',
  'given',
  'route',
  'down',
  'time',
  'becomes',
  'established',
  'reply',
  'counted',
  'logged',
  'within',
  'packets',
  'marks',
  'gro',
  'socket',
  'prefix',
  'tunnel',
  'anycast',
  'link',
  'overhead',
  'across',
  'policed',
  'ecn',
  'noecn',
  'rate',
] as const;

export const Keyword = {
  ...keyword(FREE_WORDS, [NameWord]),
  ...keyword(STATEMENT_WORDS, [AnyWord]),
  ...keyword(RULE_WORDS, [AnyWord]),
  ...keyword(CLAUSE_WORDS, [AnyWord]),
  ...keyword(INNER_WORDS, [AnyWord]),
};

/** `mark set` and `dscp set` begin an effect, `mark is` and `dscp is` a clause: the lexer tells them apart. */
export const MarkOfEffect = createToken({
  name: 'mark before set',
  label: '`mark set`',
  pattern: Lexer.NA,
  categories: [AnyWord],
});
export const DscpOfEffect = createToken({
  name: 'dscp before set',
  label: '`dscp set`',
  pattern: Lexer.NA,
  categories: [AnyWord],
});

/** The kind of a word's token: a keyword's, or `Word`. */
export function wordType(text: string): TokenType {
  return keywordsByText.get(text) ?? Word;
}

/** Whether a name must be quoted to be called so. */
export function isReserved(text: string): boolean {
  return reserved.has(text);
}

/** Every token kind, for the parser. */
export const VOCABULARY: TokenType[] = [
  EOF,
  AnyWord,
  NameToken,
  NameWord,
  Word,
  HyphenatedWord,
  StringToken,
  LiteralToken,
  AddressToken,
  PrefixToken,
  MaskedAddressToken,
  RangeToken,
  IntegerToken,
  MacToken,
  RateToken,
  SizeToken,
  DurationToken,
  PercentToken,
  DateToken,
  TimeToken,
  TimeRangeToken,
  UtcOffsetToken,
  WeekdayRangeToken,
  LeftBrace,
  RightBrace,
  LeftParenthesis,
  RightParenthesis,
  LeftBracket,
  RightBracket,
  Comma,
  Dot,
  DotDot,
  Colon,
  Equals,
  SetOperatorToken,
  Plus,
  Minus,
  Ampersand,
  Slash,
  Arrow,
  ComparisonToken,
  ...keywordsByText.values(),
  MarkOfEffect,
  DscpOfEffect,
];
