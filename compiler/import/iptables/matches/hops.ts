/** `-m ttl` and `-m hl`: how many hops are left. */
import { VALUE, type Options, type OptionTable } from '../options.ts';
import type { RuleBuilder } from '../rule-builder.ts';

const MOST = 255;

export function hopOptions(name: string): OptionTable {
  return { [`${name}-eq`]: VALUE, [`${name}-lt`]: VALUE, [`${name}-gt`]: VALUE };
}

export function translateHops(name: string, options: Options, rule: RuleBuilder): void {
  const equal = options.number(`${name}-eq`);
  const less = options.number(`${name}-lt`);
  const greater = options.number(`${name}-gt`);
  const range = (low: number, high: number): void => {
    if (low > high) rule.never();
    else rule.match('ttl', [low === high ? String(low) : `${low}-${high}`]);
  };
  if (equal !== undefined) rule.match('ttl', [String(equal)], options.isNegated(`${name}-eq`));
  if (less !== undefined) range(0, less - 1);
  if (greater !== undefined) range(greater + 1, MOST);
}
