/** Rules that no packet needs: what goes is what trying each rule on every packet of a small world says. */
import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision, ProgramRule } from '../../compiler/4-program/program.ts';
import { isPlain } from '../../compiler/6-plan/commute.ts';
import { redundantRules } from '../../compiler/6-plan/passes/redundant-rules.ts';
import { shadowedRules } from '../../compiler/6-plan/passes/shadowed-rules.ts';
import type { Pass } from '../../compiler/6-plan/passes/index.ts';
import { DEAR_LISTS, programOf, stageOf } from '../builders/program.ts';
import { nearlyAlike } from '../mutations/nearly-alike.ts';
import { overlapping } from '../arbitraries/overlapping-rules.ts';
import { fate, isReached, leaveOut, PACKETS, type Tried } from '../oracles/small-world.ts';

const lists = fastCheck.oneof(nearlyAlike, overlapping);

const DROP: Decision = { kind: 'verdict', verdict: { kind: 'drop' } };
const DEFAULTS = [undefined, DROP] as const;

function leftBy(pass: Pass, list: readonly ProgramRule[], otherwise: Decision | undefined): readonly ProgramRule[] {
  const stage = stageOf(list);
  const after = pass.run(
    { kind: 'rules', rules: list },
    { program: programOf(stage), stage, otherwise, prices: DEAR_LISTS },
  );
  return after.kind === 'rules' ? after.rules : [];
}

/** In how many of the lists something went. */
function shareOf(check: (list: readonly ProgramRule[]) => boolean): number {
  let [gone, drawn] = [0, 0];
  fastCheck.assert(
    fastCheck.property(lists, (list) => {
      drawn++;
      if (check(list)) gone++;
    }),
  );
  return gone / drawn;
}

it('exactly the rules that no packet reaches are shadowed', () => {
  const share = shareOf((list) => {
    const expected = leaveOut(list, (left, at) => !isReached(left, at));
    expect(leftBy(shadowedRules, list, undefined)).toEqual(expected);
    return expected.length < list.length;
  });
  expect(share).toBeGreaterThan(0.3);
});

describe.each(DEFAULTS.map((otherwise) => [otherwise ? 'drop' : 'nothing', otherwise] as const))(
  'before a default of %s',
  (_name, otherwise) => {
    it('exactly the rules without which every packet meets the same are redundant', () => {
      const share = shareOf((list) => {
        const isNeedless = (left: readonly Tried[], at: number) => {
          const fewer = left.toSpliced(at, 1);
          const isSame = (_: unknown, packet: number) =>
            fate(fewer, packet, otherwise) === fate(left, packet, otherwise);
          return isPlain(left[at]!.rule) && PACKETS.every(isSame);
        };
        const expected = leaveOut(list, isNeedless);
        expect(leftBy(redundantRules, list, otherwise)).toEqual(expected);
        return expected.length < list.length;
      });
      expect(share).toBeGreaterThan(0.3);
    });
  },
);
