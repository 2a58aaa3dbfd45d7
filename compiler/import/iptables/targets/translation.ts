/** What SNAT and DNAT have in common. */
import type { Options } from '../options.ts';
import type { RuleBuilder } from '../rule-builder.ts';
import { endpoint } from './endpoints.ts';

export function translateTo(action: 'snat' | 'dnat', option: string, options: Options, rule: RuleBuilder): void {
  const word = options.value(option) ?? '';
  if (/^[^:]*:\d+-\d+\/\d+$/.test(word)) {
    return rule.refuse('ports that are shifted by a base', 'Give each port a rule of its own.');
  }
  const target = endpoint(word, rule.family);
  if (target === undefined) return rule.unknown(`\`${word}\` is no address to translate to`);
  const random = options.has('random') || options.has('random-fully') ? ' random' : '';
  if (options.has('random-fully')) {
    rule.leaveOut('`--random-fully` becomes `random`', 'Ports are chosen at random all the same.');
  }
  const persistent = options.has('persistent') ? ' persistent' : '';
  rule.decide({ kind: 'translate', action, behind: `-> ${target}${random}${persistent}` });
}
