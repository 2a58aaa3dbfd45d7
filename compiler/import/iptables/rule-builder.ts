/** What the matches and the target of one rule say, as it is gathered. */
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Span } from '../../../grammar/source.ts';
import type { Family, TableName } from './dump/dump.ts';
import type { WrittenLists } from './options.ts';
import { negatedTerm } from './chains/negate.ts';
import { PROBLEMS } from './problems.ts';
import { leavesChain, rulesOfStages, type CalledRule, type Effect, type Stage } from './rule-stages.ts';
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
  #isList = false;
  /** No packet meets the rule. */
  #isNever = false;
  /** The options of iptables that ask what the match at hand does. */
  question: () => string = () => '';
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

  /** A clause for which iptables makes a rule of each item: what counts packets would do so in each of them. */
  list(slot: Slot, items: readonly string[]): void {
    this.#isList = true;
    this.match(slot, items);
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
    if (this.#isList) this.refuse('a limit of each of several addresses', 'Write a rule for each address.');
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

  /**
   * A match that iptables alone has: its packets are marked there, where the rule's part stays behind, and the policy asks for
   * the mark. `hint` says what to do where that cannot be.
   */
  onlyIptables(what: string, hint: string): void {
    const { keepOpaque, table, handOver, family, chain, span } = this.place;
    const obstacle = !keepOpaque
      ? 'With `--keep-opaque`, it stays with iptables, which marks the packets for the policy.'
      : table !== 'filter' && table !== 'nat'
        ? `Iptables can mark packets for the tables \`filter\` and \`nat\` only, which come behind \`mangle\`.`
        : undefined;
    if (obstacle !== undefined) return this.refuse(what, `${hint} ${obstacle}`);
    const options = this.question();
    const bit = handOver.ask({ family, table, chain, span, what, options });
    if (bit === undefined) {
      return this.refuse(
        what,
        `${hint} Iptables could mark the packets, but the dump uses all bits of the mark: set masks.`,
      );
    }
    const mark = `0x${bit.toString(16)}`;
    this.comment(`iptables sets ${mark} where \`${options}\` holds`);
    this.match('mark', [`${mark}/${mark}`]);
  }

  unknown(what: string, hint = 'Look for a misspelt word, or express the rule without it.'): void {
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
    if (this.#before.length > 0 && leavesChain(this.#outcome)) {
      this.refuse('a way out of the chain behind a limit or list with further matches', 'Write the limit last.');
    }
    const { family, span, chain } = this.place;
    const comments = this.#comments;
    return rulesOfStages([...this.#before, this.#stage()], this.#outcome, { family, span, chain, comments });
  }
}

/** A text in the language's quotes. */
export function quoted(text: string): string {
  const escaped = text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
