/**
 * Rules of one table of a dump, with tables in the stead of many rules that differ in values only: classes of rules are
 * found by their form, put together where the order of the rules allows it, and their values become columns.
 */
import { packetsOf, ruleSpan, type DumpChain, type DumpTable } from '../dump/dump.ts';
import type { ImportedRule } from '../rules.ts';
import type { RuleTranslator } from '../translate-rule.ts';
import { arrange } from './arrange.ts';
import type { ColumnSpaces } from './column-spaces.ts';
import { coveredEntries } from './covered-rows.ts';
import { entriesOf, NO_CLASS, type Entries } from './entries.ts';
import { ListClasses } from './list-classes.ts';
import { OpenedChains } from './opened-chains.ts';
import { formsOf, type RuleForm } from './rule-forms.ts';
import { placeClass, ruleOfPlaced, type PlacedClass } from './placed-class.ts';
import type { TableStore } from './table-store.ts';
import type { Unit } from './units.ts';

/** Opened chains of which more than this part stays rules are better left as chains. */
const MOST_LEFT = 0.25;

interface Units {
  readonly classes: ListClasses;
  readonly units: readonly Unit[];
}

type Listed = { readonly rule: ImportedRule } | { readonly placed: PlacedClass; readonly packets: number };

export class TableExtraction {
  readonly #table: DumpTable;
  readonly #translator: RuleTranslator;
  readonly #forms: readonly RuleForm[];
  readonly #chains: OpenedChains;
  readonly #store: TableStore;
  readonly #spaces: ColumnSpaces;
  readonly #lists = new Map<number, readonly Listed[]>();
  readonly #further = new Map<string, readonly ImportedRule[]>();

  /** Finds the table's classes and puts their columns into the store. */
  constructor(table: DumpTable, translator: RuleTranslator, store: TableStore, spaces: ColumnSpaces) {
    this.#spaces = spaces;
    this.#table = table;
    this.#translator = translator;
    this.#store = store;
    this.#forms = formsOf(table.rules.shapes);
    this.#chains = new OpenedChains(table, this.#forms);
    const waiting = this.#chains.unopened();
    const listed = new Set(waiting);
    for (let chain = waiting.pop(); chain !== undefined; chain = waiting.pop()) {
      for (const target of this.#list(chain)) {
        if (listed.has(target)) continue;
        listed.add(target);
        waiting.push(target);
      }
    }
  }

  /** The rules of each chain that is left, in order. To be called once the store's tables have names. */
  rulesByChain(): Map<string, readonly ImportedRule[]> {
    const chains = [...this.#lists].toSorted(([a], [b]) => a - b);
    const listed = chains.map(([chain, list]) => {
      const rules = list.map((one) =>
        'rule' in one ? one.rule : { ...ruleOfPlaced(one.placed), packets: one.packets },
      );
      return [this.#table.chains[chain]!.name, rules] as const;
    });
    return new Map([...listed, ...this.#further]);
  }

  /** Puts a chain's rules in order; gives the chains that they lead to. */
  #list(chain: number): number[] {
    const found = this.#unitsOf(chain) ?? this.#unitsClosed(chain);
    const { classes, units } = found;
    const order = arrange(units, (unit, isKept) => classes.cut(unit, isKept));
    const left = order.flatMap((unit, at) => {
      const isCovered = coveredEntries(unit, order.slice(at + 1), (one) => classes.classOf(one));
      return isCovered ? classes.without(unit, isCovered) : [unit];
    });
    const listed = left.map((unit): Listed => this.#listed(unit, this.#table.chains[chain]!, classes));
    if (listed.length > 0) this.#lists.set(chain, listed);
    return this.#targets(classes.entries);
  }

  /** Undefined: opening chains makes no tables of enough of their rules. */
  #unitsOf(chain: number): Units | undefined {
    const entries = entriesOf(chain, this.#table, this.#forms, this.#chains, this.#spaces);
    if (!entries) return undefined;
    const classes = new ListClasses(entries, this.#table, this.#forms, this.#translator, this.#further, this.#spaces);
    const units = classes.units();
    const left = units.filter(({ isClass, first }) => !isClass && entries.openingOf(first) !== undefined).length;
    return left > entries.openedCount * MOST_LEFT ? undefined : { classes, units };
  }

  #unitsClosed(chain: number): Units {
    this.#chains.close(chain);
    return this.#unitsOf(chain)!;
  }

  #listed(unit: Unit, chain: DumpChain, classes: ListClasses): Listed {
    const made = classes.classOf(unit);
    if (!made) return { rule: unit.rule };
    return {
      placed: placeClass(made, chain, this.#store, this.#spaces.addresses),
      packets: this.#packetsOf(unit, classes.entries),
    };
  }

  #packetsOf({ places }: Unit, { rule }: Entries): number {
    const { rules } = this.#table;
    let packets = 0;
    for (const place of places) packets += packetsOf(ruleSpan(rules, rule.at(place)));
    return packets;
  }

  /** The chains that jumps lead to which are still jumps. */
  #targets(entries: Entries): number[] {
    const targets: number[] = [];
    for (let place = 0; place < entries.length; place++) {
      if (entries.class.at(place) !== NO_CLASS) continue;
      const target = this.#chains.targetOf(entries.rule.at(place));
      if (target !== undefined) targets.push(target);
    }
    return targets;
  }
}
