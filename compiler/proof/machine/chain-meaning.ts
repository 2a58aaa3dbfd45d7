/** What rules that were read back do, as diagrams. */
import { ALL, NOTHING, type Diagram } from '../diagrams.ts';
import type { Machine, MachineChain, MachineRule, MachineSet, Read, Statement, Verdict } from './form.ts';
import type { Buckets } from './buckets.ts';
import type { Gates, Past } from './gates.ts';
import { KeptSets, type Known } from './kept-sets.ts';
import { groupsOf, LookedSets, numbersOf } from './looked-sets.ts';
import { ADDRESS_VALUES, MARK_VALUES, PORT_VALUES } from './lookups.ts';
import { markEvent } from './events.ts';
import { NO_MEANING, type Meaning, type Meanings } from './meaning.ts';
import { NotCompared } from './not-compared.ts';
import * as outcomes from './outcomes.ts';
import type { OwnWords } from './own-words.ts';
import { PacketReads } from './packet-reads.ts';
import { meaningOfNoted, type StatementReader } from './notes/searches.ts';
import { notesForgottenBy, type Match } from './notes/statements.ts';
import { chainsBehind, readsWhatItSets } from './reachable.ts';
import { Rings } from './rings.ts';
import type { StagePackets } from './stage-packets.ts';

type VerdictMap = Extract<Statement, { kind: 'verdict map' }>;

export class ChainMeaning {
  readonly #machine: Machine;
  readonly #meanings: Meanings;
  readonly #packets: StagePackets;
  readonly #looked: LookedSets;
  readonly #gates: Gates;
  readonly #buckets: Buckets;
  readonly #words: OwnWords;
  readonly #keptSets: KeptSets;
  readonly #rings: Rings;
  /** How searches are read that keep notes. */
  readonly #reader: StatementReader = {
    passing: (match, set) => {
      const passed = this.#match(match, set);
      return passed.steps.length === 0 ? passed.set : undefined;
    },
    mapped: (map, set) => this.#mapped(map, set),
    rules: (rules) => this.#meanings.sequence(rules.map((rule) => this.#rule(rule))),
    chain: (name) => this.#machine.chains.get(name)!.rules,
    ledTo: (rules) => chainsBehind(rules, this.#machine.sets),
  };
  /** Of chains that others jump to; undefined while one is worked out. */
  readonly #known = new Map<string, Meaning | undefined>();

  constructor(machine: Machine, meanings: Meanings, packets: StagePackets, gates: Gates, known: Known) {
    this.#machine = machine;
    this.#meanings = meanings;
    this.#packets = packets;
    const reads = new PacketReads(packets);
    this.#looked = new LookedSets(machine, packets, reads);
    this.#gates = gates;
    this.#buckets = known.buckets;
    this.#words = known.words;
    this.#rings = new Rings(machine, known.memories);
    this.#keptSets = new KeptSets(machine, meanings, reads, packets, gates, known);
  }

  /** What packets meet that enter by a base chain; without one, nothing. Throws NotCompared. */
  ofBase(chain: MachineChain | undefined): Meaning {
    const accepted = this.#meanings.decides(ALL, outcomes.ACCEPT);
    if (!chain?.entry) return accepted;
    const { devices, policy } = chain.entry;
    const comesBy = devices.length === 0 ? ALL : this.#packets.interfaces('in', devices);
    const rules = this.#meanings.called(this.#rules(chain.rules, (rule) => this.#counted(rule) ?? this.#rule(rule)));
    const byPolicy = this.#meanings.decides(ALL, policy === 'drop' ? outcomes.DROP : outcomes.ACCEPT);
    return this.#meanings.sequence([
      this.#meanings.within(comesBy, this.#meanings.sequence([rules, byPolicy])),
      accepted,
    ]);
  }

  /** Rules one after another; from the one on that forgets the notes of searches, as the list of what those find. */
  #rules(rules: readonly MachineRule[], meaningOf: (rule: MachineRule) => Meaning): Meaning {
    const at = rules.findIndex((rule) => notesForgottenBy(rule) !== undefined);
    const noted = at < 0 ? undefined : meaningOfNoted(rules.slice(at), this.#meanings, this.#reader);
    const followed = noted ? rules.slice(0, at) : rules;
    return this.#meanings.sequence([...followed.map(meaningOf), noted ?? NO_MEANING]);
  }

  /** A rule that counts the hits of a memory again, before others ask it: nothing that a packet would see. */
  #counted(rule: MachineRule): Meaning | undefined {
    const ring = this.#rings.countedBy(rule);
    if (!ring) return undefined;
    let set: Diagram = ALL;
    for (const statement of rule.statements.slice(0, -2)) {
      if (statement.kind !== 'match') return undefined;
      set = this.#match(statement, set).set;
    }
    this.#keptSets.counted(ring, set);
    return NO_MEANING;
  }

  #chain(name: string): Meaning {
    if (this.#known.has(name)) {
      const known = this.#known.get(name);
      if (!known) throw new NotCompared(`chain \`${name}\`, which leads to itself`);
      return known;
    }
    this.#known.set(name, undefined);
    const meaning = this.#rules(this.#machine.chains.get(name)!.rules, (rule) => this.#rule(rule));
    this.#known.set(name, meaning);
    return meaning;
  }

  #rule({ statements }: MachineRule): Meaning {
    if (readsWhatItSets(statements)) throw new NotCompared('a mark or DSCP that one rule sets and then reads');
    const steps: Meaning[] = [];
    let set: Diagram = ALL;
    for (const statement of statements) {
      const done = this.#statement(statement, set);
      steps.push(...done.steps);
      set = done.set;
      if (set === NOTHING) break;
    }
    return this.#meanings.steps(steps);
  }

  /** What a statement does to the packets that have got to it, and which of them go on to the next. */
  #statement(statement: Statement, set: Diagram): Past {
    switch (statement.kind) {
      case 'match':
        return this.#match(statement, set);
      case 'verdict':
        return { steps: [this.#verdict(statement.verdict, set)], set: NOTHING };
      case 'verdict map':
        return { steps: this.#verdictMap(statement, set), set: NOTHING };
      case 'reject':
        return { steps: this.#refusal(statement.refusal, set), set: NOTHING };
      case 'translate':
        return { steps: this.#translation(statement, set), set: NOTHING };
      case 'set mark by map':
      case 'set priority by map': {
        // What finds nothing breaks off the rule.
        const found = this.#looked.found(statement.key, this.#looked.set(statement.map));
        return { steps: this.#numberByMap(statement, set), set: this.#packets.diagrams.when(set, found) };
      }
      case 'limit':
        return this.#gates.asked(this.#buckets.ofObject(statement.limit), set);
      case 'opaque':
        return this.#ownWords(statement.text, set);
      case 'sample':
        return this.#gates.sampled(statement.below, statement.of, set);
      case 'update':
        return this.#keptSets.update(statement, set);
      default:
        return { steps: [this.#effect(statement, set)], set };
    }
  }

  #ownWords(text: string, set: Diagram): Past {
    if (this.#words.ask(text)) return this.#gates.askedInWords(text, set);
    return { steps: [this.#meanings.affects(set, outcomes.WORDS, text)], set };
  }

  #match({ key, negated, set: use }: Match, set: Diagram): Past {
    const { diagrams } = this.#packets;
    const isKept = typeof use === 'string' && this.#machine.sets.get(use)!.isDynamic;
    if (isKept) return this.#keptSets.match(key, use, negated, set);
    const looked = this.#looked.set(use);
    const found = this.#looked.found(key, looked);
    const readable = this.#looked.readable(key);
    const holds = diagrams.when(set, diagrams.when(readable, negated ? diagrams.not(found) : found));
    return { steps: negated ? [] : this.#attached(key, looked, set), set: holds };
  }

  /** What elements do that have statements of their own. */
  #attached(key: readonly Read[], looked: MachineSet, set: Diagram): Meaning[] {
    if (!looked.attachments) return [];
    const { indices, list } = looked.attachments;
    if (list.some(({ limit }) => limit)) throw new NotCompared('limits of elements');
    const { lookups } = this.#packets;
    const numbers = lookups.numbered(list.map(({ comment }) => outcomes.counterText(comment ?? '')));
    const texts = indices.map((index) => numbers[index]!);
    return this.#looked
      .values(key, looked, { stride: 1, lows: texts, highs: texts }, lookups.textValues, set)
      .map(({ where, text }) => {
        const { thing, what } = outcomes.rowCount(looked.name ?? '', text);
        return this.#meanings.affects(where, thing, what);
      });
  }

  #verdict(verdict: Verdict, set: Diagram): Meaning {
    const meanings = this.#meanings;
    switch (verdict.kind) {
      case 'accept':
        return meanings.decides(set, outcomes.ACCEPT);
      case 'drop':
        return meanings.decides(set, outcomes.DROP);
      case 'return':
        return meanings.returns(set);
      case 'continue':
        return NO_MEANING;
      case 'jump': {
        const ring = this.#rings.ofChain(verdict.chain);
        if (ring) return this.#keptSets.ring(ring, set);
        return meanings.within(set, meanings.called(this.#chain(verdict.chain)));
      }
      case 'goto':
        return meanings.within(set, meanings.entered(this.#chain(verdict.chain)));
    }
  }

  #verdictMap(map: VerdictMap, set: Diagram): Meaning[] {
    return this.#mapped(map, set).map(([verdict, where]) => this.#verdict(verdict, where));
  }

  /** Which packets of the set find which verdict. */
  #mapped({ key, map }: VerdictMap, set: Diagram): (readonly [Verdict, Diagram])[] {
    const looked = this.#looked.set(map);
    const { indices, list } = looked.verdicts!;
    const byVerdict = groupsOf(looked.count, (index) => indices[index]!);
    return [...byVerdict].map(([verdict, elements]) => [
      list[verdict]!,
      this.#packets.diagrams.when(set, this.#looked.found(key, looked, elements)),
    ]);
  }

  #refusal(refusal: Extract<Statement, { kind: 'reject' }>['refusal'], set: Diagram): Meaning[] {
    if (refusal.kind === 'tcp reset') return [this.#meanings.decides(set, outcomes.TCP_RESET)];
    const { diagrams, tests } = this.#packets;
    return ([4, 6] as const).map((family) => {
      const code = refusal.codes[family];
      const where = diagrams.when(tests.family(family), set);
      return code === undefined ? NO_MEANING : this.#meanings.decides(where, outcomes.unreachable(family, code));
    });
  }

  /** Packets of another family go on behind the rule. */
  #translation(statement: Extract<Statement, { kind: 'translate' }>, set: Diagram): Meaning[] {
    const { verb, family, to } = statement;
    const { diagrams, tests } = this.#packets;
    const where = family === undefined ? set : diagrams.when(tests.family(family), set);
    const decides = (own: Diagram, addresses: string, ports: string) =>
      this.#meanings.decides(own, outcomes.translationText(verb, addresses, ports, statement));
    if (to.kind === 'constant') {
      const [addresses, ports] = [to.addresses, to.ports].map((ends) => ends?.join('-') ?? outcomes.SAME);
      return [decides(where, addresses!, ports!)];
    }
    const looked = this.#looked.set(to.map);
    if (to.kind === 'prefix') {
      const networks = this.#looked.values(to.key, looked, numbersOf(looked.data[0]!), ADDRESS_VALUES, where);
      return networks.map((one) => decides(one.where, outcomes.networkText(one.text), outcomes.SAME));
    }
    const [addresses, ports] = looked.data.map((column, at) =>
      this.#looked.values(to.key, looked, numbersOf(column), at === 0 ? ADDRESS_VALUES : PORT_VALUES, where),
    );
    return addresses!.flatMap((address) =>
      ports
        ? ports.map((port) => decides(diagrams.when(address.where, port.where), address.text, port.text))
        : [decides(address.where, address.text, outcomes.SAME)],
    );
  }

  #numberByMap(
    statement: Extract<Statement, { kind: 'set mark by map' | 'set priority by map' }>,
    set: Diagram,
  ): Meaning[] {
    const looked = this.#looked.set(statement.map);
    const found = this.#looked.values(statement.key, looked, numbersOf(looked.data[0]!), MARK_VALUES, set);
    return found.map(({ where, text }) => {
      if (statement.kind === 'set priority by map') return this.#meanings.affects(where, outcomes.PRIORITY, text);
      return this.#meanings.affects(where, statement.of === 'packet' ? 'mark' : 'flow mark', outcomes.markTo(text));
    });
  }

  #effect(statement: Statement, set: Diagram): Meaning {
    const affects = (thing: string, what: string) => this.#meanings.affects(set, thing, what);
    switch (statement.kind) {
      case 'count':
        return affects(`counter ${statement.counter}`, 'counts');
      case 'log':
        return affects('log', outcomes.logText(statement.prefix, statement.level, statement.group));
      case 'set mark': {
        const { of, from, keep, value } = statement;
        if (from !== undefined && from !== of) throw new NotCompared("a flow's mark that is put on packets");
        // What belongs to no flow has no mark of one, and reading it breaks off the rule: the last thing that it does.
        return affects(of === 'packet' ? 'mark' : 'flow mark', markEvent(from === undefined ? 0 : keep, value));
      }
      case 'set priority':
        return affects(outcomes.PRIORITY, `${statement.value}`);
      case 'set dscp':
        return affects('dscp', `${statement.value}`);
      case 'notrack':
        return affects('tracking', 'none');
      case 'set label':
        return affects('label', 'turned back');
      default:
        throw new NotCompared(`a statement that is a \`${statement.kind}\``);
    }
  }
}
