/** Limits, and sets that rules change. */
import type { Statement } from '../../../../compiler/proof/machine/form.ts';
import { elementOf, keyOf } from '../expressions.ts';
import { durationOf, limitOf } from '../limits.ts';
import { Misread } from '../misread.ts';
import type { Tokens } from '../tokens.ts';
import { setUse } from '../set-use.ts';
import type { StatementReader } from './statement.ts';

/** `limit name "web"`, `limit name ip saddr map @limits` */
export const readLimit: StatementReader = (tokens, rule) => {
  if (!tokens.take('limit')) return false;
  tokens.expect('name');
  if (tokens.peek().startsWith('"')) {
    rule.push({ kind: 'limit', limit: tokens.quoted() });
    return true;
  }
  const parts = keyOf(tokens);
  const key = rule.keyOf(parts);
  tokens.expect('map');
  rule.push({ kind: 'limit map', key, map: setUse(parts, { data: [{ notation: 'name', width: 0 }] }, tokens) });
  return true;
};

/** `update @buckets { ip saddr limit rate over 3/day }`, `delete @banned { ip saddr }` */
export const readUpdate: StatementReader = (tokens, rule) => {
  const verb = tokens.peek();
  if (verb !== 'add' && verb !== 'update' && verb !== 'delete') return false;
  tokens.next();
  const set = tokens.next();
  if (!/^@[A-Za-z]\w*$/.test(set)) throw new Misread(`\`${set}\` where a set was expected`);
  tokens.expect('{');
  const key = rule.keyOf(elementOf(tokens));
  const timeout = tokens.take('timeout') ? durationOf(tokens.next()) : undefined;
  const limit = tokens.take('limit') ? limitOf(tokens) : undefined;
  const connections = tokens.take('ct', 'count') ? connectionsOf(tokens) : undefined;
  tokens.expect('}');
  rule.push({ kind: 'update', verb, set: set.slice(1), key, timeout, limit, connections });
  return true;
};

function connectionsOf(tokens: Tokens): Extract<Statement, { kind: 'update' }>['connections'] {
  const over = tokens.take('over');
  return { over, count: tokens.number() };
}
