/** What the matches and the target of one rule say, as it is gathered. */
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Span } from '../../../grammar/source.ts';
import type { Family, TableName } from './dump/dump.ts';
import type { WrittenLists } from './options.ts';
import { negatedTerm } from './chains/negate.ts';
import { PROBLEMS } from './problems.ts';
import { isGate, type ImportedRule, type Outcome, type Slot, type Term } from './rules.ts';

export interface RulePlace extends WrittenLists {
  readonly family: Family;
  readonly table: TableName;
  readonly chain: string;
  readonly span: Span;
  readonly keepOpaque: boolean;
}

export class RuleBuilder {
  readonly place: RulePlace;
  readonly findings: Diagnostic[] = [];
  /** What is asked and done before the matches at hand, in the order of the rule. */
  readonly #before: Stage[] = [];
  #unless: readonly (readonly Term[])[] = [];
  #terms: Term[] = [];
  #effects: Effect[] = [];
  readonly #comments: string[] = [];
  /** Lists of terms of which one must hold, each for a rule of its own. */
  #alternatives: readonly (readonly Term[])[] = [[]];
  #outcome: Outcome = { kind: 'none' };
  #isGated = false;
  /** No packet meets the rule. */
  #isNever = false;
  /** As `-p` names it; undefined: every protocol. */
  protocol: string | undefined;

  constructor(place: RulePlace) {
    this.place = place;
  }

  get family(): Family {
    return this.place.family;
  }

  /** A clause that must hold. */
  match(slot: Slot, items: readonly string[], negated = false): void {
    this.#keepOrder();
    this.#push({ slot, items, negated });
  }

  /** What stands before has counted packets that the matches to come may refuse: those are a rule behind it. */
  #keepOrder(): void {
    if (this.#isGated) this.#beginStage([]);
  }

  #beginStage(unless: readonly (readonly Term[])[]): void {
    this.#before.push(this.#stage());
    this.#unless = unless;
    this.#alternatives = [[]];
    this.#terms = [];
    this.#effects = [];
    this.#isGated = false;
  }

  #stage(): Stage {
    return { unless: this.#unless, alternatives: this.#alternatives, terms: this.#terms, effects: this.#effects };
  }

  /** Packets that meet all terms of one of the lists do not meet the rule. */
  unless(lists: readonly (readonly Term[])[]): void {
    this.#beginStage(lists);
  }

  /** A limit or a sample: asked last, of packets that meet all else. `shared` is the name of a limit's table. */
  gate(slot: Slot, text: string, shared?: string): void {
    this.#keepOrder();
    this.#push({ slot, items: [text], negated: false, ...(shared !== undefined && { shared }) });
  }

  /** A gate in nft's own words. */
  turn(nft: string, what: string): void {
    this.#needOpaque(what);
    // Each alternative becomes a line of nft, and each line would take turns of its own.
    if (this.#alternatives.length > 1 || this.#terms.some(({ slot }) => slot === 'where')) {
      this.refuse(`${what}, of those that meet one of several conditions`, 'Leave the alternatives out, or the turns.');
    }
    this.gate('opaque', nft);
  }

  #push(term: Term): void {
    this.#terms.push(term);
    this.#isGated ||= isGate(term);
  }

  /** A match that holds of no packet. */
  never(): void {
    this.#isNever = true;
  }

  /** From here on, matches would be asked of packets that something was done for already. */
  closeMatches(): void {
    this.#isGated = true;
  }

  /** Replaces the clause of the protocol by services, which hold it. */
  services(items: readonly string[]): void {
    this.#keepOrder();
    const at = this.#terms.findIndex(({ slot, negated }) => slot === 'service' && !negated);
    const term: Term = { slot: 'service', items, negated: false };
    if (at < 0) this.#push(term);
    else this.#terms[at] = term;
  }

  /** The one item of a slot's only clause; undefined where there is none such. */
  only(slot: Slot): string | undefined {
    const [term, ...others] = this.#terms.filter((one) => one.slot === slot);
    return term && others.length === 0 && !term.negated && term.items.length === 1 ? term.items[0] : undefined;
  }

  /** Whether only packets that belong to a flow meet the clauses so far. */
  get isOfFlows(): boolean {
    const all = [...this.#before.flatMap(({ terms }) => terms), ...this.#terms];
    return all.some(({ slot, items, negated }) => {
      return slot === 'state' && !negated && items.every((state) => state !== 'invalid' && state !== 'untracked');
    });
  }

  effect(text: string): void {
    this.#effects.push(text);
  }

  /** An effect of several rules, which are a chain that packets come back from. Equal names are one chain. */
  call(chain: string, rules: readonly CalledRule[]): void {
    this.#effects.push({ chain, rules });
  }

  comment(text: string): void {
    this.#comments.push(text);
  }

  decide(outcome: Outcome): void {
    this.#outcome = outcome;
  }

  /** A clause in nft's own words. */
  opaque(nft: string, what: string, negated = false): void {
    this.#needOpaque(what);
    this.match('opaque', [nft], negated);
  }

  /** The clause or the words of nft must hold: two rules that no packet meets both. */
  either(term: Term, nft: string, what: string): void {
    this.#needOpaque(what);
    this.anyOf([[term], [negatedTerm(term), { slot: 'opaque', items: [nft], negated: false }]]);
  }

  /** All terms of one of the lists must hold: a rule for each, and no packet may meet two of them. */
  anyOf(lists: readonly (readonly Term[])[]): void {
    this.#keepOrder();
    if (this.#alternatives.length > 1) this.#beginStage([]);
    this.#alternatives = lists;
  }

  /** The same, of rules in nft's own words. */
  opaqueCall(chain: string, rules: readonly CalledRule[], what: string): void {
    this.#needOpaque(what);
    this.call(chain, rules);
  }

  opaqueEffect(nft: string, what: string): void {
    this.#needOpaque(what);
    this.effect(`opaque nftables ${quoted(nft)}`);
  }

  #needOpaque(what: string): void {
    if (this.place.keepOpaque) return;
    const hint = "`--keep-opaque` keeps that part of the rule in nft's own words.";
    this.findings.push(diagnostic(PROBLEMS.opaque, this.place.span, `only nft can say ${what}`, { hint }));
  }

  /** Something that neither a policy nor nft can say. */
  refuse(what: string, hint: string): void {
    this.findings.push(
      diagnostic(PROBLEMS.unsayable, this.place.span, `a policy cannot say exactly: ${what}`, { hint }),
    );
  }

  /** A match that iptables alone has: its packets can be marked there, where the rule stays behind. */
  onlyIptables(what: string, match: string): void {
    const chain = ['INPUT', 'FORWARD'].includes(this.place.chain) ? this.place.chain : 'FORWARD';
    const mark = '0x80000000/0x80000000';
    this.refuse(
      what,
      `Leave it to iptables: keep \`-t mangle -A ${chain} ${match} … -j MARK --set-xmark ${mark}\` loaded there, and write ` +
        `\`-m mark --mark ${mark}\` in a copy of the dump instead (a bit that nothing else uses).`,
    );
  }

  unknown(what: string): void {
    const hint = 'Look for a misspelt word, or express the rule without it.';
    this.findings.push(diagnostic(PROBLEMS.unknownWord, this.place.span, what, { hint }));
  }

  unknownSet(name: string): void {
    const hint = 'Give what `ipset save` writes as one file more.';
    this.findings.push(
      diagnostic(PROBLEMS.unknownSet, this.place.span, `no file says what is in the set \`${name}\``, { hint }),
    );
  }

  /** A detail that does not change which packets pass. */
  leaveOut(what: string, hint: string): void {
    this.findings.push(diagnostic(PROBLEMS.leftOut, this.place.span, what, { hint }));
  }

  /** The rule, and those of chains that stand for what follows it in order; none: no packet ever meets it. */
  build(): ImportedRule[] {
    if (this.#isNever) return [];
    const stages = this.#stages();
    if (this.#before.length > 0 && this.#leavesChain()) {
      this.refuse('a way out of the chain behind a limit or list with further matches', 'Write the limit last.');
    }
    return stages.flatMap((stage, at) => this.#rulesOf(stage, at, stages));
  }

  #leavesChain(): boolean {
    return this.#outcome.kind === 'return' || this.#outcome.kind === 'goto';
  }

  #stages(): readonly Stage[] {
    const last = this.#stage();
    const { kind } = this.#outcome;
    const isJump = kind === 'jump' || kind === 'goto';
    const goesOn = isJump ? last.effects.length > 0 : last.effects.some((effect) => typeof effect !== 'string');
    return [...this.#before, last, ...(goesOn ? [NOTHING] : [])];
  }

  /** A stage that others follow leads to a chain that begins with what it does. */
  #rulesOf({ unless, alternatives, terms, effects }: Stage, at: number, stages: readonly Stage[]): ImportedRule[] {
    const { family, span, chain } = this.place;
    const chainOf = (stage: number): string => (stage === 0 ? chain : `${chain} then #${span.start}.${stage}`);
    const common = { family, span, chain: chainOf(at), comments: this.#comments };
    const back = unless.map((some) => ({ ...common, terms: some, effects: [], outcome: { kind: 'return' } as const }));
    const asked = alternatives.map((some) => [...some, ...terms]);
    if (at === stages.length - 1) {
      if (stages[at] === NOTHING && this.#outcome.kind === 'none') return [];
      const decided = { ...common, effects: effects.filter((effect) => typeof effect === 'string') };
      return [...back, ...asked.map((all) => ({ ...decided, terms: all, outcome: this.#outcome }))];
    }
    const done = this.#done(effects, chainOf(at + 1));
    const [only, ...others] = effects;
    const isOnlyCall = typeof only === 'object' && others.length === 0 && stages[at + 1] === NOTHING;
    const next = isOnlyCall && this.#outcome.kind === 'none' ? only.chain : chainOf(at + 1);
    const kind = this.#leavesChain() ? 'goto' : 'jump';
    return [
      ...back,
      ...asked.map((all) => ({ ...common, terms: all, effects: [], outcome: { kind, chain: next } as const })),
      ...done.filter((rule) => next === chainOf(at + 1) || rule.chain === next),
    ];
  }

  /** What effects do, as rules of a chain and of those that it calls. */
  #done(effects: readonly Effect[], chain: string): ImportedRule[] {
    const { family, span } = this.place;
    const common = { family, span, comments: [] };
    const rules: ImportedRule[] = [];
    for (const effect of effects) {
      const last = rules.at(-1);
      if (typeof effect === 'object') {
        rules.push({ ...common, chain, terms: [], effects: [], outcome: { kind: 'jump', chain: effect.chain } });
        rules.push(...effect.rules.map((rule) => ({ ...common, ...rule, chain: effect.chain })));
      } else if (last?.chain === chain && last.outcome.kind === 'none') {
        rules[rules.length - 1] = { ...last, effects: [...last.effects, effect] };
      } else rules.push({ ...common, chain, terms: [], effects: [effect], outcome: { kind: 'none' } });
    }
    return rules;
  }
}

/** Matches of a rule up to the first that counts packets, and what it does with those that meet them. */
interface Stage {
  /** Who meets one of these lists meets nothing of the stage, or of those behind it. */
  readonly unless: readonly (readonly Term[])[];
  readonly alternatives: readonly (readonly Term[])[];
  readonly terms: readonly Term[];
  readonly effects: readonly Effect[];
}

const NOTHING: Stage = { unless: [], alternatives: [[]], terms: [], effects: [] };

type Effect = string | { readonly chain: string; readonly rules: readonly CalledRule[] };

/** A rule of a chain that an effect calls. */
export interface CalledRule {
  readonly terms: readonly Term[];
  readonly effects: readonly string[];
  readonly outcome: { readonly kind: 'return' | 'none' };
}

/** A text in the language's quotes. */
export function quoted(text: string): string {
  const escaped = text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
