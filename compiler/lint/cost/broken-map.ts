import { commute, decisionKey, isPlain } from '../../6-plan/commute.ts';
import type { ProgramRule } from '../../4-program/program.ts';
import type { LintRule } from '../rule.ts';

/** So many rules on either side make a lookup worth having. */
const FEWEST = 4;

export const brokenMap: LintRule = {
  code: 'SL1432',
  name: 'broken-map',
  group: 'cost',
  severity: 'note',
  title: 'a rule that breaks a lookup in two',
  finds: `A rule amid rules that are all alike but for their values (four or more before it, four or more behind), which must stay where it
is: it meets packets of rules on both sides, and decides something else about them.`,
  matters:
    'Rules that are alike become one lookup. With this one in their middle they are two, and packets pay for both.',
  remedy:
    'Put it before or behind all of them, if that is what is meant; or narrow it, so that it meets packets of one side only.',
  bad: `filter forward default drop {
${Array.from({ length: 5 }, (_, at) => `  allow from 10.0.${at}.0/24 tcp/443`).join('\n')}
  drop from 10.0.0.0/16 to 192.0.2.0/24
${Array.from({ length: 5 }, (_, at) => `  allow from 10.0.${at + 5}.0/24 tcp/443`).join('\n')}
}
`,
  good: `filter forward default drop {
  drop from 10.0.0.0/16 to 192.0.2.0/24
${Array.from({ length: 10 }, (_, at) => `  allow from 10.0.${at}.0/24 tcp/443`).join('\n')}
}
`,
  *run({ program, modules }) {
    for (const { items } of program.stages) {
      const rules = items.filter((item): item is ProgramRule => item.kind === 'rule');
      const shapes = rules.map(shapeOf);
      const [before, behind] = [runs(shapes), runs(shapes.toReversed()).toReversed()];
      for (let at = FEWEST; at < rules.length - FEWEST; at++) {
        const shape = shapes[at - 1];
        if (shape === undefined || shape === shapes[at] || shape !== shapes[at + 1]) continue;
        if (before[at - 1]! < FEWEST || behind[at + 1]! < FEWEST) continue;
        const rule = rules[at]!;
        const meets = (one: ProgramRule) => !commute(one, rule);
        const first = rules.slice(at - before[at - 1]!, at).find(meets);
        const second = rules.slice(at + 1, at + 1 + behind[at + 1]!).find(meets);
        if (!first || !second || !modules.some(({ source }) => source === rule.origin.span.source)) continue;
        yield {
          span: rule.origin.span,
          message: `${before[at - 1]! + behind[at + 1]!} rules around this are alike, and it keeps them from being one lookup`,
          labels: [first, second].map(({ origin }) => ({ span: origin.span, text: 'has packets in common with it' })),
        };
      }
    }
  },
};

/** The same for rules that differ in values alone; undefined for rules that no lookup stands for. */
function shapeOf(rule: ProgramRule): string | undefined {
  if (!isPlain(rule)) return undefined;
  const asked = rule.atoms.map(({ test, negated }) => `${negated} ${test.kind} ${'field' in test ? test.field : ''}`);
  return `${decisionKey(rule.decision)} ${rule.family} ${asked.toSorted().join()}`;
}

/** Of each, how many of the same shape stand in a row up to it. */
function runs(shapes: readonly (string | undefined)[]): number[] {
  let length = 0;
  return shapes.map((shape, at) => (length = shape !== undefined && shape === shapes[at - 1] ? length + 1 : 1));
}
