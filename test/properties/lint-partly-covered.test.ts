/** Which rules lint says take packets from a refusal: exactly those of which trying all packets says so. */
import fastCheck from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { buildProgram } from '../../compiler/4-program/build.ts';
import type { ProgramRule } from '../../compiler/4-program/program.ts';
import { checkPolicy } from '../../compiler/check.ts';
import { ruleOf } from '../../compiler/lint/packets/entries.ts';
import { StageCoverage } from '../../compiler/lint/packets/stage-coverage.ts';
import { takersOf } from '../../compiler/lint/packets/takers.ts';
import { isAllow } from '../../compiler/lint/rule-atoms.ts';
import { overlapping } from '../arbitraries/overlapping-rules.ts';
import { ZONES } from '../arbitraries/program.ts';
import { CLASSBENCH_SEEDS, classbenchPath, classbenchPolicy, readClassbench } from '../builders/classbench.ts';
import { takersByPartition } from '../builders/classbench/takers.ts';
import { inputsOfFolder } from '../builders/inputs-of-folder.ts';
import { stageOf } from '../builders/program.ts';
import { nearlyAlike } from '../mutations/nearly-alike.ts';
import { PACKETS, tried, type Tried } from '../oracles/small-world.ts';
import { count } from '../sampling.ts';
import { sharedBytes } from '../shared-data.ts';

it('exactly the rules of short lists that take packets from a rule behind them, and have others', () => {
  let taken = 0;
  const property = fastCheck.property(fastCheck.oneof(nearlyAlike, overlapping), (drawn) => {
    const list = drawn.map((rule, start) => ({
      ...rule,
      origin: { ...rule.origin, span: { ...rule.origin.span, start } },
    }));
    const coverage = new StageCoverage(stageOf(list), ZONES);
    const all = list.map(tried);
    for (let entry = 0; entry < coverage.entries.count; entry++) {
      const found = takersOf([{ coverage, entry }], Infinity);
      const expected = takersAmong(all, list.indexOf(ruleOf(coverage.entries, entry)));
      expect(new Set(found)).toEqual(new Set(expected));
      taken += expected.length;
    }
  });
  fastCheck.assert(property, { numRuns: count(300, 3000) });
  expect(taken).toBeGreaterThan(50);
});

function takersAmong(all: readonly Tried[], at: number): ProgramRule[] {
  const own = all[at]!;
  return all.slice(0, at).flatMap((taker, place) => {
    const comesTo = (packet: number) =>
      taker.holds[packet] && !all.some(({ rule, holds }, other) => other < place && rule.decision && holds[packet]);
    const isTaking = PACKETS.some((_, packet) => own.holds[packet] && comesTo(packet));
    const hasOthers = PACKETS.some((_, packet) => taker.holds[packet] && !own.holds[packet]);
    return isAllow(taker.rule) && isTaking && hasOthers ? [taker.rule] : [];
  });
}

/** Refusals of each set that are tried; brute force takes seconds for each of some. */
const TRIED = count(40, Infinity);
const SLOW: ReadonlySet<string> = new Set(['ipc2', 'fw1', 'fw5']);

describe('ClassBench', () => {
  for (const seed of CLASSBENCH_SEEDS.filter((one) => count(0, 1) === 1 || !SLOW.has(one))) {
    test(`${seed}: the rules that some cell of a refusal's packets meets first`, (context) => {
      const list = readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(seed, '1k'))));
      const inputs = inputsOfFolder(new URL('./', import.meta.url), undefined);
      const { policy } = checkPolicy({ path: 'policy.sluice', text: classbenchPolicy(list) }, inputs);
      const { program } = buildProgram(policy!, undefined);
      const coverage = new StageCoverage(program.stages[0]!, program.zones);
      const refusals = [...list.keys()].filter((at) => list[at]!.verdict === 'drop');
      const step = Math.max(1, Math.floor(refusals.length / TRIED));
      for (const at of refusals.filter((_, place) => place % step === 0)) {
        const found = takersOf([{ coverage, entry: at }], Infinity).map((rule) => coverage.entries.rules.indexOf(rule));
        expect(
          found.toSorted((a, b) => a - b),
          `rule ${at}`,
        ).toEqual(takersByPartition(list, at));
      }
    });
  }
});
