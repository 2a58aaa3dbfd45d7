/**
 * A user chain that several built-in chains lead to means something else in each: packets on their way in have no outgoing
 * interface, those that the host sends no incoming one. Where that matters, each has a chain of its own.
 */
import { diagnostic, type Diagnostic } from '../../../../grammar/diagnostic.ts';
import type { DumpTable } from '../dump/dump.ts';
import { PROBLEMS } from '../problems.ts';
import type { ImportedRule } from '../rules.ts';
import { atHook } from './hook-meaning.ts';
import type { Rules } from './uses.ts';

/** The rules that packets can meet, in chains that mean one thing each. */
export function chainsAtHooks(table: DumpTable, rules: Rules, keepOpaque: boolean, findings: Diagnostic[]): Rules {
  return new ChainsAtHooks(table, rules, keepOpaque, findings).chains();
}

class ChainsAtHooks {
  readonly #table: DumpTable;
  readonly #rules: Rules;
  readonly #keepOpaque: boolean;
  readonly #findings: Diagnostic[];
  /** The name of a chain's copy for a hook. */
  readonly #names = new Map<string, string>();
  /** Of each chain, its copies: what is in them, and the name. */
  readonly #copies = new Map<string, Map<string, string>>();
  readonly #made = new Map<string, readonly ImportedRule[]>();
  readonly #told = new Set<string>();

  constructor(table: DumpTable, rules: Rules, keepOpaque: boolean, findings: Diagnostic[]) {
    this.#table = table;
    this.#rules = rules;
    this.#keepOpaque = keepOpaque;
    this.#findings = findings;
  }

  chains(): Rules {
    for (const { name, policy } of this.#table.chains) {
      if (policy !== undefined && this.#rules.has(name)) this.#nameOf(name, name);
    }
    return this.#made;
  }

  /** Makes the chain as packets of a hook meet it, unless there is one alike; gives its name. */
  #nameOf(chain: string, hook: string): string {
    const key = `${hook} ${chain}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    // A chain that leads to itself is told later.
    this.#names.set(key, chain);
    const texts: string[] = [];
    const rules = (this.#rules.get(chain) ?? []).flatMap((rule, at) => {
      const met = this.#atHook(rule, hook);
      if (met) texts.push(met === rule ? String(at) : `${at} ${JSON.stringify([met.terms, met.outcome])}`);
      return met ?? [];
    });
    const copies = this.#copies.get(chain) ?? new Map<string, string>();
    this.#copies.set(chain, copies);
    const text = texts.join('\n');
    const name = copies.get(text) ?? (copies.size === 0 ? chain : `${chain} at ${hook}`);
    copies.set(text, name);
    this.#names.set(key, name);
    this.#made.set(name, rules);
    return name;
  }

  #atHook(rule: ImportedRule, hook: string): ImportedRule | undefined {
    const { rule: met, opaque, unsayable } = atHook(rule, this.#table.name, hook);
    for (const what of unsayable) {
      const hint = 'Ask it in the table `filter`, or in another one that every packet meets.';
      this.#tell(rule, PROBLEMS.unsayable, `a policy cannot say exactly: ${what}`, hint);
    }
    for (const what of this.#keepOpaque ? [] : opaque) {
      const hint = "`--keep-opaque` keeps that part of the rule in nft's own words.";
      this.#tell(rule, PROBLEMS.opaque, `only nft can say ${what}`, hint);
    }
    if (!met || (met.outcome.kind !== 'jump' && met.outcome.kind !== 'goto')) return met;
    const chain = this.#nameOf(met.outcome.chain, hook);
    return chain === met.outcome.chain ? met : { ...met, outcome: { ...met.outcome, chain } };
  }

  #tell({ span }: ImportedRule, kind: (typeof PROBLEMS)['opaque'], message: string, hint: string): void {
    const key = `${span.start} ${message}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#findings.push(diagnostic(kind, span, message, { hint }));
  }
}
