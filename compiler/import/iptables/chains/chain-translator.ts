/**
 * Chains as lists of rules. A user chain becomes a group, a jump its use, RETURN `leave`. A jump under conditions, which
 * `use` has not, becomes the chain's rules with those conditions, or a group that whoever does not meet them leaves first.
 */
import { diagnostic, type Diagnostic } from '../../../../grammar/diagnostic.ts';
import type { Span } from '../../../../grammar/source.ts';
import { packetsOf, type DumpTable, type Family } from '../dump/dump.ts';
import type { Item, Lists, RuleItem } from '../items.ts';
import { PROBLEMS } from '../problems.ts';
import { isGate, type ImportedRule, type Term } from '../rules.ts';
import { ChainFacts, DEEPEST } from './chain-facts.ts';
import { conjoin } from './conjoin.ts';
import { canLeave, negatedTerm } from './negate.ts';
import { withPositiveFlags } from './positive-flags.ts';
import type { TableMeaning } from './table-meaning.ts';
import { withGuardsInside } from './guards.ts';

/** A chain of so many rules is written out where several jumps under conditions lead to it. */
const SHORT = 4;
/** … and where one does. */
const LONG = 200;

export class ChainTranslator {
  readonly findings: Diagnostic[] = [];
  readonly #family: Family;
  readonly #meaning: TableMeaning;
  readonly #facts: ChainFacts;
  readonly #table: DumpTable;
  readonly #groups = new Map<string, Item[]>();
  /** Groups that are a chain's behind conditions, and the chain. */
  readonly #guards = new Map<string, string>();

  constructor(table: DumpTable, rules: ReadonlyMap<string, readonly ImportedRule[]>, meaning: TableMeaning) {
    this.#table = table;
    this.#family = table.family;
    this.#facts = new ChainFacts(rules, meaning.hasVerdicts);
    this.#meaning = meaning;
  }

  translate(): Lists {
    const builtIn = this.#table.chains.filter(({ policy }) => policy !== undefined);
    const blocks = new Map<string, Item[]>();
    const policies = new Map<string, string>();
    for (const { name, policy, span } of builtIn) {
      const verdict = policy === 'DROP' ? 'drop' : 'allow';
      // No other block has a default: there, the policy is one rule more.
      policies.set(name, this.#table.name === 'filter' ? verdict : 'allow');
      const isSaid = this.#table.name !== 'nat' && Object.hasOwn(this.#meaning.blocks, name);
      if (verdict === 'drop' && !isSaid) {
        const what = `a policy of DROP in the table \`${this.#table.name}\``;
        this.#refuse(span, what, 'Refuse packets in the table `filter`.');
      }
      blocks.set(name, this.#block(name, verdict, span));
    }
    return withGuardsInside({ blocks, groups: this.#groups, policies }, this.#guards);
  }

  #block(name: string, policy: 'allow' | 'drop', span: Span): Item[] {
    const { hasVerdicts } = this.#meaning;
    const refuses = hasVerdicts ? 'drop' : 'do';
    const ends = policy === 'drop' ? refuses : hasVerdicts ? 'allow' : 'leave';
    const items = this.#items(name, [], { returns: ends, accepts: hasVerdicts ? 'allow' : 'leave', depth: 0 });
    if (policy === 'drop' && this.#table.name !== 'filter') items.push(this.#forAll(refuses, span));
    const leaves = items.some((item) => item.kind === 'rule' && item.action === 'leave');
    const alone = this.#table.name === 'nat' ? this.#effectAlone(items) : undefined;
    if (alone && !this.#facts.has(name, ['translate'])) {
      const hint = 'Do it in the table `mangle`, which every packet meets.';
      this.#refuse(alone, `what \`${name}\` of the table \`nat\` does, where it translates nothing`, hint);
    }
    // In `nat`, a group's translations say on which of two walks its effects happen.
    if (!leaves && !alone) return items;
    this.#groups.set(name, items);
    return [{ kind: 'use', families: [this.#family], group: name }];
  }

  /** The first rule that does something and decides nothing, in groups that are used too. */
  #effectAlone(items: readonly Item[]): Span | undefined {
    for (const item of items) {
      const found =
        item.kind === 'use'
          ? this.#effectAlone(this.#groups.get(item.group) ?? [])
          : item.action === '' || item.action === 'do'
            ? item.spans[0]
            : undefined;
      if (found) return found;
    }
    return undefined;
  }

  #items(chain: string, guard: readonly Term[], way: Way): Item[] {
    return this.#facts.rulesOf(chain).flatMap((rule) => this.#rule(rule, chain, guard, way));
  }

  #rule(rule: ImportedRule, chain: string, guard: readonly Term[], way: Way): Item[] {
    const { outcome } = rule;
    const terms = conjoin(guard, rule.terms);
    if (!terms) return [];
    if (outcome.kind === 'jump' || outcome.kind === 'goto') {
      return this.#jump({ rule, terms, target: outcome.chain, isGoto: outcome.kind === 'goto' }, chain, way);
    }
    const action = this.#actionOf(rule, way);
    if (action === '' && rule.effects.length === 0) return [];
    return [this.#item(rule, terms, action)];
  }

  #actionOf({ outcome, span }: ImportedRule, way: Way): string {
    switch (outcome.kind) {
      case 'accept':
        if (way.accepts !== undefined) return way.accepts;
        this.#refuse(
          span,
          'ACCEPT in a chain that others return from, in a table without verdicts',
          'Put the rule into the built-in chain.',
        );
        return '';
      case 'return':
        return way.returns;
      case 'drop':
        if (this.#meaning.hasVerdicts) return 'drop';
        return 'do';
      case 'reject':
        return outcome.reason === undefined ? 'reject' : `reject with ${outcome.reason}`;
      case 'translate':
        return outcome.action;
      default:
        return '';
    }
  }

  #item(rule: ImportedRule, all: readonly Term[], action: string): RuleItem {
    const terms = action === 'leave' ? withPositiveFlags(all) : all;
    const behind = rule.outcome.kind === 'translate' ? rule.outcome.behind : '';
    const { effects, comments, span, rows } = rule;
    const packets = rule.packets ?? packetsOf(span);
    const item = { action, terms, behind, effects, comments, spans: [span], packets, ...(rows && { rows }) };
    return { kind: 'rule', families: [this.#family], ...item };
  }

  #jump(jump: Jump, from: string, way: Way): Item[] {
    const { rule, terms, target, isGoto } = jump;
    if (way.depth > DEEPEST) {
      this.#refuse(rule.span, `a chain that jumps to itself: \`${target}\``, 'Break the circle.');
      return [];
    }
    const inner = { ...way, depth: way.depth + 1 };
    const back = isGoto
      ? [
          this.#item(
            { ...rule, effects: [] },
            terms.filter((term) => !isGate(term)),
            way.returns,
          ),
        ]
      : [];
    if (isGoto) this.#checkGoto(jump);
    if (this.#facts.isEmpty(target)) return isGoto ? [this.#item(rule, terms, way.returns)] : [];
    if (!this.#meaning.hasVerdicts && this.#facts.has(target, ['accept'])) {
      // Nothing but the block's own group ends the way there.
      if (!this.#facts.isPlain(target) || (terms.some(isGate) && !this.#facts.isBare(target))) {
        this.#refuse(
          rule.span,
          'ACCEPT in a chain that others return from, in a table without verdicts',
          'Put it into the built-in chain.',
        );
      }
      return [...this.#items(target, terms, inner), ...back];
    }
    if (terms.length === 0 && !this.#isShared(target)) {
      this.#group(target, way);
      return [{ kind: 'use', families: [this.#family], group: target }, ...back];
    }
    if (terms.length === 0 || this.#isSpelledOut(target, terms)) return [...this.#items(target, terms, inner), ...back];
    if (isGoto && terms.some(isGate)) {
      this.#refuse(rule.span, 'a goto behind a limit', 'Jump instead, and end the chain with a verdict.');
    }
    if (terms.every(canLeave)) return [this.#guarded(target, from, terms, way), ...back];
    const plain = terms.filter((term) => !isGate(term));
    const kept = plain.filter((term) => !canLeave(term) || !this.#facts.changes(target, [term]));
    const left = plain.filter((term) => !kept.includes(term));
    if (!this.#facts.changes(target, kept)) {
      return [this.#apart(target, from, { left, kept, gates: terms.filter(isGate) }, inner), ...back];
    }
    this.#refuse(
      rule.span,
      `a jump to \`${target}\` under conditions that its rules change`,
      'Put the condition of the jump into a chain of its own.',
    );
    return [];
  }

  /** Who comes back from a goto is asked for its conditions once more. */
  #checkGoto({ rule, terms, target }: Jump): void {
    if (this.#facts.endsAll(target) || !this.#facts.changes(target, terms)) return;
    const hint = 'Jump instead, and end the chain with a verdict.';
    this.#refuse(rule.span, `a goto to \`${target}\` under conditions that its rules change`, hint);
  }

  /** A chain that is only a verdict with its log reads better where it is used. */
  #isShared(target: string): boolean {
    return this.#facts.isPlain(target) && this.#facts.size(target) <= 2;
  }

  /** Whether the chain's rules can stand, under the terms, where the jump stands. */
  #isSpelledOut(target: string, terms: readonly Term[]): boolean {
    if (terms.some(isGate)) return this.#facts.isBare(target);
    if (!this.#facts.isPlain(target) || this.#facts.changes(target, terms)) return false;
    return this.#facts.size(target) <= (this.#facts.jumpsTo(target) > 1 ? SHORT : LONG);
  }

  #group(chain: string, way: Way): void {
    if (this.#groups.has(chain)) return;
    this.#groups.set(chain, []);
    const inner = {
      ...way,
      depth: way.depth + 1,
      returns: 'leave',
      accepts: way.accepts === 'leave' ? undefined : way.accepts,
    };
    this.#groups.set(chain, this.#items(chain, [], inner));
  }

  /**
   * A group of the chain's rules, each with the terms that are kept; who does not meet the others leaves first. A gate is
   * asked of those that meet all else, and who only does not meet the kept terms meets none of the rules.
   */
  #apart(target: string, from: string, { left, kept, gates }: Split, way: Way): Item {
    const key = this.#keyFor(target, from);
    this.#groups.set(key, []);
    const accepts = way.accepts === 'leave' ? undefined : way.accepts;
    const items = this.#items(target, kept, { ...way, returns: 'leave', accepts });
    const leaving = [...left.map((term) => [negatedTerm(term)]), ...gates.map((gate) => [...kept, negatedTerm(gate)])];
    this.#groups.set(key, [...leaving.map((terms) => this.#leaving(terms)), ...items]);
    return { kind: 'use', families: [this.#family], group: key };
  }

  #keyFor(target: string, from: string): string {
    let key = `${target} from ${from}`;
    for (let number = 2; this.#groups.has(key); number++) key = `${target} from ${from} ${number}`;
    return key;
  }

  /** A group that uses the chain's, and that whoever does not meet the terms leaves first. */
  #guarded(target: string, from: string, terms: readonly Term[], way: Way): Item {
    this.#group(target, way);
    const families = [this.#family];
    const leaving = terms.map((term) => this.#leaving([negatedTerm(term)]));
    const key = this.#keyFor(target, from);
    this.#groups.set(key, [...leaving, { kind: 'use', families, group: target }]);
    this.#guards.set(key, target);
    return { kind: 'use', families, group: key };
  }

  #forAll(action: string, span: Span): RuleItem {
    const nothing = { terms: [], behind: '', effects: [], comments: [], packets: 0 };
    return { kind: 'rule', families: [this.#family], action, spans: [span], ...nothing };
  }

  #leaving(terms: readonly Term[]): RuleItem {
    const nothing = { behind: '', effects: [], comments: [], spans: [], packets: 0 };
    return { kind: 'rule', families: [this.#family], action: 'leave', terms, ...nothing };
  }

  #refuse(span: ImportedRule['span'], message: string, hint: string): void {
    this.findings.push(diagnostic(PROBLEMS.unsayable, span, `a policy cannot say exactly: ${message}`, { hint }));
  }
}

interface Split {
  readonly left: readonly Term[];
  readonly kept: readonly Term[];
  readonly gates: readonly Term[];
}

interface Way {
  /** What RETURN is here. */
  readonly returns: string;
  /** What ACCEPT is here; undefined: nothing can say it. */
  readonly accepts: string | undefined;
  readonly depth: number;
}

interface Jump {
  readonly rule: ImportedRule;
  readonly terms: readonly Term[];
  readonly target: string;
  readonly isGoto: boolean;
}
