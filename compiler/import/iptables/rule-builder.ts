/** What the matches and the target of one rule say, as it is gathered. */
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Span } from '../../../grammar/source.ts';
import type { Family, TableName } from './dump/dump.ts';
import type { Memories } from './memories.ts';
import { negatedTerm } from './chains/negate.ts';
import { PROBLEMS } from './problems.ts';
import { isGate, type ImportedRule, type Outcome, type Slot, type Term } from './rules.ts';

export interface RulePlace {
  readonly family: Family;
  readonly table: TableName;
  readonly chain: string;
  readonly span: Span;
  readonly memories: Memories;
  readonly keepOpaque: boolean;
}

export class RuleBuilder {
  readonly place: RulePlace;
  readonly findings: Diagnostic[] = [];
  readonly #terms: Term[] = [];
  readonly #effects: string[] = [];
  readonly #comments: string[] = [];
  /** Terms of which some must hold, each for a rule of its own. */
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
    this.#checkOrder();
    this.#push({ slot, items, negated });
  }

  #checkOrder(): void {
    if (!this.#isGated) return;
    this.refuse(
      'a limit or list that counts packets which later matches of the rule refuse',
      'Write it behind all other matches of the rule.',
    );
  }

  /** A limit or a sample: asked last, of packets that meet all else. `shared` is the name of a limit's table. */
  gate(slot: Slot, text: string, shared?: string): void {
    if (this.#isGated) this.refuse('two limits in one rule', 'Put one of them into a chain of its own.');
    this.#push({ slot, items: [text], negated: false, ...(shared !== undefined && { shared }) });
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
    this.#checkOrder();
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

  effect(text: string): void {
    this.#effects.push(text);
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
    this.#checkOrder();
    if (this.#alternatives.length > 1) return this.refuse('two alternatives in one rule', 'Make it two rules.');
    this.#alternatives = [[term], [negatedTerm(term), { slot: 'opaque', items: [nft], negated: false }]];
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

  unknown(what: string): void {
    const hint = 'Look for a misspelt word, or express the rule without it.';
    this.findings.push(diagnostic(PROBLEMS.unknownWord, this.place.span, what, { hint }));
  }

  /** A detail that does not change which packets pass. */
  leaveOut(what: string, hint: string): void {
    this.findings.push(diagnostic(PROBLEMS.leftOut, this.place.span, what, { hint }));
  }

  /** No two of the rules are met by one packet; none: no packet ever meets the rule. */
  build(): ImportedRule[] {
    if (this.#isNever) return [];
    return this.#alternatives.map((terms) => ({
      family: this.family,
      terms: [...terms, ...this.#terms],
      effects: this.#effects,
      outcome: this.#outcome,
      comments: this.#comments,
      span: this.place.span,
    }));
  }
}

/** A text in the language's quotes. */
export function quoted(text: string): string {
  const escaped = text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
