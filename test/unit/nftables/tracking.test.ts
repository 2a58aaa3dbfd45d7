/** Tracking for policies that speak of flows in rules only that hold for no packet. */
import { expect, test } from 'vitest';
import { compareWithProgram } from '../../../compiler/proof/machine/compare.ts';
import { policyReadBack } from '../../builders/read-back.ts';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

test('packets are tracked where the policy speaks of flows, and only there', () => {
  const filter = (rule: string) => artifactOf(`filter forward stateless default allow { ${rule} drop tcp/25 }`);
  const impossible = filter('drop ipv6 from 10.0.0.0/8 state new');
  expect(partOf(impossible, 'chain tracking').slice(1)).toEqual(['ct state established']);
  expect(filter('drop state invalid')).not.toContain('chain tracking');
  expect(filter('drop udp/53')).not.toContain('chain tracking');
});

test('what makes the kernel track stands behind the rules of `raw`, with which it is not confused', () => {
  const policy = 'raw { notrack }\nfilter forward stateless default allow { allow state new }';
  const { program, machine } = policyReadBack(policy, {})!;
  expect(machine.chains.get('tracking')?.entry?.priority).toBe(-299);
  const comparisons = compareWithProgram(machine, program, 2 ** 26);
  expect(comparisons.filter(({ kind }) => kind === 'different')).toEqual([]);
  expect(comparisons).toContainEqual({ kind: 'the same', part: 'raw (prerouting)' });
});
