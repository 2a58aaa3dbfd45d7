/** Walking a block's rules: from top to bottom, the first that decides, decides. */
import type { Each, Rule, RuleItem, Scope } from '../model/policy.ts';
import { candidateRows } from './candidate-rows.ts';
import { holds } from './condition.ts';
import { runEffects } from './effects.ts';
import { gatesOpen } from './gates.ts';
import { say, type Journey } from './journey.ts';

/** Which rules of a block are asked on this walk, and how they are matched. */
export interface Question {
  readonly asked?: (rule: Rule) => boolean;
  /** Whether a rule matches, its gates apart; that its condition holds unless said otherwise. */
  readonly matches?: (rule: Rule) => boolean;
}

const NO_ROWS: Journey['rows'] = new Map();

type Walked = 'on' | 'left' | Rule;

/**
 * The first of the asked rules that decides (by verdict, translation or socket), or undefined. Rules that only have
 * effects speak on the way. The row of an `each` that decided stays bound, for its cells.
 */
export function firstDecision(items: readonly RuleItem[], journey: Journey, question: Question = {}): Rule | undefined {
  journey.rows = NO_ROWS;
  const walked = walkItems(items, journey, question);
  return typeof walked === 'string' ? undefined : walked;
}

function walkItems(items: readonly RuleItem[], journey: Journey, question: Question): Walked {
  for (const item of items) {
    const walked = walkItem(item, journey, question);
    if (walked !== 'on') return walked;
  }
  return 'on';
}

function walkItem(item: RuleItem, journey: Journey, question: Question): Walked {
  switch (item.kind) {
    case 'rule':
      return (question.asked?.(item) ?? true) ? askRule(item, journey, question) : 'on';
    case 'each':
      return walkEach(item, journey, question);
    case 'scope':
      return walkScope(item, journey, question);
    default:
      return item satisfies never;
  }
}

/** Row by row, in the order of rows: row 1's rules, then row 2's. */
function walkEach(each: Each, journey: Journey, question: Question): Walked {
  const outer = journey.rows;
  for (const row of candidateRows(each, journey)) {
    journey.rows = new Map(outer).set(each.row, row);
    const walked = walkItems(each.body, journey, question);
    // Whoever decided still speaks of this row.
    if (walked !== 'on') return walked;
  }
  journey.rows = outer;
  return 'on';
}

/** `leave` inside goes on behind the scope. */
function walkScope(scope: Scope, journey: Journey, question: Question): Walked {
  const outer = journey.rows;
  const walked = walkItems(scope.body, journey, question);
  if (walked !== 'left') return walked;
  journey.rows = outer;
  return 'on';
}

function askRule(rule: Rule, journey: Journey, question: Question): Walked {
  const matches = question.matches?.(rule) ?? holds(rule.condition, journey);
  if (!matches || !gatesOpen(rule.gates, journey)) return 'on';
  say(journey, rule.origin, actionOf(rule));
  runEffects(rule.effects, journey);
  if (rule.verdict?.kind === 'leave') return 'left';
  return decides(rule) ? rule : 'on';
}

function decides(rule: Rule): boolean {
  return rule.verdict !== undefined || rule.translation !== undefined || rule.socket !== undefined;
}

function actionOf(rule: Rule): string {
  if (rule.verdict !== undefined) return rule.verdict.kind;
  if (rule.translation !== undefined) return rule.translation.kind;
  if (rule.socket !== undefined) return `socket ${rule.socket}`;
  return rule.effects.map(({ effect }) => effect.kind).join(', ');
}
