import { isSetTest, sameAtom } from '../../4-program/atoms.ts';
import type { Atom, ProgramRule } from '../../4-program/program.ts';
import { hasOpaque } from '../commute.ts';
import { partition } from '../partition.ts';
import type { PlanNode, Switch, SwitchField } from '../plan.ts';
import { mapRules, sequence, type Pass } from './pass.ts';

export const switchOnValue: Pass = {
  name: 'switch-on-value',
  description: `A run of rules that all test one field becomes one lookup of that field's value: the values are cut into disjoint
sets, each with the rules that its packets can meet, in their order (chains per network, verdict maps). Every packet goes
to exactly one of them, or to none where none of the rules could match, so each rule is asked at most once and the first
that decides is the same. Short runs stay lists: a few comparisons cost less than a lookup.`,
  run: (node) => mapRules(node, (rules) => switched(rules)),
};

/** Shorter runs are faster as a list: a lookup costs about as much as thirty plain comparisons. */
const SHORTEST_RUN = 24;
/** A switch may not copy rules into its cases more than this many times over. */
const MOST_COPIES = 4;

function switched(rules: readonly ProgramRule[]): PlanNode {
  const steps: PlanNode[] = [];
  let from = 0;
  while (from < rules.length) {
    const run = longestRun(rules, from);
    const node =
      run && run.length >= SHORTEST_RUN ? switchOf(rules.slice(from, from + run.length), run.field) : undefined;
    steps.push(node ?? { kind: 'rules', rules: [rules[from]!] });
    from += node ? run!.length : 1;
  }
  return sequence(steps);
}

interface Run {
  readonly field: string;
  readonly length: number;
}

/** The field that the most rules from `from` on all test. */
function longestRun(rules: readonly ProgramRule[], from: number): Run | undefined {
  let best: Run | undefined;
  for (const field of fieldsOf(rules[from]!)) {
    let to = from + 1;
    while (to < rules.length && rules[to]!.family === rules[from]!.family && fieldsOf(rules[to]!).includes(field)) to++;
    if (!best || to - from > best.length) best = { field, length: to - from };
  }
  return best;
}

/**
 * A rule that leaves its group stays out: from behind a switch there is no way back to where the group was used. So does a
 * rule with words of a plane's own, of which there may not be copies.
 */
function fieldsOf(rule: ProgramRule): string[] {
  if (hasOpaque(rule)) return [];
  if (rule.decision?.kind === 'verdict' && rule.decision.verdict.kind === 'leave') return [];
  return rule.atoms.flatMap((atom) => (!atom.negated && isSetTest(atom) ? [fieldKey(atom)] : []));
}

function fieldKey(atom: Atom): string {
  const { test } = atom;
  if (test.kind === 'address') return `${test.field}/${test.view}`;
  return test.kind === 'number' ? test.field : '';
}

function switchOf(rules: readonly ProgramRule[], field: string): Switch | undefined {
  const tests = rules.map((rule) =>
    rule.atoms.find((atom) => !atom.negated && isSetTest(atom) && fieldKey(atom) === field)!,
  );
  const sets = tests.map((atom) => (isSetTest(atom) ? atom.test.in : undefined)!);
  const cases = partition(sets, rules.length * MOST_COPIES);
  if (!cases || cases.length < 2) return undefined;
  const rest = rules.map((rule, index) => ({ ...rule, atoms: rule.atoms.filter((atom) => atom !== tests[index]) }));
  const guard = (rest[0]!.atoms as readonly Atom[]).filter((atom) =>
    rest.every((rule) => rule.atoms.some((other) => sameAtom(atom, other))),
  );
  const bare = rest.map((rule) => ({
    ...rule,
    atoms: rule.atoms.filter((atom) => !guard.some((common) => sameAtom(atom, common))),
  }));
  const first = tests[0]!.test;
  return {
    kind: 'switch',
    origin: rules[0]!.origin,
    family: rules[0]!.family,
    guard,
    field: switchField(first),
    label: first.kind === 'address' ? (first.field === 'source' ? 'from' : 'to') : field,
    cases: cases.map(({ values, members }) => ({
      values,
      body: switched(reachable(members.map((member) => bare[member]!))),
    })),
  };
}

/** Nothing behind a rule that decides about every packet. */
function reachable(rules: readonly ProgramRule[]): ProgramRule[] {
  const last = rules.findIndex(
    (rule) => rule.atoms.length === 0 && rule.gates.length === 0 && rule.decision !== undefined,
  );
  return last < 0 ? [...rules] : rules.slice(0, last + 1);
}

function switchField(test: Atom['test']): SwitchField {
  if (test.kind === 'address') return { kind: 'address', field: test.field, view: test.view };
  if (test.kind === 'number') return { kind: 'number', field: test.field };
  throw new Error(`no switch on a ${test.kind} test`);
}
