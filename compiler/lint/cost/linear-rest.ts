import { buildPlan } from '../../6-plan/build.ts';
import { everyNode, type PlanNode } from '../../6-plan/plan.ts';
import type { LintRule } from '../rule.ts';

/** So many rules one after another are worth a word. */
const LONG = 32;
/** Of longer blocks `sluice explain` tells: planning them takes longer than linting them. */
const MOST_PLANNED = 256;

/** Rules that overlap each other, so that none can stand for another. */
const EXAMPLE = Array.from({ length: 36 }, (_, at) => `from 10.0.0.0-10.0.${at}.9 tcp/${1000 + at}-${2000 + at}`);

export const linearRest: LintRule = {
  code: 'SL1431',
  name: 'linear-rest',
  group: 'cost',
  severity: 'note',
  title: 'rules that packets are asked one after another',
  finds: `A block whose plan still has 32 rules or more in a row that no lookup stands for, so that a packet that meets none of them is
asked all. Blocks of more than 256 rules are left to \`sluice explain\`.`,
  matters:
    'The time of each such packet grows with every rule that is added. Lookups cost the same for ten rules as for ten thousand.',
  remedy:
    'Rules that ask for the same fields and do the same become one lookup: put limits, logs and other effects behind an `and`, or behind a rule for all of them; put values into a table.',
  bad: `filter input default drop {
${EXAMPLE.map((clauses, at) => `  drop ${clauses} and log "attempt ${at}" up to 5/second`).join('\n')}
}
`,
  good: `filter input default drop {
${EXAMPLE.map((clauses) => `  drop ${clauses}`).join('\n')}
}
`,
  *run({ targets, modules }) {
    const seen = new Set<string>();
    for (const { placed } of targets) {
      for (const { plane, program } of placed.parts) {
        const short = program.stages.filter(({ items }) => items.length <= MOST_PLANNED);
        const { plan } = buildPlan({ ...program, stages: short }, { prices: plane.prices });
        for (const { stage, body, eachPacket } of plan.stages) {
          const longest = Math.max(longestIn(body), longestIn(eachPacket));
          const isOwn = modules.some(({ source }) => source === stage.origin.span.source);
          if (longest < LONG || !isOwn || seen.has(`${stage.id} ${stage.origin.span.start}`)) continue;
          seen.add(`${stage.id} ${stage.origin.span.start}`);
          yield {
            span: stage.origin.span,
            message: `packets are asked ${longest} rules of \`${stage.id}\` one after another`,
            hint: '`sluice explain` shows which.',
          };
        }
      }
    }
  },
};

function longestIn(node: PlanNode): number {
  return Math.max(0, ...Array.from(everyNode(node), (one) => (one.kind === 'rules' ? one.rules.length : 0)));
}
