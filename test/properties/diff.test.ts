/** Two policies differ in exactly the packets that `diff` reports: by walks that share no code with it. */
import fastCheck, { type Arbitrary } from 'fast-check';
import { expect, it } from 'vitest';
import { editOf } from '../arbitraries/policy/edits.ts';
import { UNWALKED, without } from '../arbitraries/policy/features.ts';
import { randomPolicy, type RandomPolicy } from '../arbitraries/policy/policy.ts';
import { packetsForPrograms } from '../arbitraries/program-packet.ts';
import { compare, programOf } from '../builders/diff.ts';
import { nothingSeen, requireExact } from '../builders/diff-check.ts';
import { count } from '../sampling.ts';

/** Besides, packets do not tell whether they are in a region that is told by the time. */
const FEATURES = without(...UNWALKED, 'times');

const edited: Arbitrary<readonly [RandomPolicy, RandomPolicy]> = randomPolicy(FEATURES).chain((policy) =>
  editOf(policy).map((later) => [policy, later] as const),
);

it('reports the packets that change, and no others', () => {
  const seen = nothingSeen();
  fastCheck.assert(
    fastCheck.property(edited, fastCheck.nat(), ([first, second], seed) => {
      const [old, later] = [programOf(first), programOf(second)];
      fastCheck.pre(old !== undefined && later !== undefined);
      const packets = fastCheck.sample(packetsForPrograms([old, later], false), { numRuns: 40, seed });
      requireExact(old, later, packets, `${first.policy}\n--\n${second.policy}`, seen);
    }),
    { numRuns: count(60, 400) },
  );
  for (const number of Object.values(seen)) expect(number).toBeGreaterThan(5);
});

it('finds no difference between a policy and itself', () => {
  fastCheck.assert(
    fastCheck.property(randomPolicy(), (policy) => {
      const [one, other] = [programOf(policy), programOf(policy)];
      fastCheck.pre(one !== undefined && other !== undefined);
      const { changes, settings, notCompared } = compare(one, other);
      expect({ changes, settings, notCompared }).toEqual({ changes: [], settings: [], notCompared: [] });
    }),
    { numRuns: count(60, 400) },
  );
});
