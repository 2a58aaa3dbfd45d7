/** A condition means the same before and after it is taken apart. */
import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conjunctionsOf } from '../../compiler/4-program/conjunctions.ts';
import { forFamily } from '../../compiler/4-program/family.ts';
import { condition, packet } from '../arbitraries/program.ts';
import { atomHolds, conditionHolds } from '../oracles/plan-walk.ts';

describe('conjunctions of a condition', () => {
  it('hold together exactly where the condition holds', () => {
    fastCheck.assert(
      fastCheck.property(
        condition,
        fastCheck.array(packet, { minLength: 20, maxLength: 40 }),
        fastCheck.boolean(),
        (tree, packets, disjoint) => {
          for (const one of packets) {
            const conjunctions = conjunctionsOf(forFamily(tree, one.family), disjoint);
            const met = conjunctions.filter((atoms) => atoms.every((atom) => atomHolds(atom, one))).length;
            expect(met > 0).toBe(conditionHolds(tree, one));
          }
        },
      ),
    );
  });

  it('exclude each other where they are asked to', () => {
    fastCheck.assert(
      fastCheck.property(condition, fastCheck.array(packet, { minLength: 20, maxLength: 40 }), (tree, packets) => {
        for (const one of packets) {
          const conjunctions = conjunctionsOf(forFamily(tree, one.family), true);
          expect(
            conjunctions.filter((atoms) => atoms.every((atom) => atomHolds(atom, one))).length,
          ).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
