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

/** Words for codes of "unreachable" (datatype.c of nftables 1.0.6; of icmpx as the kernel has them, nft_reject_icmp_code). */
type Codes = ReadonlyMap<string, { readonly 4?: number; readonly 6?: number }>;

const CODES: ReadonlyMap<string, Codes> = new Map<string, Codes>([
  [
    'icmp',
    new Map([
      ['net-unreachable', { 4: 0 }],
      ['host-unreachable', { 4: 1 }],
      ['prot-unreachable', { 4: 2 }],
      ['port-unreachable', { 4: 3 }],
      ['net-prohibited', { 4: 9 }],
      ['host-prohibited', { 4: 10 }],
      ['admin-prohibited', { 4: 13 }],
    ]),
  ],
  [
    'icmpv6',
    new Map([
      ['no-route', { 6: 0 }],
      ['admin-prohibited', { 6: 1 }],
      ['addr-unreachable', { 6: 3 }],
      ['port-unreachable', { 6: 4 }],
    ]),
  ],
  [
    'icmpx',
    new Map([
      ['no-route', { 4: 0, 6: 0 }],
      ['port-unreachable', { 4: 3, 6: 4 }],
      ['host-unreachable', { 4: 1, 6: 3 }],
      ['admin-prohibited', { 4: 13, 6: 1 }],
    ]),
  ],
]);

/** `reject with tcp reset`, `reject with icmpx type port-unreachable`: nft asks for the protocol and the family before. */
export const readReject: StatementReader = (tokens, rule) => {
  if (!tokens.take('reject')) return false;
  const refusal = refusalOf(tokens);
  if (refusal.kind === 'tcp reset') rule.need({ protocol: 6 });
  else rule.need({ family: refusal.codes[4] === undefined ? 6 : refusal.codes[6] === undefined ? 4 : undefined });
  rule.push({ kind: 'reject', refusal });
  return true;
};

function refusalOf(tokens: Tokens): Refusal {
  tokens.expect('with');
  if (tokens.take('tcp', 'reset')) return { kind: 'tcp reset' };
  const words = CODES.get(tokens.next());
  tokens.expect('type');
  const reason = tokens.next();
  const codes = words?.get(reason);
  if (!codes) throw new Misread(`\`reject with … type ${reason}\` is not known`);
  return { kind: 'unreachable', codes };
}
