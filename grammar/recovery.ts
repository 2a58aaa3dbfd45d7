/** Where items begin: what the reader needs to go on behind one that cannot be read. */
import type { TokenType } from 'chevrotain';
import type { Rules } from './constructs/rules.ts';
import { closest } from './did-you-mean.ts';
import type { BodyKind } from './dsl.ts';
import * as T from './tokens.ts';

interface Body {
  /** The rule of the grammar that reads one item. */
  readonly rule: keyof Rules;
  /** What one of its items is. */
  readonly noun: string;
  /** Whether its items have documentation, an owner and a ticket. */
  readonly annotated: boolean;
  /** What an item surely begins with; undefined: whatever begins a line. */
  readonly starts: ReadonlySet<TokenType> | undefined;
}

function types(words: readonly (keyof typeof T.Keyword)[]): Set<TokenType> {
  return new Set(words.map((word) => T.Keyword[word]));
}

const STATEMENTS = types(T.STATEMENT_WORDS);
const ANNOTATIONS = types(['owner', 'ticket']);
const RULES = new Set([
  ...types(T.RULE_WORDS.filter((word) => word !== 'mark' && word !== 'dscp')),
  ...types(['use', 'count']),
  T.MarkOfEffect,
  T.DscpOfEffect,
]);

/** How each kind of block is read. */
export const BODIES: Readonly<Record<BodyKind, Body>> = {
  file: { rule: 'statement', noun: 'statement', annotated: true, starts: new Set([...STATEMENTS, ...ANNOTATIONS]) },
  tenant: {
    rule: 'tenantItem',
    noun: 'statement',
    annotated: true,
    starts: new Set([...STATEMENTS, ...ANNOTATIONS, ...types(['prefix', 'tunnel'])]),
  },
  rules: { rule: 'ruleItem', noun: 'rule', annotated: true, starts: new Set([...RULES, ...ANNOTATIONS]) },
  dispatch: { rule: 'dispatchItem', noun: 'rule', annotated: true, starts: undefined },
  balance: { rule: 'balanceSetting', noun: 'setting', annotated: false, starts: undefined },
  expect: {
    rule: 'expectItem',
    noun: 'expectation',
    annotated: true,
    starts: new Set([...types(['allow', 'drop', 'reject', 'given']), ...ANNOTATIONS]),
  },
  target: { rule: 'targetSetting', noun: 'setting', annotated: false, starts: undefined },
  host: { rule: 'hostSetting', noun: 'setting', annotated: true, starts: undefined },
};

/** Behind these, an item's first word is part of the item at hand: `and log`, `each packet drop`, `default class`. */
const JOINING: ReadonlySet<TokenType> = types(['and', 'packet', 'default', 'invalid', 'do']);

/**
 * Whether the next item begins at `token`, within `depth` braces that the failed one left open. Reserved words of rules
 * stand in no set, so they end an open brace; statements' words do that only where they begin a line.
 */
export function isBoundary(kind: BodyKind, token: T.PolicyToken, before: T.PolicyToken, depth: number): boolean {
  const { starts } = BODIES[kind];
  if (starts === undefined) return depth === 0 && token.firstOnLine;
  if (kind === 'file' || kind === 'tenant') {
    return starts.has(token.tokenType) && depth === 0 && (token.firstOnLine || before.tokenType === T.RightBrace);
  }
  if (!starts.has(token.tokenType)) return isMisplaced(kind, token, token) && token.firstOnLine;
  return token.firstOnLine || (depth === 0 && !JOINING.has(before.tokenType));
}

/** Words of statements that items of these blocks begin with, too. */
const SHARED: Readonly<Partial<Record<BodyKind, ReadonlySet<TokenType>>>> = {
  rules: types(['use', 'count', 'host']),
  dispatch: types(['use', 'host', 'service']),
  target: types(['zone']),
  host: types(['host', 'memory', 'group', 'service', 'table', 'count']),
};

/** Whether a statement begins at `token`, in a block that holds none. */
export function isMisplaced(kind: BodyKind, token: T.PolicyToken, next: T.PolicyToken): boolean {
  if (kind === 'file' || kind === 'tenant' || !STATEMENTS.has(token.tokenType)) return false;
  if (kind === 'rules' && token.tokenType === T.Keyword.count) return next.tokenType === T.LeftBrace;
  if (token.tokenType === T.Keyword.use && kind === 'rules') return String(next.payload).endsWith('.sluice');
  return SHARED[kind]?.has(token.tokenType) !== true;
}

const BLOCKS: Readonly<Record<string, BodyKind>> = {
  group: 'rules',
  mitigate: 'rules',
  raw: 'rules',
  nat: 'rules',
  filter: 'rules',
  mangle: 'rules',
  count: 'rules',
  shape: 'rules',
  balance: 'balance',
  dispatch: 'dispatch',
  expect: 'expect',
  target: 'target',
  tenant: 'tenant',
  host: 'host',
};

/**
 * What the block holds that a failed item opens: by its first word, even a misspelt one. Undefined: the brace opens no
 * block but a set, or nothing that could be guessed.
 */
export function openedBy(kind: BodyKind, first: T.PolicyToken, inside: T.PolicyToken): BodyKind | undefined {
  if (kind === 'rules' || kind === 'dispatch') {
    const opens = first.tokenType === T.Keyword.each || first.tokenType === T.Keyword.class;
    return opens && (BODIES.rules.starts?.has(inside.tokenType) === true || kind === 'dispatch') ? kind : undefined;
  }
  if (kind !== 'file' && kind !== 'tenant') return undefined;
  const word = first.image;
  const meant = Object.hasOwn(BLOCKS, word)
    ? word
    : T.isReserved(word)
      ? undefined
      : closest(word, Object.keys(BLOCKS));
  return meant === undefined ? undefined : BLOCKS[meant];
}
