/** `maps/rules.txt`: which rule each number stands for. */
import { positionOf } from '../../../grammar/source.ts';
import { oneLine } from '../../../compiler/artifacts/one-line.ts';
import type { Origin } from '../../../compiler/model/index.ts';
import type { Action, ListedRule } from '../tree.ts';

/** `12 drop policy.sluice:34 drop from blocked` */
export function rulesText(rules: readonly Pick<ListedRule, 'origin' | 'action'>[]): string {
  return rules.map(({ origin, action }, number) => `${number} ${actionText(action)} ${ruleText(origin)}\n`).join('');
}

function actionText(action: Action): string {
  if (action.kind === 'skip') return `skip to ${action.to}`;
  if (action.kind !== 'socket') return action.kind;
  return `socket ${oneLine(action.socket)}${action.limit ? ' up to its limit' : ''}`;
}

/** `policy.sluice:34 drop from blocked` */
export function ruleText({ span, text }: Origin): string {
  const { line } = positionOf(span.source, span.start);
  return `${oneLine(span.source.path)}:${line} ${oneLine(text)}`;
}
