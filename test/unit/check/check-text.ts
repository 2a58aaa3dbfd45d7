import { expect } from 'vitest';
import { checkPolicy } from '../../../compiler/check.ts';
import { NO_RULES } from '../../../compiler/3-check/problems.ts';
import { renderFindings } from '../../../compiler/diagnostics/render.ts';
import type { Policy, Rule, RuleBlock, RuleItem } from '../../../compiler/model/policy.ts';
import { inputsOfFolder } from '../../builders/inputs-of-folder.ts';

const folder = new URL('./language-example/', import.meta.url);

/** The policy of a text that has nothing wrong with it; it may be a part of one, without rules. */
export function policyOf(text: string): Policy {
  const inputs = inputsOfFolder(folder, { year: 2026, month: 6, day: 15 });
  const { policy, diagnostics } = checkPolicy({ path: 'example.sluice', text }, inputs);
  expect(renderFindings(diagnostics.filter(({ code }) => code !== NO_RULES.code))).toBe('');
  if (!policy) throw new Error('no policy');
  return policy;
}

/** All rules of a block, those of groups and rows too, in order. */
export function rulesOf(block: RuleBlock | undefined): Rule[] {
  return (block?.body ?? []).flatMap(rulesIn);
}

function rulesIn(item: RuleItem): Rule[] {
  return item.kind === 'rule' ? [item] : item.body.flatMap(rulesIn);
}

/** The rules of a `filter forward` that holds these. */
export function forwardRules(rules: string, before = ''): Rule[] {
  return rulesOf(policyOf(`${before}\nfilter forward { ${rules} }`).filters.forward);
}

/** The rule of a `filter forward` that holds this one. */
export function forwardRule(rule: string, before = ''): Rule {
  const [only, ...more] = forwardRules(rule, before);
  if (!only || more.length > 0) throw new Error('not one rule');
  return only;
}
