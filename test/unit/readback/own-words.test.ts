/** Words of nft's own in a policy: the same packets have to be asked in the text as in the policy, and meet the same. */
import { describe, expect, it } from 'vitest';
import { opaqueWordsOf } from '../../../backends/nftables/readback/opaque-words.ts';
import { compareWithProgram, type Comparison } from '../../../compiler/proof/machine/compare.ts';
import { machineOf, policyReadBack } from '../../builders/read-back.ts';

const BUDGET = 2 ** 26;

function compared(policy: string, from: string | RegExp = '', to = ''): readonly Comparison[] {
  const { text, program } = policyReadBack(policy)!;
  const other = text.replace(from, to);
  if (from !== '') expect(other, `nothing to change in\n${text}`).not.toBe(text);
  return compareWithProgram(machineOf(other, opaqueWordsOf(program)), program, BUDGET);
}

const filter = (...rules: string[]) =>
  `filter forward stateless default drop {\n essential off\n ${rules.join('\n ')}\n}`;

const SAME = [{ kind: 'the same', part: 'filter forward' }];

const POLICY = filter(
  'allow tcp/22 opaque nftables "meta pkttype unicast"',
  'do opaque nftables "meta nftrace set 1" udp/53',
  'allow udp/53',
  'drop tcp/22',
  'allow from 10.0.0.0/8 up to 5/second opaque nftables "meta cpu 0"',
);

describe("words of nft's own", () => {
  it('are an unknown, the same on both sides', () => {
    expect(compared(POLICY)).toEqual(SAME);
  });

  it.each<readonly [name: string, from: string | RegExp, to: string]>([
    ['that are missing', ' meta pkttype unicast', ''],
    ['that others are asked', 'tcp dport 22 meta pkttype', 'tcp dport 23 meta pkttype'],
    ['that do something to others', 'udp dport 53 meta nftrace', 'udp dport 54 meta nftrace'],
    ['whose rule decides otherwise', 'meta pkttype unicast accept', 'meta pkttype unicast drop'],
    ['that are asked behind what decides', /(.*pkttype.*\n)([^]*?)(.*tcp dport 22 drop.*\n)/, '$3$2$1'],
  ])('are not said to be the same: %s', (_name, from, to) => {
    expect(compared(POLICY, from, to)).toMatchObject([{ kind: 'not compared', part: 'filter forward' }]);
  });

  it('that a packet is asked twice are not compared', () => {
    const twice = filter(
      'allow tcp/22 opaque nftables "meta pkttype unicast"',
      'drop to 10.0.0.0/8 opaque nftables "meta pkttype unicast"',
    );
    expect(compared(twice)).toMatchObject([{ kind: 'not compared', reason: 'words that a packet asks twice' }]);
  });
});
