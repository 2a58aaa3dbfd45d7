/** The counters of `--keep-counters`, one for each rule, with the rule's name: those of rules that no packet comes to, too. */
import type { ProgramItem } from '../../../compiler/4-program/program.ts';
import { positionOf } from '../../../grammar/source.ts';
import { quoted } from '../names.ts';
import type { Context } from './context.ts';

/** Longest comment of an object (NFTNL_UDATA_COMMENT_MAXLEN), with room for its end. */
const LONGEST_COMMENT = 120;

/** The counters of the rules that this plane carries out, in the order of the rules, under the names that they have already. */
export function declareRuleCounters(context: Context): void {
  const { policy, stages } = context.program;
  if (!policy.ruleCounters) return;
  const names = new Set(stages.flatMap(({ implied, items }) => [...countedIn(implied), ...countedIn(items)]));
  for (const [name, origin] of policy.ruleCounters) {
    if (!names.has(name)) continue;
    const { source, start } = origin.span;
    const description = `${source.path}:${positionOf(source, start).line}: ${origin.text}`;
    context.counter({ name }, [`comment ${quoted(origin.name, LONGEST_COMMENT)}`], description);
  }
}

function countedIn(items: readonly ProgramItem[]): string[] {
  return items.flatMap((item) => {
    if (item.kind !== 'rule') return countedIn(item.items);
    return item.effects.flatMap(({ effect }) =>
      effect.kind === 'count' && effect.counter.kind === 'named' ? [effect.counter.name] : [],
    );
  });
}
