/** The policy's text. How it is broken into lines is the formatter's business. */
import type { Family } from '../dump/dump.ts';
import type { Item, RuleItem } from '../items.ts';
import { quoted } from '../rule-builder.ts';
import { clauseTexts, type ClauseNames } from './clauses.ts';
import type { NamedList } from '../sets/sets.ts';
import type { StoredTable } from '../tables/table-store.ts';
import type { Names } from './names.ts';
import { pairOf } from './services.ts';

/** A list of more items gets a name. */
const LONG_LIST = 6;
/** A list of more items is a file of its own. */
const LONG_FILE = 200;

/** A policy of a dump whose rules do nothing. */
const NOTHING = '## No rule of the dump does anything.\nfilter forward stateless default allow {}';

export interface PolicyBlock {
  /** `filter forward stateless default drop` */
  readonly head: string;
  readonly items: readonly Item[];
  /** The families that its rules are asked about. */
  readonly open: readonly Family[];
  /** Which table the groups are of that it uses. */
  readonly table: string;
  /** Lines before the rules. */
  readonly first: readonly string[];
}

export interface PolicyParts {
  readonly blocks: readonly PolicyBlock[];
  /** By table and chain: `filter FW`. */
  readonly groups: ReadonlyMap<string, { readonly items: readonly Item[]; readonly open: readonly Family[] }>;
  readonly memories: readonly { readonly name: string; readonly declaration: string }[];
  /** Sets that rules name. */
  readonly lists: readonly NamedList[];
  /** Tables and long lists, with their rows. */
  readonly tables: readonly StoredTable[];
  /** The names that are taken. */
  readonly names: Names;
  readonly remarks: readonly string[];
  readonly services: ReadonlyMap<string, string>;
}

export interface WrittenPolicy {
  readonly policy: string;
  /** The packets that met each rule, as the dumps say, in the order of the policy's text. */
  readonly packets: readonly number[];
  readonly files: readonly PolicyData[];
}

/** A file that the policy reads. */
export interface PolicyData {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export function writePolicy(parts: PolicyParts): WrittenPolicy {
  return new PolicyWriter(parts).write();
}

class PolicyWriter {
  readonly #parts: PolicyParts;
  readonly #names: Names;
  readonly #zones = new Map<string, string>();
  readonly #services = new Set<string>();
  readonly #lets = new Map<string, NamedList>();
  readonly #files: PolicyData[] = [];
  /** Groups in the order in which they must be read: those that others use come first. */
  readonly #groups: { readonly text: string; readonly packets: readonly number[] }[] = [];
  readonly #written = new Set<string>();
  #title = '';
  /** Of the rules of the block or group at hand. */
  #packets: number[] = [];

  constructor(parts: PolicyParts) {
    this.#parts = parts;
    this.#names = parts.names;
  }

  write(): WrittenPolicy {
    const blocks = this.#parts.blocks.map((block) => {
      this.#packets = [];
      return { text: this.#block(block), packets: this.#packets };
    });
    const { remarks, memories, tables, lists } = this.#parts;
    this.#files.push(...tables.map((table) => table.file()));
    const services = [...this.#services].toSorted();
    const sections = [
      remarks.map((line) => `# ${line}`).join('\n'),
      services.length > 0 ? `use std.services (${services.join(', ')})` : '',
      [...this.#zones].map(([member, name]) => `zone ${name} = ${interfaceText(member)}`).join('\n'),
      [...lists, ...this.#lets.values()].map((one) => this.#let(one)).join('\n'),
      tables.map(({ declaration }) => declaration).join('\n'),
      memories.map(({ declaration }) => declaration).join('\n'),
      ...this.#groups.map(({ text }) => text),
      ...(blocks.length === 0 ? [NOTHING] : blocks.map(({ text }) => text)),
    ];
    const packets = [...this.#groups, ...blocks].flatMap((part) => part.packets);
    return { policy: `${sections.filter((section) => section !== '').join('\n\n')}\n`, packets, files: this.#files };
  }

  #let({ name, items }: NamedList): string {
    if (items.length <= LONG_FILE) return `let ${name} = {\n${items.join(',\n')}\n}`;
    const path = `data/${name}.txt`;
    this.#files.push({ path, bytes: new TextEncoder().encode(`${items.join('\n')}\n`) });
    return `let ${name} from "${path}"`;
  }

  #block({ head, items, open, table, first }: PolicyBlock): string {
    this.#title = head.split(' ').slice(0, 2).join(' ');
    this.#packets.push(...first.filter((line) => line.startsWith('allow ')).map(() => 0));
    const lines = items.flatMap((item) => this.#item(item, open, table));
    return `${head} {\n${[...first, ...lines].map((line) => `  ${line}`).join('\n')}\n}`;
  }

  #item(item: Item, open: readonly Family[], table: string): string[] {
    if (item.kind === 'use') return [`use ${this.#group(table, item.group)}()`];
    const { comments, rows } = item;
    this.#packets.push(item.packets);
    const rule = this.#rule(item, open);
    const text = rows ? `each ${rows.row} in ${rows.table} { ${rule} }` : rule;
    return [...comments.map((comment) => `## ${comment.replaceAll(/\s+/g, ' ')}`), text];
  }

  #rule({ action, terms, behind, effects, families }: RuleItem, open: readonly Family[]): string {
    // The new address is of one family, and a packet of the other does not meet the rule.
    const asked = action === 'snat' || action === 'dnat' ? families : open;
    const clauses = clauseTexts(terms, families, asked, this.#clauseNames);
    const [first = '', ...others] = effects;
    if (action === 'do') return ['do opaque nftables "drop"', ...clauses].join(' ');
    const does = action === '' ? (first.startsWith('opaque') ? `do ${first}` : first) : action;
    const attached = (action === '' ? others : effects).map((effect) => `and ${effect}`);
    return [does, ...clauses, ...(behind === '' ? [] : [behind]), ...attached].join(' ');
  }

  /** The name of a group; writes it down first where it is used for the first time. */
  #group(table: string, chain: string): string {
    const key = `${table} ${chain}`;
    // What tells apart the chains that one rule became is no name.
    const wanted = chain.replaceAll(/ #[\d.]+/g, '');
    const name = this.#names.of(`group ${key}`, wanted, table === 'filter' ? 'rules' : table);
    const group = this.#parts.groups.get(key);
    if (this.#written.has(key) || !group) return name;
    this.#written.add(key);
    const [title, packets] = [this.#title, this.#packets];
    this.#title = name;
    this.#packets = [];
    const lines = group.items.flatMap((item) => this.#item(item, group.open, table));
    const text = `group ${name}() {\n${lines.map((line) => `  ${line}`).join('\n')}\n}`;
    this.#groups.push({ text, packets: this.#packets });
    this.#title = title;
    this.#packets = packets;
    return name;
  }

  readonly #clauseNames: ClauseNames = {
    zone: (member) => {
      const name = this.#names.of(`zone ${member}`, member.replace(/\*$/, ''), 'zone');
      this.#zones.set(member, name);
      return name;
    },
    set: (items, side) => {
      if (items.length <= LONG_LIST) return items.join(', ');
      const key = items.join();
      const known = this.#lets.get(key);
      if (known) return known.name;
      const name = this.#names.of(`let ${key}`, `${this.#title} ${side}`, 'more');
      this.#lets.set(key, { name, items });
      return name;
    },
    service: (items) => this.#servicesOf(items).join(', '),
  };

  /** Items by their names; a port of both TCP and UDP by that of the two, where it has one. */
  #servicesOf(items: readonly string[]): string[] {
    const left = new Set(items);
    const texts: string[] = [];
    for (const item of items) {
      if (!left.delete(item)) continue;
      const pair = pairOf(item);
      const both = pair && left.has(pair.other) ? this.#parts.services.get(pair.key) : undefined;
      if (pair && both !== undefined) left.delete(pair.other);
      const name = both ?? this.#parts.services.get(item);
      if (name !== undefined) this.#services.add(name);
      texts.push(name ?? item);
    }
    return texts;
  }
}

function interfaceText(member: string): string {
  return /^[A-Za-z_]\w*$/.test(member) && member !== 'port' && member !== 'vlan' ? member : quoted(member);
}
