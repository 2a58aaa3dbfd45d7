/** `--keep-counters`: a counter of its own for each rule, as one effect more. */
import { jhash } from '../net/jhash.ts';
import type { GatedEffect, Origin, Policy, Rule, RuleBlock, RuleItem } from '../model/index.ts';

/** Longest name of a counter, short enough for every plane. */
const LONGEST_NAME = 96;

/**
 * The policy with a counter of its own for each rule that does anything but count: it counts the packets that the rule is
 * carried out for, before whatever else it does. Being an effect like any other, no pass may lose, double or share it, and
 * the proof compares it. Rules of `count` count already, and rules of `dispatch` can have no effects.
 */
export function withRuleCounters(policy: Policy): Policy {
  const counters = new RuleCounters(policy);
  const filter = (block: Policy['filters']['input']) =>
    block && { ...counters.block(block), essential: counters.items(block.essential) };
  const mangle = (block: Policy['mangles']['input']) => block && counters.block(block);
  const { input, forward, output } = policy.filters;
  const { mangles } = policy;
  return {
    ...policy,
    mitigate: policy.mitigate.map((block) => counters.block(block)),
    raw: policy.raw && counters.block(policy.raw),
    nat: policy.nat && counters.block(policy.nat),
    filters: present({ input: filter(input), forward: filter(forward), output: filter(output) }),
    mangles: present({
      prerouting: mangle(mangles.prerouting),
      input: mangle(mangles.input),
      forward: mangle(mangles.forward),
      output: mangle(mangles.output),
      postrouting: mangle(mangles.postrouting),
    }),
    ruleCounters: counters.origins,
  };
}

/** Without what is undefined. */
function present<Blocks extends object>(blocks: { readonly [Key in keyof Blocks]: Blocks[Key] | undefined }): Blocks {
  return Object.fromEntries(Object.entries(blocks).filter(([, block]) => block !== undefined)) as Blocks;
}

class RuleCounters {
  /** The rules by the names of their counters. */
  readonly origins = new Map<string, Origin>();
  readonly #taken: Set<string>;
  /** Lists that were gone through: those that uses of a group share stay shared. */
  readonly #counted = new Map<readonly RuleItem[], readonly RuleItem[]>();

  constructor(policy: Policy) {
    this.#taken = new Set(namesInUse(policy).map(plainName));
  }

  block<Block extends RuleBlock>(block: Block): Block {
    return { ...block, body: this.items(block.body) };
  }

  items(items: readonly RuleItem[]): readonly RuleItem[] {
    const known = this.#counted.get(items);
    if (known) return known;
    const counted = items.map((item) =>
      item.kind === 'rule' ? this.#rule(item) : { ...item, body: this.items(item.body) },
    );
    this.#counted.set(items, counted);
    return counted;
  }

  #rule(rule: Rule): Rule {
    if (onlyCounts(rule)) return rule;
    const name = this.#nameFor(rule.origin);
    const own: GatedEffect = {
      effect: { kind: 'count', counter: { kind: 'named', name } },
      condition: { kind: 'all', of: [] },
      gates: [],
      span: rule.origin.span,
    };
    return { ...rule, effects: [own, ...rule.effects] };
  }

  /** A name that no other counter has, as the planes see names. */
  #nameFor(origin: Origin): string {
    const wanted = plainName(origin.name);
    let name = wanted;
    for (let number = 2; this.#taken.has(name); number++) name = `${wanted}_${number}`;
    this.#taken.add(name);
    this.origins.set(name, origin);
    return name;
  }
}

function onlyCounts({ verdict, translation, socket, effects }: Rule): boolean {
  const decides = verdict !== undefined || translation !== undefined || socket !== undefined;
  return !decides && effects.every(({ effect }) => effect.kind === 'count');
}

/** What may stand in a name on every plane: letters, digits and underscores. */
export function plainName(text: string): string {
  const name = text.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
  if (name.length <= LONGEST_NAME) return name;
  const hash = jhash(new TextEncoder().encode(text), 0).toString(16).padStart(8, '0');
  return `${name.slice(0, LONGEST_NAME - hash.length - 1)}_${hash}`;
}

/** The counters that the policy has itself. */
export function namesInUse(policy: Policy): string[] {
  return ruleBlocksOf(policy).flatMap((items) => countersIn(items));
}

/** The rules of each block that has any. */
export function ruleBlocksOf(policy: Policy): readonly (readonly RuleItem[])[] {
  const filters = Object.values(policy.filters);
  const blocks = [
    ...policy.mitigate,
    policy.raw,
    policy.nat,
    ...Object.values(policy.mangles),
    ...filters,
    policy.count,
    policy.dispatch,
  ];
  return [...blocks.flatMap((block) => (block ? [block.body] : [])), ...filters.map(({ essential }) => essential)];
}

function countersIn(items: readonly RuleItem[]): string[] {
  return items.flatMap((item) => {
    if (item.kind !== 'rule') return countersIn(item.body);
    return item.effects.flatMap(({ effect }) => {
      if (effect.kind !== 'count' || effect.counter.kind !== 'named') return [];
      const { name, direction } = effect.counter;
      return [direction === undefined ? name : `${name}_${direction}`];
    });
  });
}
