/** What ends a rule: verdicts and refusals. */
import type { Refusal } from '../../../../compiler/proof/machine/form.ts';
import { Misread } from '../misread.ts';
import type { Tokens } from '../tokens.ts';
import { verdictOf } from '../verdicts.ts';
import type { StatementReader } from './statement.ts';

export const readVerdict: StatementReader = (tokens, rule) => {
  const verdict = verdictOf(tokens);
  if (!verdict) return false;
  rule.push({ kind: 'verdict', verdict });
  return true;
};

const FAMILIES: ReadonlyMap<string, 4 | 6 | undefined> = new Map([
  ['icmp', 4],
  ['icmpv6', 6],
  ['icmpx', undefined],
]);

/** `reject with tcp reset`, `reject with icmpx type port-unreachable`: nft asks for the protocol and the family before. */
export const readReject: StatementReader = (tokens, rule) => {
  if (!tokens.take('reject')) return false;
  const refusal = refusalOf(tokens);
  if (refusal.kind === 'tcp reset') rule.need({ protocol: 6 });
  else rule.need({ family: refusal.family });
  rule.push({ kind: 'reject', refusal });
  return true;
};

function refusalOf(tokens: Tokens): Refusal {
  tokens.expect('with');
  if (tokens.take('tcp', 'reset')) return { kind: 'tcp reset' };
  const word = tokens.next();
  if (!FAMILIES.has(word)) throw new Misread(`\`reject with ${word}\` is not known`);
  tokens.expect('type');
  return { kind: 'unreachable', family: FAMILIES.get(word), reason: tokens.next() };
}
