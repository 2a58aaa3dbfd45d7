/** The classes of a list of rules, and the rules that stay by themselves. */
import { addressItem } from '../addresses.ts';
import type { DumpTable } from '../dump/dump.ts';
import { unquoted } from '../dump/tokens.ts';
import { valuesOf } from '../dump/values.ts';
import { conjoin } from '../chains/conjoin.ts';
import type { ImportedRule, Term } from '../rules.ts';
import type { RuleTranslator } from '../translate-rule.ts';
import { commonRule, isAsExpected, type Sample, type SampleValues } from './class-rule.ts';
import { classRows, type ClassRows } from './class-rows.ts';
import { IPV4_SPACE, type AddressSpace } from './address-space.ts';
import type { ColumnSpaces } from './column-spaces.ts';
import { NO_CLASS, type Entries, type Opening } from './entries.ts';
import { PORT_PROTOCOLS, type RuleForm } from './rule-forms.ts';
import { NO_PORT } from './row-values.ts';
import { Unit } from './units.ts';
import { FEWEST_ROWS, isWorthTable } from './worth.ts';

/** A class that becomes a table. */
export interface RuleClass {
  readonly sample: Sample;
  readonly rows: ClassRows;
  readonly common: ImportedRule;
}

export class ListClasses {
  readonly entries: Entries;
  readonly #table: DumpTable;
  readonly #forms: readonly RuleForm[];
  readonly #translator: RuleTranslator;
  readonly #spaces: ColumnSpaces;
  readonly #byUnit = new Map<Unit, RuleClass>();
  readonly #outerTerms = new Map<Opening, Outer>();
  readonly #further: Map<string, readonly ImportedRule[]>;
  readonly #commentOf: (rule: number) => string;

  /** `further` gets the chains that a rule became besides its own, for what follows a limit in it. */
  constructor(
    entries: Entries,
    table: DumpTable,
    forms: readonly RuleForm[],
    translator: RuleTranslator,
    further: Map<string, readonly ImportedRule[]>,
    spaces: ColumnSpaces,
  ) {
    this.#spaces = spaces;
    this.#further = further;
    this.entries = entries;
    this.#table = table;
    this.#forms = forms;
    this.#translator = translator;
    this.#commentOf = (rule) => this.#comment(rule);
  }

  /** The class that a unit stands for; undefined: it is one rule. */
  classOf(unit: Unit): RuleClass | undefined {
    return this.#byUnit.get(unit);
  }

  /** All entries, in units. */
  units(): Unit[] {
    const byClass = this.#placesByClass();
    const single: number[] = [];
    const units: Unit[] = [];
    for (const places of byClass.values()) {
      const made = this.#classUnit(places);
      if (made) units.push(...made);
      else for (const place of places) single.push(place);
    }
    return [...units, ...this.#singles(single)];
  }

  /** A class without some of its rows, and those by themselves. */
  cut(unit: Unit, isKept: (row: number) => boolean): Unit[] {
    const kept = unit.places.filter((_, row) => isKept(row));
    const others = unit.places.filter((_, row) => !isKept(row));
    if (kept.length === 0) return this.#singles(others);
    return [kept, others].flatMap((places) => this.#classUnit(places) ?? this.#singles(places));
  }

  /** A class without some of its rows. */
  without(unit: Unit, isLeft: (row: number) => boolean): Unit[] {
    const kept = unit.places.filter((_, row) => !isLeft(row));
    return kept.length === 0 ? [] : (this.#classUnit(kept) ?? this.#singles(kept));
  }

  #placesByClass(): Map<number, Uint32Array> {
    const sizes = new Map<number, number>();
    const { entries } = this;
    for (let place = 0; place < entries.length; place++) {
      const number = entries.class.at(place);
      sizes.set(number, (sizes.get(number) ?? 0) + 1);
    }
    const filled = new Map<number, number>();
    const byClass = new Map([...sizes].map(([number, size]) => [number, new Uint32Array(size)]));
    for (let place = 0; place < entries.length; place++) {
      const number = entries.class.at(place);
      const at = filled.get(number) ?? 0;
      byClass.get(number)![at] = place;
      filled.set(number, at + 1);
    }
    return byClass;
  }

  /** Undefined: the entries stay rules. Nothing: no packet meets them. */
  #classUnit(places: Uint32Array): Unit[] | undefined {
    if (places.length < FEWEST_ROWS || this.entries.class.at(places[0]!) === NO_CLASS) return undefined;
    const form = this.#formOf(places[0]!);
    const rows = classRows({
      entries: this.entries,
      places,
      spaces: this.#spaces,
      protocolOf: (rule) => this.#protocolOf(rule),
      commentOf: form.roles.includes('comment') ? this.#commentOf : undefined,
      lastHolds: form.roles.includes('mark'),
      dataNames: dataNames(form),
    });
    if (!isWorthTable(rows, places.length)) return undefined;
    const [first, last] = [this.#sample(places[0]!), this.#sample(places.at(-1)!)];
    if (!first || !last || !isAsExpected(first) || !isAsExpected(last)) return undefined;
    const common = commonRule(first, rows);
    if (!common) return [];
    const unit = new Unit(places, common, true, this.entries, this.#spaces.addresses);
    this.#byUnit.set(unit, { sample: first, rows, common });
    return [unit];
  }

  #singles(places: Iterable<number>): Unit[] {
    return [...places].flatMap((place) => {
      const outer = this.#outer(this.entries.openingOf(place)).all;
      return this.#own(this.entries.rule.at(place)).flatMap((rule) => {
        const terms = conjoin(outer, rule.terms);
        if (!terms) return [];
        const { addresses } = this.#spaces;
        return [new Unit(Uint32Array.of(place), { ...rule, terms }, false, this.entries, addresses)];
      });
    });
  }

  /** What of a rule stands in its own chain. */
  #own(index: number): ImportedRule[] {
    const { chains, rules } = this.#table;
    const own = chains[rules.chain.at(index)]!.name;
    const translated = this.#translator.translate(index);
    for (const { chain } of translated) {
      if (chain === own) continue;
      this.#further.set(
        chain,
        translated.filter((rule) => rule.chain === chain),
      );
    }
    return translated.filter(({ chain }) => chain === own);
  }

  #formOf(place: number): RuleForm {
    return this.#forms[this.#table.rules.shape.at(this.entries.rule.at(place))]!;
  }

  #protocolOf(rule: number): number {
    const { protocol } = this.#forms[this.#table.rules.shape.at(rule)]!;
    return (protocol !== undefined && PORT_PROTOCOLS.get(protocol)) || 0;
  }

  #comment(rule: number): string {
    const at = this.#forms[this.#table.rules.shape.at(rule)]!.roles.indexOf('comment');
    return valuesOf(this.#table.rules, rule)[at]!;
  }

  /** Undefined where a rule of the dump is none, or several. */
  #sample(place: number): Sample | undefined {
    const [rule, ...others] = this.#translator.translate(this.entries.rule.at(place));
    if (!rule || others.length > 0) return undefined;
    return { rule, outer: this.#outer(this.entries.openingOf(place)).plain, values: this.#valuesAt(place) };
  }

  /** As the rule itself has them, before opened jumps narrow them. */
  #valuesAt(place: number): SampleValues {
    const { entries } = this;
    const form = this.#formOf(place);
    const words = valuesOf(this.#table.rules, entries.rule.at(place));
    const has = (role: RuleForm['roles'][number]) => form.roles.includes(role);
    const wordOf = (role: RuleForm['roles'][number]) => words[form.roles.indexOf(role)]!;
    const [port, dataPort] = [entries.port.at(place), entries.dataPort.at(place)];
    const mac = entries.mac.at(place);
    const target = `${IPV4_SPACE.item(entries.data.at(place), 32)}${dataPort === NO_PORT ? '' : `:${dataPort}`}`;
    return {
      from: has('from') ? itemOf(wordOf('from'), this.#spaces.addresses) : undefined,
      to: has('to') ? itemOf(wordOf('to'), this.#spaces.addresses) : undefined,
      service: port === NO_PORT ? undefined : `${form.protocol}/${port}`,
      mac: mac === 0 ? undefined : this.#spaces.macs.textOf(mac),
      mark: has('mark') ? entries.data.at(place) : undefined,
      target: has('target') ? target : undefined,
    };
  }

  /** What an opened jump asks, with those before it. */
  #outer(opening: Opening | undefined): Outer {
    if (!opening) return NOTHING;
    const known = this.#outerTerms.get(opening);
    if (known) return known;
    const before = this.#outer(opening.outer);
    const [own = []] = this.#translator.translate(opening.rule).map(({ terms }) => terms);
    const plain = own.filter(({ slot }) => slot !== 'from' && slot !== 'to');
    const outer = { all: conjoin(before.all, own) ?? [], plain: conjoin(before.plain, plain) ?? [] };
    this.#outerTerms.set(opening, outer);
    return outer;
  }
}

interface Outer {
  readonly all: readonly Term[];
  /** Without addresses. */
  readonly plain: readonly Term[];
}

const NOTHING: Outer = { all: [], plain: [] };

function itemOf(word: string, { family }: AddressSpace): string | undefined {
  const item = addressItem(unquoted(word), family);
  return item === 'any' ? undefined : item;
}

function dataNames({ roles, key }: RuleForm): { readonly data: string; readonly port: string } {
  if (roles.includes('mark')) return { data: 'mark', port: 'port' };
  return key.includes(' DNAT ') ? { data: 'inner', port: 'inner_port' } : { data: 'public', port: 'public_port' };
}
