/** What a stage of a Program does, as diagrams: the rules as the language has them, and nothing of how they are planned. */
import {
  isAtArrival,
  type Family,
  type ProgramEach,
  type ProgramItem,
  type ProgramRule,
  type Stage,
} from '../../4-program/program.ts';
import { ALL, NOTHING, type Diagram } from '../diagrams.ts';
import { asksCell, conjunction, type Rows } from './atoms.ts';
import { Decisions } from './decisions.ts';
import { FoundRows } from './found-rows.ts';
import type { Gates, Past } from './gates.ts';
import { mayAskRulesInTurn, rowKeyOf, rowsWithKey, type KeyedRule } from './row-keys.ts';
import { addressSetOf, isKeyOfAddresses } from './row-sets.ts';
import { haveKey, looksIntoMemory } from './memories.ts';
import { NO_MEANING, type Meaning, type Meanings } from './meaning.ts';
import { NotCompared } from './not-compared.ts';
import * as outcomes from './outcomes.ts';
import type { NamedBy } from './spoken.ts';
import type { StagePackets } from './stage-packets.ts';

const [NEW, RELATED, INVALID] = [0, 2, 3];
/** Of the flags that begin and end a flow, those of one that begins. */
const HANDSHAKE = { mask: 0x17, value: 0x02 };
/** More rows than this are taken together only where one set says what they are. */
const MOST_ROWS = 20_000;

const NO_ROWS: Rows = new Map();

/**
 * What stages of one kind do, one behind the other: several of `mitigate`, or one of any other; or none. `namedBy`: what is decided may
 * be named by who decides it.
 */
export function meaningOfStages(
  stages: readonly Stage[],
  meanings: Meanings,
  packets: StagePackets,
  gates: Gates,
  namedBy: NamedBy = (_, done) => done,
): Meaning {
  const each = stages.map((stage) => new StageMeaning(meanings, packets, gates, stage, namedBy));
  return meanings.sequence([
    ...each.map((stage) => stage.rules()),
    ...each.map((stage) => stage.default()),
    meanings.decides(ALL, outcomes.ACCEPT),
  ]);
}

class StageMeaning {
  readonly #meanings: Meanings;
  readonly #packets: StagePackets;
  readonly #gates: Gates;
  readonly #decisions: Decisions;
  readonly #stage: Stage;
  readonly #namedBy: NamedBy;
  /** What lists mean that several uses of a group share, for `each packet` rules and for all others. */
  readonly #known = [new Map<readonly ProgramItem[], Meaning>(), new Map<readonly ProgramItem[], Meaning>()] as const;

  constructor(meanings: Meanings, packets: StagePackets, gates: Gates, stage: Stage, namedBy: NamedBy) {
    this.#meanings = meanings;
    this.#packets = packets;
    this.#gates = gates;
    this.#decisions = new Decisions(meanings, packets);
    this.#stage = stage;
    this.#namedBy = namedBy;
  }

  /** What the rules do to the packets that the stage is about. Throws NotCompared. */
  rules(): Meaning {
    const { implied, items, stateful } = this.#stage;
    const all = [...implied, ...items];
    const asked = this.#meanings.sequence([
      this.#items(all, true, NO_ROWS),
      ...(stateful ? [this.#flows(stateful)] : []),
      this.#items(all, false, NO_ROWS),
    ]);
    return this.#meanings.within(this.#inside(), this.#meanings.called(asked));
  }

  /** What packets meet that the stage is about, and that no rule decided about. */
  default(): Meaning {
    const { default: verdict, origin } = this.#stage;
    if (verdict === undefined) return NO_MEANING;
    return this.#namedBy({ kind: 'default', origin, verdict }, this.#decisions.verdict(verdict, this.#inside()));
  }

  /** The packets that the stage is about. */
  #inside(): Diagram {
    const { id, zones } = this.#stage;
    const { diagrams, point } = this.#packets;
    // What this host sends to itself was not received from anywhere, and never enters a filter.
    if (isAtArrival(id)) return zones ? this.#packets.zoneIn('in', zones) : this.#packets.anyZone('in');
    const isFilter = id.startsWith('filter ') && id !== 'filter forward';
    const isReceived = id === 'raw' || id === 'mangle prerouting';
    if (!isFilter && (!isReceived || point.sent)) return ALL;
    return diagrams.not(point.sent ? this.#packets.toItself() : this.#packets.loopback('in'));
  }

  /** A packet of a flow that was let through passes, and what belongs to none, or begins one in its middle, does not. */
  #flows({ invalid, pickup }: NonNullable<Stage['stateful']>): Meaning {
    const packets = this.#packets;
    const { diagrams, tests } = packets;
    const passes = diagrams.orElse(packets.confirmed(), packets.isState(RELATED!));
    const begins = tests.numberMasked('tcp flags', HANDSHAKE.value, HANDSHAKE.mask);
    const inItsMiddle = diagrams.when(packets.isState(NEW!), diagrams.unless(begins, tests.present('tcp flags')));
    const drops = invalid === 'drop' ? [packets.isState(INVALID!), ...(pickup ? [] : [inItsMiddle])] : [];
    const { origin } = this.#stage;
    return this.#meanings.sequence([
      this.#namedBy({ kind: 'its flow', origin }, this.#meanings.decides(passes, outcomes.ACCEPT)),
      ...drops.map((set) => this.#namedBy({ kind: 'invalid', origin }, this.#meanings.decides(set, outcomes.DROP))),
    ]);
  }

  #items(items: readonly ProgramItem[], eachPacket: boolean, rows: Rows): Meaning {
    return this.#meanings.sequence(items.map((item) => this.#item(item, eachPacket, rows)));
  }

  #item(item: ProgramItem, eachPacket: boolean, rows: Rows): Meaning {
    switch (item.kind) {
      case 'rule':
        return item.eachPacket === eachPacket && !this.#isOfOtherWay(item) ? this.#rule(item, rows) : NO_MEANING;
      case 'scope':
        return this.#group(item.items, eachPacket, rows);
      case 'each':
        return this.#each(item, eachPacket, rows);
    }
  }

  #group(items: readonly ProgramItem[], eachPacket: boolean, rows: Rows): Meaning {
    if (rows !== NO_ROWS) return this.#meanings.called(this.#items(items, eachPacket, rows));
    const known = this.#known[eachPacket ? 1 : 0];
    let meaning = known.get(items);
    if (!meaning) known.set(items, (meaning = this.#meanings.called(this.#items(items, eachPacket, rows))));
    return meaning;
  }

  /** What this host sends comes in by no interface, so such a rule never holds for it; nor does a NAT of the other kind. */
  #isOfOtherWay({ decision }: ProgramRule): boolean {
    if (decision?.kind !== 'translation') return false;
    const isOfSource = decision.translation.kind === 'snat' || decision.translation.kind === 'masquerade';
    return isOfSource !== (this.#stage.id === 'source nat');
  }

  #each(each: ProgramEach, eachPacket: boolean, outer: Rows): Meaning {
    const { row: variable, items } = each;
    const rows = each.rows ?? Uint32Array.from({ length: variable.table.rowCount }, (_, index) => index);
    const rules = items.filter((item) => item.kind !== 'rule' || item.eachPacket === eachPacket);
    const [only] = rules;
    if (rules.length === 0) return NO_MEANING;
    const isLarge = rows.length > this.#packets.lookups.large;
    const byKeys = isLarge ? this.#byKeys(rules, each, rows, outer) : undefined;
    if (byKeys) return byKeys;
    if (rules.every((rule) => rule.kind === 'rule' && isKeyOfAddresses(rule, variable, rules.length > 1))) {
      return this.#meanings.sequence(rules.map((rule) => this.#ruleOfRows(rule as ProgramRule, rows)));
    }
    if (rows.length > MOST_ROWS) throw new NotCompared(`${rows.length} rows of \`${variable.table.name}\` one by one`);
    if (rules.length === 1 && only?.kind === 'rule') return this.#rowsOfOne(only, each, rows, outer);
    return this.#meanings.sequence(
      Array.from(rows, (row) => this.#items(rules, eachPacket, new Map(outer).set(variable, row))),
    );
  }

  /** Rules that find their row by its key, each for all rows at once; undefined where that could mean something else. */
  #byKeys(rules: readonly ProgramItem[], { row }: ProgramEach, rows: Uint32Array, outer: Rows): Meaning | undefined {
    const keyed: KeyedRule[] = [];
    for (const rule of rules) {
      const key = rule.kind === 'rule' ? rowKeyOf(rule, row, this.#packets, outer) : undefined;
      if (rule.kind !== 'rule' || !key) return undefined;
      keyed.push({ rule, key });
    }
    if (!mayAskRulesInTurn(keyed, row)) return undefined;
    return this.#meanings.sequence(
      keyed.map(({ rule, key }) => {
        if (rule.gates.length > 0) throw new NotCompared('a limit of what a row finds');
        if (looksIntoMemory(rule)) throw new NotCompared('a memory that is looked into beside a row');
        const found = new FoundRows(key, row, rowsWithKey(key, rows), this.#packets, this.#meanings);
        const done = this.#ofFoundRow(rule, found);
        return this.#meanings.within(this.#packets.diagrams.when(this.#family(rule.family), key.plain), done);
      }),
    );
  }

  #ofFoundRow(rule: ProgramRule, found: FoundRows): Meaning {
    const stateful = this.#stage.stateful !== undefined && !rule.eachPacket;
    const meanings = this.#meanings;
    const done = rule.effects.reduce((before, { effect, when, gates }) => {
      if (gates.length > 0) throw new NotCompared('a limit of what a row finds');
      const { diagrams } = this.#packets;
      const asked = diagrams.firstOf(when.map((atoms) => conjunction(atoms, this.#packets, NO_ROWS)));
      const meant = meanings.seenAfter(before, asked);
      const where = 'key' in effect ? diagrams.when(haveKey(effect.key, this.#packets), meant) : meant;
      return meanings.steps([before, meanings.within(where, found.effect(effect, nameOf(rule), stateful))]);
    }, NO_MEANING);
    return meanings.steps([done, this.#namedBy({ kind: 'rule', rule }, this.#decisionOfFoundRow(rule, found))]);
  }

  #decisionOfFoundRow({ decision }: ProgramRule, found: FoundRows): Meaning {
    if (decision?.kind === 'translation') return found.translation(decision.translation);
    if (decision?.kind === 'class' && typeof decision.class !== 'number') return found.class(decision.class);
    return this.#decisions.of(decision, found.any(), NO_ROWS);
  }

  /** One rule that does the same for each row: the rows' cells as one set, and what else it asks for once. */
  #ruleOfRows(rule: ProgramRule, rows: Uint32Array): Meaning {
    const { diagrams } = this.#packets;
    const cell = rule.atoms.find(asksCell);
    const plain = rule.atoms.filter((atom) => !asksCell(atom));
    const set = addressSetOf(cell!, rows, this.#packets);
    return this.#meanings.within(diagrams.when(this.#family(rule.family), set), this.#done(rule, plain, NO_ROWS));
  }

  /** What differs from row to row in one diagram, what does not asked once. */
  #rowsOfOne(rule: ProgramRule, { row: variable }: ProgramEach, rows: Uint32Array, outer: Rows): Meaning {
    const cells = rule.atoms.filter(asksCell);
    const plain = rule.atoms.filter((atom) => !asksCell(atom));
    const meanings = this.#meanings;
    const parts = Array.from(rows, (row) => this.#done(rule, cells, new Map(outer).set(variable, row)));
    const done = meanings.sequence([...this.#looks(plain, ALL, outer), ...parts]);
    const common = conjunction(plain, this.#packets, outer);
    if (meanings.seenAfter(done, common) !== common) throw new NotCompared('a field that rows ask for and set');
    return meanings.within(this.#packets.diagrams.when(this.#family(rule.family), common), done);
  }

  #rule(rule: ProgramRule, rows: Rows): Meaning {
    return this.#meanings.within(this.#family(rule.family), this.#done(rule, rule.atoms, rows));
  }

  #family(family: Family | undefined): Diagram {
    return family === undefined ? ALL : this.#packets.tests.family(family);
  }

  /** What a rule does where these of its atoms hold. */
  #done(rule: ProgramRule, atoms: readonly ProgramRule['atoms'][number][], rows: Rows): Meaning {
    const met = conjunction(atoms.filter(hasPlainTest), this.#packets, rows);
    if (met === NOTHING) return NO_MEANING;
    const looked = this.#looks(atoms, ALL, rows);
    const held = this.#ownWords(atoms, met);
    const asked = this.#gates.past(rule.gates, held.set, rule.family);
    const { set } = asked;
    const meanings = this.#meanings;
    const done = rule.effects.reduce(
      (before, { effect, when, gates }) => {
        const { diagrams } = this.#packets;
        const holds = diagrams.firstOf(when.map((clauses) => conjunction(clauses, this.#packets, rows)));
        const where = meanings.seenAfter(before, holds);
        const looks = when.flatMap((own) => this.#looks(own, set, rows));
        const able = 'key' in effect ? diagrams.when(haveKey(effect.key, this.#packets), where) : where;
        const past = this.#gates.past(gates, diagrams.when(set, able), rule.family);
        const stateful = this.#stage.stateful !== undefined && !rule.eachPacket;
        const events = outcomes.eventsOf(effect, nameOf(rule), stateful, rows);
        const steps = events.map(({ thing, what }) => meanings.affects(past.set, thing, what));
        return meanings.steps([before, ...looks, ...past.steps, ...steps]);
      },
      meanings.steps([...held.steps, ...asked.steps]),
    );
    const decided = this.#namedBy({ kind: 'rule', rule }, this.#decisions.of(rule.decision, set, rows));
    return meanings.steps([...looked, done, decided]);
  }

  /** What words of the plane's own leave of packets that meet all else. */
  #ownWords(atoms: readonly ProgramRule['atoms'][number][], met: Diagram): Past {
    return atoms.reduce<Past>(
      (before, { test, negated }) => {
        if (test.kind !== 'opaque') return before;
        if (negated) throw new NotCompared("a plane's own words that are not to hold");
        const { set, steps } = this.#gates.askedInWords(test.text.trim(), before.set);
        return { set, steps: [...before.steps, ...steps] };
      },
      { set: met, steps: [] },
    );
  }

  /** Into which memories packets of the set look, of those that meet all else. */
  #looks(atoms: readonly ProgramRule['atoms'][number][], set: Diagram, rows: Rows): Meaning[] {
    const others = atoms.filter(({ test }) => test.kind !== 'memory');
    return atoms.flatMap(({ test }) => {
      if (test.kind !== 'memory') return [];
      const looking = this.#packets.diagrams.when(set, conjunction(others, this.#packets, rows));
      return [this.#meanings.looksInto(looking, test.memory.name)];
    });
  }
}

/** Tells the rule from others. */
function nameOf({ origin, family }: ProgramRule): string {
  return `${origin.name} ${origin.span.start} ${family ?? ''}`;
}

function hasPlainTest({ test }: ProgramRule['atoms'][number]): boolean {
  return test.kind !== 'opaque';
}
