/**
 * Reads what iptables-save or ip6tables-save has written: any number of dumps, one after another. Commands that make the same rules,
 * in a script or as `iptables -S` lists them, are read as well.
 */
import { diagnostic, type Diagnostic } from '../../../../grammar/diagnostic.ts';
import type { SourceFile, Span } from '../../../../grammar/source.ts';
import { PROBLEMS } from '../problems.ts';
import {
  BUILT_IN_CHAINS,
  lineEnd,
  TABLES,
  type DumpChain,
  type DumpTable,
  type Family,
  type TableName,
} from './dump.ts';
import { listedTable, readCommand } from './commands.ts';
import { GrowingColumn } from './growing-column.ts';
import { hintForLine } from './odd-lines.ts';
import { ShapeTable } from './shapes.ts';
import { isBlank, wordEnd } from './tokens.ts';

export interface DumpReading {
  readonly tables: readonly DumpTable[];
  readonly findings: readonly Diagnostic[];
}

/** More than there are built-in chains. */
const MOST_CHAINS = 8;

/** So many lines that are none of a dump are told one by one. */
const MOST_ODD_LINES = 20;

export function readDump(source: SourceFile): DumpReading {
  return new DumpReader(source).read();
}

interface OpenTable {
  readonly name: TableName;
  readonly span: Span;
  readonly chains: DumpChain[];
  readonly byName: Map<string, number>;
  readonly chain: GrowingColumn;
  readonly start: GrowingColumn;
  readonly shape: GrowingColumn;
  /** Undefined: the file has not said. */
  readonly family: Family | undefined;
  /** Built-in chains whose policy commands have not said, with the first rule of each that has some. */
  readonly untold: Map<string, Span | undefined>;
}

class DumpReader {
  readonly #source: SourceFile;
  readonly #text: string;
  readonly #tables: DumpTable[] = [];
  readonly #findings: Diagnostic[] = [];
  readonly #shapes = new ShapeTable();
  /** Tables that commands fill, by family and name. */
  readonly #commanded = new Map<string, OpenTable>();
  /** The table that `iptables -S` lists. */
  #listed: OpenTable | undefined;
  /** As the comment above says, or the file's own words; undefined: nothing has told yet. */
  #announced: Family | undefined;
  #open: OpenTable | undefined;
  #oddLines = 0;

  constructor(source: SourceFile) {
    this.#source = source;
    this.#text = source.text;
  }

  read(): DumpReading {
    const text = this.#text;
    for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length;) {
      const feed = text.indexOf('\n', at);
      const next = feed < 0 ? text.length : feed + 1;
      let end = feed < 0 ? text.length : feed;
      while (end > at && isBlank(text.charCodeAt(end - 1))) end--;
      let start = at;
      while (start < end && isBlank(text.charCodeAt(start))) start++;
      if (start < end) this.#line(start, end);
      at = next;
    }
    if (this.#open) this.#endTooEarly(this.#open);
    if (this.#listed) this.#close(this.#listed);
    for (const table of this.#commanded.values()) this.#close(table);
    return { tables: this.#tables, findings: this.#findings };
  }

  #line(start: number, end: number): void {
    switch (this.#text[start]) {
      case '#':
        return this.#comment(start, end);
      case '*':
        return this.#beginTable(start, end);
      case ':':
        return this.#chain(start, end);
      case '[':
        return this.#rule(this.#open, start, end);
      case '-':
        return this.#change(start, end);
      default:
        if (this.#text.startsWith('COMMIT', start) && end === start + 6) this.#commit(start, end);
        else this.#command(start, end);
    }
  }

  /** `-A CHAIN …`, `-P CHAIN POLICY`, `-N CHAIN`: in a table, or as `iptables -S` lists one. */
  #change(start: number, end: number): void {
    if (!this.#open && this.#text.startsWith('-P ', start)) this.#list(start);
    this.#changeIn(this.#open ?? this.#listed, start, end);
  }

  #changeIn(table: OpenTable | undefined, start: number, end: number): void {
    const [command = '', chain = '', policy = '', more] = this.#text.slice(start, end).split(/[ \t]+/, 4);
    if (table && (command === '-P' || command === '--policy') && /^(ACCEPT|DROP)$/.test(policy) && more === undefined) {
      return this.#declare(table, chain, policy, start, end);
    }
    if (table && (command === '-N' || command === '--new-chain') && chain !== '' && policy === '') {
      return this.#declare(table, chain, undefined, start, end);
    }
    // Nothing has been there before.
    const isFresh = table !== undefined && table.shape.length === 0;
    if (isFresh && /^(-F|-X|-Z|--flush|--delete-chain|--zero)$/.test(command) && policy === '') return;
    this.#rule(table, start, end);
  }

  #declare(table: OpenTable, name: string, policy: string | undefined, start: number, end: number): void {
    const known = table.byName.get(name);
    const isBuiltIn = BUILT_IN_CHAINS[table.name].includes(name);
    const isOfUser = policy === undefined;
    if (isBuiltIn === isOfUser || (isOfUser && known !== undefined)) return this.#odd(start, end);
    const chain = { name, policy, span: this.#span(start, end) };
    table.untold.delete(name);
    if (known !== undefined) table.chains[known] = chain;
    else table.byName.set(name, table.chains.push(chain) - 1);
  }

  /** A policy begins the list of a table, unless it is the next of one that has begun. */
  #list(start: number): void {
    const policies = new Set<string>();
    for (const line of this.#text.slice(start).split('\n', MOST_CHAINS)) {
      const [, name] = /^-P (\S+)/.exec(line.trimStart()) ?? [];
      if (name === undefined || policies.has(name)) break;
      policies.add(name);
    }
    const [first = ''] = policies;
    if (this.#listed && this.#listed.shape.length === 0 && !this.#listed.byName.has(first)) return;
    if (this.#listed) this.#close(this.#listed);
    this.#listed = this.#newTable(listedTable(policies), undefined, start, lineEnd(this.#text, start));
  }

  /** `iptables -t nat -A POSTROUTING …` */
  #command(start: number, end: number): void {
    const command = readCommand(this.#text, start, end);
    const name = TABLES.find((table) => table === command?.table);
    if (!command || name === undefined || this.#open) return this.#odd(start, end);
    const key = `${command.family} ${name}`;
    let table = this.#commanded.get(key);
    if (!table) {
      table = this.#newTable(name, command.family, start, end);
      for (const chain of BUILT_IN_CHAINS[name]) {
        table.byName.set(chain, table.chains.push({ name: chain, policy: 'ACCEPT', span: this.#span(start, end) }) - 1);
        if (name === 'filter') table.untold.set(chain, undefined);
      }
      this.#commanded.set(key, table);
    }
    this.#changeIn(table, command.start, command.end);
  }

  /** `# Generated by ip6tables-save v1.8.9 on …` tells the family of what follows. */
  #comment(start: number, end: number): void {
    const said = /^#\s*Generated by (ip6?tables)/.exec(this.#text.slice(start, Math.min(end, start + 60)));
    if (said) this.#announced = said[1] === 'ip6tables' ? 6 : 4;
  }

  #beginTable(start: number, end: number): void {
    if (this.#open) this.#endTooEarly(this.#open);
    const name = TABLES.find((table) => table === this.#text.slice(start + 1, end));
    if (name === undefined) return this.#odd(start, end);
    this.#open = this.#newTable(name, this.#announced, start, end);
  }

  #newTable(name: TableName, family: Family | undefined, start: number, end: number): OpenTable {
    return {
      name,
      family,
      span: this.#span(start, end),
      chains: [],
      byName: new Map(),
      chain: new GrowingColumn(),
      start: new GrowingColumn(),
      shape: new GrowingColumn(),
      untold: new Map(),
    };
  }

  /** `:INPUT DROP [0:0]`, `:my_chain - [0:0]` */
  #chain(start: number, end: number): void {
    const table = this.#open;
    const [name = '', policy = ''] = this.#text.slice(start + 1, end).split(/[ \t]+/);
    if (!table || name === '' || policy === '') return this.#odd(start, end);
    if (table.byName.has(name)) return;
    if (policy === '-' && this.#builtIn(table, name, start, end) !== undefined) return;
    table.byName.set(name, table.chains.length);
    const isOfUser = policy === '-';
    table.chains.push({ name, policy: isOfUser ? undefined : policy, span: this.#span(start, end) });
  }

  /** `-A CHAIN …`, with counters (`[12:840] -A CHAIN …`) or without. */
  #rule(table: OpenTable | undefined, start: number, end: number): void {
    const text = this.#text;
    let at = start;
    if (text[at] === '[') {
      at = text.indexOf(']', at) + 1;
      while (isBlank(text.charCodeAt(at))) at++;
    }
    const [append] = /^(?:-A|--append)[ \t]/.exec(text.slice(at, at + 10)) ?? [];
    if (!table || at === 0 || at >= end || append === undefined) return this.#odd(start, end);
    let nameStart = at + append.length;
    while (isBlank(text.charCodeAt(nameStart))) nameStart++;
    const nameEnd = wordEnd(text, nameStart, end);
    const name = text.slice(nameStart, nameEnd);
    const chain = table.byName.get(name) ?? this.#builtIn(table, name, start, end);
    if (chain === undefined) {
      const hint = `Add its line to the table, \`:${name} - [0:0]\`, or save the rules again.`;
      return this.#report(PROBLEMS.missingChain, this.#span(start, end), `the table has no chain \`${name}\``, hint);
    }
    if (table.untold.has(name)) table.untold.set(name, table.untold.get(name) ?? this.#span(start, end));
    const shape = this.#shapes.intern(text, nameEnd, end, (word) => table.byName.has(word));
    if (shape === undefined) return this.#odd(start, end);
    table.chain.push(chain);
    table.start.push(nameEnd);
    table.shape.push(shape);
  }

  /** A chain that each table of its name has, whether the file says so or not. */
  #builtIn(table: OpenTable, name: string, start: number, end: number): number | undefined {
    if (!BUILT_IN_CHAINS[table.name].includes(name)) return undefined;
    const span = this.#span(start, end);
    const hint = `\`iptables-restore\` leaves the policy that the kernel has. Add a line, \`:${name} ACCEPT [0:0]\` or \`DROP\`.`;
    this.#tellNoPolicy(name, span, hint);
    table.byName.set(name, table.chains.length);
    return table.chains.push({ name, policy: 'ACCEPT', span }) - 1;
  }

  #tellNoPolicy(name: string, span: Span, hint: string): void {
    const message = `the table does not say what becomes of packets at the end of \`${name}\`: it is taken to let them pass`;
    this.#report(PROBLEMS.noPolicy, span, message, hint);
  }

  #commit(start: number, end: number): void {
    const table = this.#open;
    if (!table) return this.#odd(start, end);
    this.#open = undefined;
    this.#close(table);
  }

  #close(table: OpenTable): void {
    const { name, family, span, chains, chain, start, shape, untold } = table;
    for (const [builtIn, rule] of untold) {
      const hint = `Without \`-P ${builtIn}\`, the kernel keeps the policy that it has.`;
      if (rule) this.#tellNoPolicy(builtIn, rule, hint);
    }
    const rules = { source: this.#source, shapes: this.#shapes.shapes, chain, start, shape };
    this.#tables.push({ name, family: family ?? this.#familyOf(table), chains, rules, span });
  }

  /** Without a comment that says, the rules' own words do: no IPv4 rule has an address with colons, or ICMPv6. */
  #familyOf({ span }: OpenTable): Family {
    const end = this.#text.indexOf('\nCOMMIT', span.start);
    const body = this.#text.slice(span.start, Math.min(end < 0 ? Infinity : end, span.start + (1 << 20)));
    return /icmp6|icmpv6|^-A .* (-s|-d|--(src|dst)-range) [\da-f]*:/m.test(body) ? 6 : 4;
  }

  #endTooEarly({ name, span }: OpenTable): void {
    this.#open = undefined;
    this.#report(PROBLEMS.cut, span, `the table \`${name}\` has no \`COMMIT\``, 'Save the rules again.');
  }

  #odd(start: number, end: number): void {
    this.#oddLines++;
    if (this.#oddLines > MOST_ODD_LINES) return;
    const hint = hintForLine(this.#text.slice(start, end));
    this.#report(PROBLEMS.notADump, this.#span(start, lineEnd(this.#text, end)), 'no line of iptables-save', hint);
  }

  #report(kind: (typeof PROBLEMS)[keyof typeof PROBLEMS], span: Span, message: string, hint: string): void {
    this.#findings.push(diagnostic(kind, span, message, { hint }));
  }

  #span(start: number, end: number): Span {
    return { source: this.#source, start, end };
  }
}
