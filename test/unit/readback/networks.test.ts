/** Translations of whole networks that were read back. */
import { describe, expect, it } from 'vitest';
import { compareWithProgram, type Comparison } from '../../../compiler/proof/machine/compare.ts';
import { machineOf, policyReadBack } from '../../builders/read-back.ts';

const read = policyReadBack(`zone uplink = eth0
  nat {
    snat from 10.1.0.0/16 out uplink -> 203.0.0.0/16
    dnat in uplink to 198.51.100.0/25 -> 10.1.5.0/25
  }`)!;

function comparisonsOf(text: string): readonly Comparison[] {
  return compareWithProgram(machineOf(text), read.program, 2 ** 26);
}

it('are the same as in the policy', () => {
  const kinds = comparisonsOf(read.text).map(({ kind, part }) => `${part}: ${kind}`);
  expect(kinds).toEqual([
    'destination nat (prerouting): the same',
    'destination nat (output): the same',
    'source nat: the same',
  ]);
});

describe('finds', () => {
  it.each([
    ['another network', ' : 203.0.0.0/16', ' : 203.1.0.0/16'],
    ['a smaller network', '10.1.5.0/25 }', '10.1.5.0/26 }'],
    ['hosts that are not translated', '{ 10.1.0.0/16 :', '{ 10.1.0.0/17 :'],
    ['one address for all', /snat ip prefix to ip saddr map \{[^}]*\}/, 'snat ip to 203.0.0.0-203.0.255.255'],
  ])('%s', (_name, from, to) => {
    const text = read.text.replace(from, to);
    expect(text, `nothing to change in\n${read.text}`).not.toBe(read.text);
    expect(comparisonsOf(text).map(({ kind }) => kind)).toContain('different');
  });
});
