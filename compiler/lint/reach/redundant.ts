import { ruleOf } from '../packets/entries.ts';
import { needlessIn, type Substitute } from '../packets/needed.ts';
import { coveragesOf } from '../packets/policy-coverage.ts';
import type { StageCoverage } from '../packets/stage-coverage.ts';
import { removalOf } from '../removal.ts';
import type { LintRule, Observation } from '../rule.ts';

export const redundant: LintRule = {
  code: 'SL1403',
  name: 'redundant',
  group: 'reach',
  severity: 'warning',
  title: 'a rule without which every packet meets the same',
  finds: `A rule that only decides, and whose packets would have the same decided by rules behind it. Rules are tried one after another, each
with those that are still needed, so all that are named can go together. Where it is the default of the block that would decide
the same, it is a note: many write such rules on purpose. Rules of groups that are used several times, and of an \`each\`, are left alone.`,
  matters:
    'It costs packets a step and readers a line, and whoever changes the rule behind it has changed half of what was meant.',
  remedy: 'Remove it: `--fix` does, once it is proved that nothing changes.',
  bad: `filter forward default drop {
  allow from 10.1.0.0/16 tcp/443
  allow from 10.0.0.0/8 tcp/443
}
`,
  good: `filter forward default drop {
  allow from 10.0.0.0/8 tcp/443
}
`,
  *run(context) {
    const paths = new Set(context.modules.map(({ source }) => source.path));
    for (const coverage of coveragesOf(context)) {
      for (const [entry, substitute] of needlessIn(coverage)) {
        const { origin } = ruleOf(coverage.entries, entry);
        if (!paths.has(origin.span.source.path)) continue;
        yield { ...observation(coverage, entry, substitute), fix: removalOf(origin.span, context) };
      }
    }
  },
};

const MOST_LABELS = 4;

function observation(coverage: StageCoverage, entry: number, { entries, isDefault }: Substitute): Observation {
  const { span } = ruleOf(coverage.entries, entry).origin;
  const labels = entries.slice(0, MOST_LABELS).map((other) => ({
    span: ruleOf(coverage.entries, other).origin.span,
    text: 'decides the same for packets of it',
  }));
  if (isDefault) {
    const message = 'this says what the default of the block says anyway';
    return { span, message, severity: 'note', labels };
  }
  const who = entries.length === 1 ? 'the rule behind it decides' : 'rules behind it decide';
  return { span, message: `this changes nothing: ${who} the same for all of its packets`, labels };
}
