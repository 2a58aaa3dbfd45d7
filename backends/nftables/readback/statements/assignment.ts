/** What a rule writes: marks, priorities, labels, DSCP, the MSS. */
import { keyOf, type Part } from '../expressions.ts';
import { Misread } from '../misread.ts';
import type { RuleBuilder } from '../rule-builder.ts';
import type { Tokens } from '../tokens.ts';
import { setUse } from '../set-use.ts';
import { constantOf, type ValueType } from '../values.ts';
import type { StatementReader } from './statement.ts';

const MARKS: ReadonlyMap<string, 'packet' | 'flow'> = new Map([
  ['meta mark', 'packet'],
  ['ct mark', 'flow'],
]);

/** What follows `set`, behind the field that is written. */
export function readAssignment({ read }: Part, tokens: Tokens, rule: RuleBuilder): void {
  if (read.kind !== 'field' || read.mask !== undefined) throw new Misread('a value for what is no field');
  switch (read.field) {
    case 'mark':
      return readMark('packet', tokens, rule);
    case 'flow mark':
      return readMark('flow', tokens, rule);
    case 'dscp':
      rule.push({ kind: 'set dscp', family: read.family!, value: tokens.number() });
      return;
    case 'maximum segment':
      if (tokens.take('rt', 'mtu')) rule.push({ kind: 'set maximum segment', size: undefined });
      else rule.push({ kind: 'set maximum segment', size: tokens.number() });
      return;
    default:
      throw new Misread(`nothing is known that sets the field \`${read.field}\``);
  }
}

/** `0x5`, `meta mark & 0xffffff00 | 0x5`, `meta mark | 0x4`, `ct mark`, `KEY map @name` */
function readMark(of: 'packet' | 'flow', tokens: Tokens, rule: RuleBuilder): void {
  const from = MARKS.get(`${tokens.peek()} ${tokens.peek(1)}`);
  if (from) {
    tokens.next();
    tokens.next();
    const keep = tokens.take('&') ? tokens.number() : 0xffffffff;
    const value = tokens.take('|') ? tokens.number() : 0;
    rule.push({ kind: 'set mark', of, from, keep, value });
  } else if (/^\d/.test(tokens.peek())) {
    rule.push({ kind: 'set mark', of, from: undefined, keep: 0, value: tokens.number() });
  } else {
    const parts = keyOf(tokens);
    const key = rule.keyOf(parts);
    tokens.expect('map');
    const map = setUse(parts, { data: [{ notation: 'number', width: 32 }] }, tokens);
    rule.push({ kind: 'set mark by map', of, key, map });
  }
}

/** `1:20`, `KEY map @name`: behind `meta priority set`. */
function readPriority(tokens: Tokens, rule: RuleBuilder): void {
  if (tokens.peek().includes(':')) {
    rule.push({ kind: 'set priority', value: Number(constantOf(CLASS, tokens.next())) });
    return;
  }
  const parts = keyOf(tokens);
  const key = rule.keyOf(parts);
  tokens.expect('map');
  rule.push({ kind: 'set priority by map', key, map: setUse(parts, { data: [CLASS] }, tokens) });
}

const CLASS: ValueType = { notation: 'class', width: 32 };

/** `meta priority set 1:20`, `ct label set 127`, `ct helper set "ftp_tcp"`: what has no expression of its own. */
export const readOwnAssignment: StatementReader = (tokens, rule) => {
  if (tokens.take('meta', 'priority', 'set')) {
    readPriority(tokens, rule);
    return true;
  }
  if (tokens.take('ct', 'label', 'set')) {
    rule.push({ kind: 'set label', label: tokens.number() });
    return true;
  }
  if (tokens.take('ct', 'helper', 'set')) {
    rule.push({ kind: 'helper', helper: tokens.quoted() });
    return true;
  }
  return false;
};
