/** The list of a family as entries of one table. */
import { expect, it } from 'vitest';
import { encodeRules } from '../../../backends/p4/lower/encode-rules.ts';
import type { ListedRule } from '../../../backends/p4/lower/list.ts';
import type { NicAction } from '../../../backends/p4/tree.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { origin } from '../../builders/policy.ts';

function rule(name: string, action: NicAction, low: number, high = low): ListedRule {
  const set = IntervalSet.range(8, low, high);
  return {
    rule: { origin: origin(name), action, why: undefined },
    action,
    tests: [{ field: 'protocol', set, negated: false, name: undefined }],
  };
}

it('has one entry of a key, the first: the pipeline of DPDK would have the last', () => {
  const rules = [rule('first', 'up', 17), rule('again', 'drop', 17), rule('behind', 'drop', 16, 17)];
  const { rules: table } = encodeRules(
    { list: 'mitigate', family: 4, rules },
    { sets: 0, prefixes: 'lpm', fits: () => true },
  )!;
  expect(table.entries.map((entry) => entry.rule.origin.name)).toEqual(['first', 'behind']);
});
