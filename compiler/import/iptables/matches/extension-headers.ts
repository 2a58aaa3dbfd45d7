/** Extension headers of IPv6: nft looks for them as iptables does, and asks nothing of packets that lack one. */
import type { Options } from '../options.ts';
import type { RuleBuilder } from '../rule-builder.ts';
import { spiRange } from './spi.ts';

export const WHAT = 'extension headers of IPv6';

export function headerExists(name: string, options: Options, rule: RuleBuilder): void {
  const odd = [`${name}-len`, `${name}-opts`].find((option) => options.has(option));
  if (odd === undefined) rule.opaque(`exthdr ${name} exists`, WHAT);
  else rule.onlyIptables(`\`--${odd}\` of an extension header`, `Ask for the header: \`-m ${name}\`.`);
}

/** False where the option is not there. */
export function askRange(options: Options, option: string, field: string, rule: RuleBuilder): boolean {
  const word = options.value(option);
  if (word === undefined) return false;
  const range = spiRange(word);
  if (range === undefined) rule.unknown(`\`${word}\` is no number`);
  else rule.opaque(`${field} ${options.isNegated(option) ? '!= ' : ''}${range}`, WHAT);
  return true;
}
