/** A chain's rules as packets meet them, jumps opened: columns over the dump, with what the jumps ask put in. */
import type { DumpTable } from '../dump/dump.ts';
import { GrowingColumn } from '../dump/growing-column.ts';
import type { ColumnSpaces } from './column-spaces.ts';
import type { OpenedChains } from './opened-chains.ts';
import { RowValueReader } from './row-values.ts';
import type { RuleForm } from './rule-forms.ts';

/** An opened jump. */
export interface Opening {
  readonly rule: number;
  /** The opened jump that led to this one's chain. */
  readonly outer: Opening | undefined;
  readonly from: number;
  readonly fromLength: number;
  readonly to: number;
  readonly toLength: number;
  /** Equal for openings that ask the same but for addresses. */
  readonly path: number;
}

/** The class of what stays a rule of its own. */
export const NO_CLASS = 0xffffffff;

/** Rules in their order, one line of the columns each. */
export class Entries {
  readonly rule = new GrowingColumn();
  /** The opening, by its number + 1; 0: none. */
  readonly opening = new GrowingColumn();
  readonly from = new GrowingColumn();
  readonly fromLength = new GrowingColumn();
  readonly to = new GrowingColumn();
  readonly toLength = new GrowingColumn();
  readonly port = new GrowingColumn();
  readonly mac = new GrowingColumn();
  readonly data = new GrowingColumn();
  readonly dataPort = new GrowingColumn();
  /** Which class of rules of one form it is in, by its key's number; `NO_CLASS`: it stays a rule. */
  readonly class = new GrowingColumn();
  readonly openings: Opening[] = [];

  get length(): number {
    return this.rule.length;
  }

  /** How many entries stand in opened chains. */
  get openedCount(): number {
    let count = 0;
    for (let entry = 0; entry < this.length; entry++) if (this.opening.at(entry) > 0) count++;
    return count;
  }

  openingOf(entry: number): Opening | undefined {
    const number = this.opening.at(entry);
    return number === 0 ? undefined : this.openings[number - 1];
  }
}

/** More than there are rules in any dump. */
const MOST_PATHS = 2 ** 32;

/** Opened jumps may lead to a chain several times; a list longer than this times the table's rules is not worth it. */
const MOST_REPEATED = 2;

/** The entries of a chain; undefined where opened chains are met so often that they are better left as chains. */
export function entriesOf(
  chain: number,
  table: DumpTable,
  forms: readonly RuleForm[],
  chains: OpenedChains,
  spaces: ColumnSpaces,
): Entries | undefined {
  const walk = new Walk(table, forms, chains, spaces);
  return walk.through(chain, undefined, 0) ? walk.entries : undefined;
}

class Walk {
  readonly entries = new Entries();
  readonly #table: DumpTable;
  readonly #forms: readonly RuleForm[];
  readonly #chains: OpenedChains;
  readonly #spaces: ColumnSpaces;
  readonly #values: RowValueReader;
  /** Numbers of paths of opened jumps, by the path before and the form of the jump. */
  readonly #paths = new Map<string, number>();
  readonly #classes = new Map<string | number, Map<number, number>>();
  #classCount = 0;
  readonly #limit: number;

  constructor(table: DumpTable, forms: readonly RuleForm[], chains: OpenedChains, spaces: ColumnSpaces) {
    this.#spaces = spaces;
    this.#values = new RowValueReader(spaces.addresses, spaces.macs);
    this.#table = table;
    this.#forms = forms;
    this.#chains = chains;
    this.#limit = MOST_REPEATED * table.rules.shape.length;
  }

  through(chain: number, opening: Opening | undefined, number: number): boolean {
    const opened = this.#chains.openedIn(chain);
    for (const rule of this.#chains.rulesOf(chain)) {
      const isRead = this.#readValues(rule);
      if (opened.has(rule) && isRead) {
        if (!this.#open(rule, opening)) return false;
      } else if (!this.#add(rule, opening, number, isRead)) return false;
    }
    return true;
  }

  #readValues(rule: number): boolean {
    const { rules } = this.#table;
    const { kind, roles } = this.#forms[rules.shape.at(rule)]!;
    return (kind === 'row' || kind === 'opening') && this.#values.read(rules, rule, roles);
  }

  #open(rule: number, outer: Opening | undefined): boolean {
    const values = this.#values;
    if (!narrow(values, outer)) return true;
    const { key } = this.#forms[this.#table.rules.shape.at(rule)]!;
    const { from, fromLength, to, toLength } = values;
    const step = `${outer?.path ?? 0} ${key}`;
    const path = this.#paths.get(step) ?? this.#paths.size + 1;
    this.#paths.set(step, path);
    const opening = { rule, outer, from, fromLength, to, toLength, path };
    const number = this.entries.openings.push(opening);
    return this.through(this.#chains.targetOf(rule)!, opening, number);
  }

  #add(rule: number, opening: Opening | undefined, number: number, isRead: boolean): boolean {
    const { entries } = this;
    const values = this.#values;
    const form = this.#forms[this.#table.rules.shape.at(rule)]!;
    const isRow = isRead && form.kind === 'row';
    // Who met the jump never meets a rule for other addresses.
    if (isRow && !narrow(values, opening)) return true;
    entries.rule.push(rule);
    entries.opening.push(number);
    entries.from.push(isRow ? values.from : 0);
    entries.fromLength.push(isRow ? values.fromLength : 0);
    entries.to.push(isRow ? values.to : 0);
    entries.toLength.push(isRow ? values.toLength : 0);
    entries.port.push(values.port);
    entries.mac.push(values.mac);
    entries.data.push(values.data);
    entries.dataPort.push(values.dataPort);
    entries.class.push(isRow ? this.#classOf(form, opening) : NO_CLASS);
    return entries.length <= this.#limit;
  }

  /** Rules of a class have all in common but the values of their columns, and the lengths of their prefixes. */
  #classOf(form: RuleForm, opening: Opening | undefined): number {
    const { from, fromLength, to, toLength, port, mac, dataPort, fixed } = this.#values;
    const path = opening?.path ?? 0;
    const common = fixed === '' ? form.number * MOST_PATHS + path : `${form.number} ${path} ${fixed}`;
    let byLengths = this.#classes.get(common);
    if (!byLengths) this.#classes.set(common, (byLengths = new Map<number, number>()));
    // Where nothing but one address tells rules apart, they are a set, and may overlap.
    const isSet = (fromLength === 0) !== (toLength === 0) && !form.hasData && port > 65_535 && mac === 0;
    const { addresses } = this.#spaces;
    const [ofFrom, ofTo] = [
      addresses.writtenLength({ address: from, length: fromLength }),
      addresses.writtenLength({ address: to, length: toLength }),
    ];
    const lengths = isSet ? (fromLength > 0 ? 1 : 2) : (ofFrom + 1) * 256 + ofTo;
    const key = lengths * 2 + (dataPort > 65_535 ? 0 : 1);
    let found = byLengths.get(key);
    if (found === undefined) byLengths.set(key, (found = this.#classCount++));
    return found;
  }
}

/** Cuts what a rule asks down to what the opened jump before it asks; false: no packet meets both. */
function narrow(values: RowValueReader, opening: Opening | undefined): boolean {
  if (!opening) return true;
  if (isWithin(opening.from, opening.fromLength, values.from, values.fromLength)) {
    [values.from, values.fromLength] = [opening.from, opening.fromLength];
  } else if (!isWithin(values.from, values.fromLength, opening.from, opening.fromLength)) return false;
  if (isWithin(opening.to, opening.toLength, values.to, values.toLength)) {
    [values.to, values.toLength] = [opening.to, opening.toLength];
  } else if (!isWithin(values.to, values.toLength, opening.to, opening.toLength)) return false;
  return true;
}

function isWithin(inner: number, innerLength: number, outer: number, outerLength: number): boolean {
  if (innerLength < outerLength) return false;
  return outerLength === 0 || (inner ^ outer) >>> (32 - outerLength) === 0;
}
