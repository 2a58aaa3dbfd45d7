/** `maps/rules.txt`: which rule each number stands for. */
import { positionOf } from '../../../grammar/source.ts';
import type { ListedRule } from '../tree.ts';
import { oneLine } from '../../../compiler/artifacts/one-line.ts';

/** `12 drop policy.sluice:34 drop from blocked` */
export function rulesText(rules: readonly ListedRule[]): string {
  return rules
    .map(({ origin, action }, number) => {
      const { line } = positionOf(origin.span.source, origin.span.start);
      const does = action.kind === 'skip' ? `skip to ${action.to}` : action.kind;
      return `${number} ${does} ${oneLine(origin.span.source.path)}:${line} ${oneLine(origin.text)}\n`;
    })
    .join('');
}
