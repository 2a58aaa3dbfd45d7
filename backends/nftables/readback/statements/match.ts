/** Statements that begin with an expression: matches, verdict maps, and what is set. */
import type { MachineSet, Read } from '../../../../compiler/proof/machine/form.ts';
import { fieldRead, keyOf, partOf, type Part } from '../expressions.ts';
import { bareListOf, constantSet } from '../lists.ts';
import { Misread } from '../misread.ts';
import type { RuleBuilder } from '../rule-builder.ts';
import type { Tokens } from '../tokens.ts';
import { constantOf, type ValueType } from '../values.ts';
import { readAssignment } from './assignment.ts';
import { setUse } from '../set-use.ts';
import type { StatementReader } from './statement.ts';

export const readMatch: StatementReader = (tokens, rule) => {
  if (readLabel(tokens, rule) || readFragmentHeader(tokens, rule)) return true;
  const first = partOf(tokens);
  if (!first) return false;
  const parts = tokens.take('.') ? [first, ...keyOf(tokens)] : [first];
  const key = rule.keyOf(parts);
  if (tokens.take('set')) {
    readAssignment(first, tokens, rule);
  } else if (tokens.take('vmap')) {
    rule.push({ kind: 'verdict map', key, map: setUse(parts, { hasVerdicts: true }, tokens) });
  } else {
    readComparison(parts, key, tokens, rule);
  }
  return true;
};

const ORDERED = new Set(['<', '<=', '>', '>=']);

function readComparison(parts: readonly Part[], key: readonly Read[], tokens: Tokens, rule: RuleBuilder): void {
  const [first] = parts;
  const operator = /^([!=]=|[<>]=?)$/.test(tokens.peek()) ? tokens.next() : '';
  if (ORDERED.has(operator)) {
    if (parts.length > 1) throw new Misread('an order of several fields at once');
    rule.push({ kind: 'match', key, negated: false, set: ordered(operator, first!.type, tokens) });
    return;
  }
  const negated = operator === '!=';
  const isList = tokens.peek() === '{' || tokens.peek().startsWith('@');
  if (parts.length === 1 && !isList && operator === '' && isOfBits(first!)) {
    rule.push(bitsMatch(first!, tokens));
    return;
  }
  const set = setUse(parts, {}, tokens);
  rule.push({ kind: 'match', key, negated, set });
}

function ordered(operator: string, type: ValueType, tokens: Tokens): MachineSet {
  const value = constantOf(type, tokens.next());
  const highest = (1n << BigInt(type.width)) - 1n;
  const [low, high] = {
    '<': [0n, value - 1n] as const,
    '<=': [0n, value] as const,
    '>': [value + 1n, highest] as const,
    '>=': [value, highest] as const,
  }[operator]!;
  if (low > high || high < 0n) throw new Misread('a comparison that never holds');
  return constantSet(type.width, low, high);
}

/** Fields of which nft asks for bits where no operator stands: whether any of them is set. */
function isOfBits({ read, type }: Part): boolean {
  if (type.notation === 'state' || type.notation === 'status') return true;
  if (type.notation !== 'flags') return false;
  if (read.kind === 'field' && read.mask !== undefined) throw new Misread('a mask, and no `==` behind it');
  return true;
}

/** `ct state new`, `ct state invalid,new`, `tcp flags syn` */
function bitsMatch({ read, type }: Part, tokens: Tokens): ReturnType<typeof matchOf> {
  if (type.notation !== 'flags') {
    // A packet has one state: some bit of several is set exactly if the state is one of these.
    return matchOf(read, false, bareListOf(type, tokens));
  }
  if (read.kind !== 'field') throw new Misread('flags of what is no field');
  const mask = constantOf(type, tokens.next());
  if (tokens.peek() === ',' || tokens.peek() === '|') throw new Misread('several flags without a mask');
  return matchOf({ ...read, mask }, true, constantSet(type.width, 0, 0));
}

function matchOf(read: Read, negated: boolean, set: MachineSet) {
  return { kind: 'match' as const, key: [read], negated, set };
}

/** `ct label 127` */
function readLabel(tokens: Tokens, rule: RuleBuilder): boolean {
  if (tokens.peek() !== 'ct' || tokens.peek(1) !== 'label' || tokens.peek(2) === 'set') return false;
  tokens.expect('ct', 'label');
  rule.push(matchOf({ kind: 'label', label: tokens.number() }, false, constantSet(1, 1, 1)));
  return true;
}

/** `exthdr frag exists` */
function readFragmentHeader(tokens: Tokens, rule: RuleBuilder): boolean {
  if (!tokens.take('exthdr', 'frag')) return false;
  tokens.expect('exists');
  rule.need({ family: 6 });
  rule.push(matchOf(fieldRead('fragment header'), false, constantSet(1, 1, 1)));
  return true;
}
