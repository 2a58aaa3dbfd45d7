/** Statements that tell, or that decide nothing by themselves. */
import type { StatementReader } from './statement.ts';

/** `counter name "web"` */
export const readCounter: StatementReader = (tokens, rule) => {
  if (!tokens.take('counter')) return false;
  tokens.expect('name');
  rule.push({ kind: 'count', counter: tokens.quoted() });
  return true;
};

/** `log prefix "seen " level info`, `log group 3` */
export const readLog: StatementReader = (tokens, rule) => {
  if (!tokens.take('log')) return false;
  const prefix = tokens.take('prefix') ? tokens.quoted() : '';
  const level = tokens.take('level') ? tokens.next() : undefined;
  const group = tokens.take('group') ? tokens.number() : undefined;
  rule.push({ kind: 'log', prefix, level, group });
  return true;
};

export const readNotrack: StatementReader = (tokens, rule) => {
  if (!tokens.take('notrack')) return false;
  rule.push({ kind: 'notrack' });
  return true;
};

/** `numgen random mod 10 < 3` */
export const readSample: StatementReader = (tokens, rule) => {
  if (!tokens.take('numgen')) return false;
  tokens.expect('random', 'mod');
  const of = tokens.number();
  tokens.expect('<');
  rule.push({ kind: 'sample', below: tokens.number(), of });
  return true;
};

/** `synproxy mss 1460 wscale 7 timestamp sack-perm` */
export const readSynproxy: StatementReader = (tokens, rule) => {
  if (!tokens.take('synproxy')) return false;
  const mss = tokens.take('mss') ? tokens.number() : undefined;
  const windowScale = tokens.take('wscale') ? tokens.number() : undefined;
  const timestamps = tokens.take('timestamp');
  const selectiveAck = tokens.take('sack-perm');
  rule.push({ kind: 'synproxy', mss, windowScale, timestamps, selectiveAck });
  return true;
};
