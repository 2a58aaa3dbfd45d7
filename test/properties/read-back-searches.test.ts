/** Searches that keep notes in the mark, read as the list that they come to, mean what they do note by note. */
import fastCheck from 'fast-check';
import { expect, it } from 'vitest';
import { searchesBelow } from '../../compiler/6-plan/passes/ranked-searches.ts';
import type { Plan, StagePlan } from '../../compiler/6-plan/plan.ts';
import type { Machine, MachineRule } from '../../compiler/proof/machine/form.ts';
import { compareWithProgram } from '../../compiler/proof/machine/compare.ts';
import { notesForgottenBy } from '../../compiler/proof/machine/notes/statements.ts';
import { DEAR_LISTS } from '../builders/program.ts';
import { machineOf, policyReadBack } from '../builders/read-back.ts';
import { count } from '../sampling.ts';

const BUDGET = 2 ** 27;

/** Rules over a few networks and ports, each about one or two of the fields. */
const rule = fastCheck
  .record({
    verdict: fastCheck.constantFrom('allow', 'drop', 'reject'),
    of: fastCheck.constantFrom('from', 'to', 'both', 'port'),
    source: fastCheck.nat(60),
    destination: fastCheck.nat(30),
    length: fastCheck.integer({ min: 29, max: 32 }),
    port: fastCheck.integer({ min: 1000, max: 1004 }),
    protocol: fastCheck.constantFrom('tcp', 'udp'),
  })
  .map(({ verdict, of, source, destination, length, port, protocol }) => {
    const from = `from 10.0.0.${source}/32`;
    const to = `to 172.16.0.${8 * destination}/${length}`;
    return `${verdict} ipv4 ${{ from, to, both: `${from} ${to}`, port: '' }[of]} ${protocol}/${port}`;
  });

const policy = fastCheck.array(rule, { minLength: 64, maxLength: 90, size: 'max' }).map(
  (rules) => `
filter forward stateless default drop { essential off
${rules.join('\n')}
}
target router {
  marks reserve 0x00ffff00
  nftables
}`,
);

/** With searches side by side, whatever they cost. */
function searching({ stages, program, ...plan }: Plan): Plan {
  const searched = stages.map((one): StagePlan => {
    const rules = one.stage.items.filter((item) => item.kind === 'rule');
    const context = { program, stage: one.stage, otherwise: undefined, prices: DEAR_LISTS };
    return { ...one, body: searchesBelow(() => Infinity, { kind: 'rules', rules }, context) };
  });
  return { ...plan, program, stages: searched };
}

const anyNumber = fastCheck.noBias(fastCheck.nat(1_000_000));

/** What may go wrong with a line that speaks of notes. */
const FAULTS: readonly ((line: string) => string)[] = [
  () => '',
  (line) => line.replace(/meta mark & 0x[0-9a-f]+ < 0x[0-9a-f]+ /, ''),
  (line) => line.replace(/< 0x([0-9a-f]+)00 /, (_, code: string) => `< 0x${(Number(`0x${code}`) + 2).toString(16)}00 `),
  (line) =>
    line.replace(/\| 0x([0-9a-f]+)00 /, (_, code: string) => `| 0x${(Number(`0x${code}`) ^ 3).toString(16)}00 `),
  (line) => line.replace(/(\| 0x[0-9a-f]+) return/, '$1'),
  (line) => line.replace(/\bjump\b/, 'goto'),
  (line) => line.replace(/ip [sd]addr [0-9./]+ /, ''),
];

/** The same rules, of which none forgets all notes at once, so that they are followed note by note. */
function unlisted(machine: Machine): Machine {
  const halves = (one: MachineRule): readonly MachineRule[] => {
    const notes = notesForgottenBy(one);
    const [statement] = one.statements;
    if (notes === undefined || statement?.kind !== 'set mark') return [one];
    const lowest = (notes & -notes) >>> 0;
    return [lowest, notes & ~lowest].map((bits) => ({ ...one, statements: [{ ...statement, keep: ~bits >>> 0 }] }));
  };
  const chains = [...machine.chains].map(
    ([name, chain]) => [name, { ...chain, rules: chain.rules.flatMap(halves) }] as const,
  );
  return { ...machine, chains: new Map(chains) };
}

it('whether they are whole or have faults', () => {
  const seen = { listed: 0, different: 0 };
  fastCheck.assert(
    fastCheck.property(policy, anyNumber, anyNumber, (text, at, which) => {
      const read = policyReadBack(text, {}, searching);
      fastCheck.pre(read !== undefined && read.text.includes('no candidate yet'));
      seen.listed++;
      const lines = read.text.split('\n');
      const noted = lines.flatMap((line, index) => (/^\t\t[^#].*meta mark/.test(line) ? [index] : []));
      const line = lines[noted[at % noted.length]!]!;
      const faulty = FAULTS.map((fault) => fault(line)).filter((other) => other !== line);
      lines[noted[at % noted.length]!] = faulty[which % faulty.length]!;
      for (const whole of [read.text, lines.join('\n')]) {
        const machine = machineOf(whole);
        const [asList, byNote] = [machine, unlisted(machine)].map((one) =>
          compareWithProgram(one, read.program, BUDGET).map(({ kind, part }) => `${part}: ${kind}`),
        );
        expect(asList, `${text}\n${whole}`).toEqual(byNote);
        if (whole === read.text) expect(asList).toEqual(['filter forward: the same']);
        else if (asList![0]!.endsWith('different')) seen.different++;
      }
    }),
    { numRuns: count(12, 150) },
  );
  expect(seen.listed).toBeGreaterThan(5);
  expect(seen.different).toBeGreaterThan(1);
});
