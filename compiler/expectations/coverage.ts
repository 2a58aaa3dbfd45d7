/** Which rules of a policy its expectations touch: those that have a say in what becomes of some packet of theirs. */
import type { Span } from '../../grammar/source.ts';
import type { Origin, Policy, RuleItem } from '../model/policy.ts';
import type { ExaminedExpectation } from '../semantics/expect.ts';

/** A rule as it is written, whatever rows and uses of its group it is for; or the default of a filter. */
export interface CoveredRule {
  readonly origin: Origin;
  /** `filter forward` */
  readonly block: string;
  readonly isDefault: boolean;
  /** How many expectations it has a say in. */
  readonly hits: number;
}

/** What tells a rule from others. */
export function keyOf({ source, start }: Span, isDefault: boolean): string {
  return `${source.path}:${start}${isDefault ? ' default' : ''}`;
}

/**
 * In the order of the blocks. The rules that the language implies, pools and classes of queues are left out: nobody's
 * expectations speak of them.
 */
export function coverageOf(policy: Policy, examined: readonly ExaminedExpectation[]): readonly CoveredRule[] {
  const hits = new Map<string, number>();
  for (const { outcomes } of examined) {
    const touched = new Set(
      outcomes.flatMap(({ spoke }) =>
        spoke.flatMap(({ origin, did }) => (origin ? [keyOf(origin.span, did.endsWith(' by default'))] : [])),
      ),
    );
    for (const key of touched) hits.set(key, (hits.get(key) ?? 0) + 1);
  }
  const rules = new Map<string, CoveredRule>();
  const add = (origin: Origin, block: string, isDefault: boolean): void => {
    const key = keyOf(origin.span, isDefault);
    if (!rules.has(key)) rules.set(key, { origin, block, isDefault, hits: hits.get(key) ?? 0 });
  };
  for (const { name, items, origin, hasDefault } of blocksOf(policy)) {
    for (const rule of rulesIn(items)) add(rule, name, false);
    if (hasDefault) add(origin, name, true);
  }
  return [...rules.values()];
}

interface Block {
  readonly name: string;
  readonly origin: Origin;
  readonly items: readonly RuleItem[];
  readonly hasDefault: boolean;
}

function blocksOf({ mitigate, raw, nat, filters, mangles, count, dispatch }: Policy): readonly Block[] {
  const named = (name: string, block: { readonly origin: Origin; readonly body: readonly RuleItem[] } | undefined) =>
    block ? [{ name, origin: block.origin, items: block.body, hasDefault: name.startsWith('filter ') }] : [];
  return [
    ...mitigate.flatMap((block) => named('mitigate', block)),
    ...named('raw', raw),
    ...named('nat', nat),
    ...Object.values(filters).flatMap((block) => named(`filter ${block.hook}`, block)),
    ...Object.values(mangles).flatMap((block) => named(`mangle ${block.hook}`, block)),
    ...named('count', count),
    ...named('dispatch', dispatch),
  ];
}

function rulesIn(items: readonly RuleItem[]): readonly Origin[] {
  return items.flatMap((item) => (item.kind === 'rule' ? [item.origin] : rulesIn(item.body)));
}
