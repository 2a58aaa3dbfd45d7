/** `maps/rules.txt`: which rule each number stands for. */
import { positionOf } from '../../../grammar/source.ts';
import { oneLine } from '../../../compiler/artifacts/one-line.ts';
import type { Origin } from '../../../compiler/model/index.ts';
import type { ListedRule } from '../tree.ts';

/** `12 drop policy.sluice:34 drop from blocked` */
export function rulesText(rules: readonly ListedRule[]): string {
  return rules
    .map(({ origin, action }, number) => {
      const does = action.kind === 'skip' ? `skip to ${action.to}` : action.kind;
      return `${number} ${does} ${ruleText(origin)}\n`;
    })
    .join('');
}

/** `policy.sluice:34 drop from blocked` */
export function ruleText({ span, text }: Origin): string {
  const { line } = positionOf(span.source, span.start);
  return `${oneLine(span.source.path)}:${line} ${oneLine(text)}`;
}
