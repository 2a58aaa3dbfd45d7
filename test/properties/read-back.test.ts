/** Emitted rules, read back, mean what the Program means. */
import fastCheck from 'fast-check';
import { expect, it } from 'vitest';
import type { Program } from '../../compiler/4-program/program.ts';
import type { Machine } from '../../compiler/proof/machine/form.ts';
import { compareWithProgram } from '../../compiler/proof/machine/compare.ts';
import { UNWALKED, without } from '../arbitraries/policy/features.ts';
import { randomPolicy } from '../arbitraries/policy/policy.ts';
import { packetsFor } from '../arbitraries/machine-packet.ts';
import { machineOf, policyReadBack } from '../builders/read-back.ts';
import { chainOfStage, packetAtStage } from '../builders/stage-entry.ts';
import { walkMachine } from '../oracles/machine-walk.ts';
import { walkStage } from '../oracles/stage-walk.ts';
import { count } from '../sampling.ts';

it('every stage, packet by packet', () => {
  const compared = new Map<string, number>();
  fastCheck.assert(
    fastCheck.property(
      randomPolicy(without(...UNWALKED)),
      fastCheck.infiniteStream(fastCheck.nat()),
      ({ policy, files }, seeds) => {
        const read = policyReadBack(policy, files);
        fastCheck.pre(read !== undefined);
        const { program, machine } = read;
        const [seed] = seeds.take(1);
        const packets = fastCheck.sample(packetsFor(machine, false), { numRuns: 30, seed: seed! });
        for (const stage of program.stages) {
          const chain = chainOfStage(stage.id, machine);
          if (!chain || program.stages.filter(({ id }) => id === stage.id).length > 1) continue;
          for (const one of packets) {
            const packet = packetAtStage(stage.id, one, program);
            let expected;
            try {
              expected = walkStage(stage, program, packet);
            } catch {
              // A test that the walk does not know.
              break;
            }
            const found = walkMachine(machine, chain, packet);
            expect({ stage: stage.id, packet, ...found }, read.text).toEqual({ stage: stage.id, packet, ...expected });
            const what = `${stage.id}: ${expected.decision.split(' ')[0]}`;
            compared.set(what, (compared.get(what) ?? 0) + 1);
          }
        }
      },
    ),
    { numRuns: count(40, 200) },
  );
  // Enough of what stages do was seen for this to mean something.
  for (const what of [
    'mitigate: drop',
    'filter forward: accept',
    'filter forward: drop',
    'filter forward: reject',
    'source nat: snat',
    'destination nat: dnat',
    'count: accept',
  ]) {
    expect(compared.get(what), what).toBeGreaterThan(0);
  }
});

it.each([
  ['bit by bit', undefined],
  ['sets and tables by name', 0],
  ['large sets and tables by name', 2],
])('every stage, for all packets, %s', (_name, large) => {
  const compared = new Map<string, number>();
  fastCheck.assert(
    fastCheck.property(randomPolicy(), ({ policy, files }) => {
      const read = policyReadBack(policy, files);
      fastCheck.pre(read !== undefined);
      for (const comparison of compareWithProgram(read.machine, read.program, 2 ** 27, large)) {
        expect(comparison.kind, `${JSON.stringify(comparison)}\n${policy}\n${read.text}`).not.toBe('different');
        if (comparison.kind === 'the same') compared.set(comparison.part, (compared.get(comparison.part) ?? 0) + 1);
      }
    }),
    { numRuns: count(30, 200) },
  );
  for (const part of ['filter forward', 'filter input', 'source nat']) {
    expect(compared.get(part), part).toBeGreaterThan(0);
  }
});

/** The text with one line changed: a number is another one, or a rule or an element is gone. */
function changed(text: string, [choice, digit]: readonly [number, number]): string {
  const lines = text.split('\n');
  const candidates = lines.flatMap((line, index) => (/^\t\t+[^#}]|^\t\d/.test(line) ? [index] : []));
  const chosen = candidates[choice % candidates.length] ?? 0;
  const line = lines[chosen]!;
  const numbers = [...line.replace(/ comment "[^"]*"$/, '').matchAll(/\d+/g)];
  const number = numbers[digit % numbers.length];
  if (!number || digit % 4 === 0) {
    return lines
      .toSpliced(chosen, 1)
      .join('\n')
      .replaceAll(/,\n(\t*\})/g, '\n$1');
  }
  const other = String(digit % 3 === 0 ? Math.max(0, Number(number[0]) - 1) : Number(number[0]) + 1);
  return lines
    .with(chosen, line.slice(0, number.index) + other + line.slice(number.index + number[0].length))
    .join('\n');
}

it('finds by name what it finds bit by bit', () => {
  const outcomes = new Map<string, number>();
  const kindsOf = (machine: Machine, program: Program, large?: number) =>
    new Map(compareWithProgram(machine, program, 2 ** 27, large).map((one) => [one.part, one]));
  fastCheck.assert(
    fastCheck.property(
      randomPolicy(),
      fastCheck.array(fastCheck.tuple(fastCheck.nat(), fastCheck.nat()), { minLength: 5, maxLength: 5 }),
      ({ policy, files }, choices) => {
        const read = policyReadBack(policy, files);
        fastCheck.pre(read !== undefined);
        for (const choice of choices) {
          const text = changed(read.text, choice);
          let machine: Machine;
          try {
            machine = machineOf(text);
          } catch {
            // No text that nft would take.
            continue;
          }
          const exact = kindsOf(machine, read.program);
          for (const [part, one] of kindsOf(machine, read.program, 0)) {
            const what = `${one.kind} by name, ${exact.get(part)!.kind} bit by bit`;
            outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
            const kinds = new Set([one.kind, exact.get(part)!.kind]);
            const isContrary = kinds.has('the same') && kinds.has('different');
            expect(isContrary, `${part}: ${what}\n${policy}\n${text}`).toBe(false);
          }
        }
      },
    ),
    { numRuns: count(30, 60) },
  );
  for (const kind of ['the same', 'different']) {
    expect(outcomes.get(`${kind} by name, ${kind} bit by bit`)).toBeGreaterThan(0);
  }
});
