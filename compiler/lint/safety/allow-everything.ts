import { ownRules, oncePerPlace } from '../own-rules.ts';
import { isAllow } from '../rule-atoms.ts';
import type { LintRule } from '../rule.ts';

export const allowEverything: LintRule = {
  code: 'SL1419',
  name: 'allow-everything',
  group: 'safety',
  severity: 'warning',
  title: 'an `allow` for everything, in a filter that drops by default',
  finds: 'An `allow` without any clause in a filter whose default is to drop or reject.',
  matters: 'The default is never met: the filter says that it is closed, and is open.',
  remedy: 'Say what is allowed, or make the filter what it is: `default allow`.',
  bad: `filter forward default drop {
  drop to 192.0.2.0/24 tcp/25
  allow
}
`,
  good: `filter forward default drop {
  drop to 192.0.2.0/24 tcp/25
  allow from 192.0.2.0/24
}
`,
  *run(context) {
    const open = ownRules(context).filter(({ stage, rule }) => {
      const isClosed = stage.default !== undefined && stage.default.kind !== 'allow';
      return (
        isClosed && isAllow(rule) && rule.atoms.length === 0 && rule.gates.length === 0 && rule.family === undefined
      );
    });
    for (const { stage, rule } of oncePerPlace(open)) {
      yield {
        span: rule.origin.span,
        message: `this allows everything, so \`${stage.id}\` never comes to its default`,
      };
    }
  },
};
