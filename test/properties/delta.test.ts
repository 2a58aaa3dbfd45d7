/** What a delta leads to is the later build, whatever the two policies are. */
import fastCheck, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomPolicy, type RandomPolicy } from '../arbitraries/policy/policy.ts';
import { editOf } from '../arbitraries/policy/edits.ts';
import { count } from '../sampling.ts';
import { build, deltaText, type Built } from '../builders/delta.ts';
import { NftTable } from '../oracles/nft-table.ts';

/** Both policies compiled, and what leads from the first to the second; undefined: one of them does not compile. */
function both([first, second]: readonly [RandomPolicy, RandomPolicy]): readonly [Built, Built] | undefined {
  const before = build(first);
  const after = before && build(second, before.former);
  return after && [before, after];
}

const edited: Arbitrary<readonly [RandomPolicy, RandomPolicy]> = randomPolicy().chain((policy) =>
  editOf(policy).map((later) => [policy, later] as const),
);
const unrelated = fastCheck.tuple(randomPolicy(), randomPolicy());

/** A run compiles two policies or three. */
const numRuns = count(30, 300);

describe.each([
  ['another policy with rows and rules of its own', unrelated],
  ['a policy with other rows or rules', edited],
] as const)('to %s', (_name, pairs) => {
  it('leads a table that is of the earlier build, and no other', () => {
    fastCheck.assert(
      fastCheck.property(pairs, (pair) => {
        const builds = both(pair);
        fastCheck.pre(builds !== undefined);
        const [before, after] = builds;
        if (after.outcome?.kind === 'same') expect(after.ruleset).toBe(before.ruleset);
        if (after.outcome?.kind !== 'delta') return;
        const delta = deltaText(after.outcome);
        const whole = new NftTable().load(after.ruleset);
        expect(new NftTable().load(before.ruleset).load(delta).content()).toEqual(whole.content());
        expect(() => whole.load(delta)).toThrow(/there is no build_/);
      }),
      { numRuns },
    );
  });
});

it('changes nothing in the whole build that stands beside it', () => {
  fastCheck.assert(
    fastCheck.property(edited, (pair) => {
      const builds = both(pair);
      fastCheck.pre(builds !== undefined);
      const [, after] = builds;
      expect(after.former).toEqual(build(pair[1])?.former);
    }),
    { numRuns },
  );
});
