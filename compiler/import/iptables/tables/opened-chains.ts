/**
 * Which jumps give way to the rules that they lead to. Generators that aggregate by hand write a chain for each network and
 * one for each host in it; the rules of all those chains are rows of one table, with what the jumps ask as columns.
 */
import { valuesOf } from '../dump/values.ts';
import type { DumpTable } from '../dump/dump.ts';
import type { FormKind, RuleForm } from './rule-forms.ts';

/** So many jumps of one shape in one chain are a hand-written aggregation. */
const MANY_JUMPS = 16;
/** A chain of which at least this part is opened jumps is one itself. */
const MOSTLY = 0.75;
/** A chain that jumps to itself is none of a kernel's. */
const DEEPEST = 64;

export class OpenedChains {
  readonly #table: DumpTable;
  readonly #forms: readonly RuleForm[];
  readonly #rules: readonly Uint32Array[];
  readonly #byName: ReadonlyMap<string, number>;
  readonly #plain = new Map<number, boolean>();
  /** Chains that several jumps lead to. */
  readonly #shared: ReadonlySet<number>;
  readonly #opened = new Map<number, ReadonlySet<number>>();

  constructor(table: DumpTable, forms: readonly RuleForm[]) {
    this.#table = table;
    this.#forms = forms;
    this.#byName = new Map(table.chains.map(({ name }, index) => [name, index]));
    this.#rules = rulesByChain(table);
    this.#shared = this.#findShared();
  }

  /** The rules of a chain, in order. */
  rulesOf(chain: number): Uint32Array {
    return this.#rules[chain]!;
  }

  /** The chain that a jump leads to, by its index. */
  targetOf(rule: number): number | undefined {
    const { rules } = this.#table;
    const at = this.#forms[rules.shape.at(rule)]!.roles.indexOf('chain');
    return at < 0 ? undefined : this.#byName.get(valuesOf(rules, rule)[at]!);
  }

  /** The jumps of a chain in whose stead the rules are asked that they lead to. */
  openedIn(chain: number, depth = 0): ReadonlySet<number> {
    const known = this.#opened.get(chain);
    if (known) return known;
    const opened = depth > DEEPEST ? new Set<number>() : this.#findOpened(chain, depth);
    this.#opened.set(chain, opened);
    return opened;
  }

  /** Leaves the jumps of a chain as they are. */
  close(chain: number): void {
    this.#opened.set(chain, new Set());
  }

  /** The chains that no opened jump leads to. */
  unopened(): number[] {
    const chains = this.#table.chains.map((_, chain) => chain);
    const targets = new Set(chains.flatMap((chain) => [...this.openedIn(chain)].map((rule) => this.targetOf(rule)!)));
    return chains.filter((chain) => !targets.has(chain));
  }

  #findOpened(chain: number, depth: number): Set<number> {
    const opened = new Set<number>();
    const { shape } = this.#table.rules;
    const jumps = new Map<number, number[]>();
    for (const rule of this.#rules[chain]!) {
      if (this.#kindOf(rule) !== 'opening') continue;
      const target = this.targetOf(rule);
      if (target === undefined || !this.#isPlain(target, 0)) continue;
      if (this.#shared.has(target) && !this.#isRepeatable(target)) continue;
      const alike = jumps.get(shape.at(rule));
      if (alike) alike.push(rule);
      else jumps.set(shape.at(rule), [rule]);
    }
    for (const alike of jumps.values()) {
      for (const rule of alike) {
        const target = this.targetOf(rule)!;
        if (alike.length >= MANY_JUMPS || this.#isMostlyOpened(target, depth + 1)) opened.add(rule);
      }
    }
    return opened;
  }

  #isMostlyOpened(chain: number, depth: number): boolean {
    const { length } = this.#rules[chain]!;
    return length > 0 && this.openedIn(chain, depth).size >= length * MOSTLY;
  }

  #findShared(): Set<number> {
    const [seen, shared] = [new Set<number>(), new Set<number>()];
    for (let rule = 0; rule < this.#table.rules.shape.length; rule++) {
      const target = this.targetOf(rule);
      if (target === undefined) continue;
      if (seen.has(target)) shared.add(target);
      seen.add(target);
    }
    return shared;
  }

  /** Whether the chain's rules can be asked at several places: what counts packets would count them apart. */
  #isRepeatable(chain: number): boolean {
    return this.#rules[chain]!.every((rule) => {
      const kind = this.#kindOf(rule);
      const target = this.targetOf(rule);
      return kind === 'row' || (kind === 'opening' && (target === undefined || this.#isRepeatable(target)));
    });
  }

  /** No way leads out of the chain but its end and its verdicts. */
  #isPlain(chain: number, depth: number): boolean {
    const known = this.#plain.get(chain);
    if (known !== undefined) return known;
    const isPlain =
      depth <= DEEPEST &&
      this.#table.chains[chain]!.policy === undefined &&
      this.#rules[chain]!.every((rule) => this.#staysInside(rule, depth));
    this.#plain.set(chain, isPlain);
    return isPlain;
  }

  #staysInside(rule: number, depth: number): boolean {
    const kind = this.#kindOf(rule);
    if (kind === 'leaving') return false;
    if (kind === 'row') return !this.#forms[this.#table.rules.shape.at(rule)]!.leaves;
    const target = this.targetOf(rule);
    return target === undefined || this.#isPlain(target, depth + 1);
  }

  #kindOf(rule: number): FormKind {
    return this.#forms[this.#table.rules.shape.at(rule)]!.kind;
  }
}

function rulesByChain({ chains, rules }: DumpTable): Uint32Array[] {
  const sizes = new Uint32Array(chains.length);
  for (let rule = 0; rule < rules.shape.length; rule++) sizes[rules.chain.at(rule)]!++;
  const lists = [...sizes].map((size) => new Uint32Array(size));
  const filled = new Uint32Array(chains.length);
  for (let rule = 0; rule < rules.shape.length; rule++) {
    const chain = rules.chain.at(rule);
    lists[chain]![filled[chain]!++] = rule;
  }
  return lists;
}
