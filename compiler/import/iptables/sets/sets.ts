/** The sets that `ipset save` describes, as the policy has them: lists by name, and memories for what packets write. */
import { addressItem } from '../addresses.ts';
import type { Family } from '../dump/dump.ts';
import type { Term } from '../rules.ts';
import type { Names } from '../write/names.ts';
import type { IpSet } from './ip-set.ts';
import { setClauses, type Direction, type SetClauses } from './set-clauses.ts';

/** A list of at most so many items stands in the clause itself. */
const SHORT_LIST = 6;

/** A set of the policy. */
export interface NamedList {
  readonly name: string;
  readonly items: readonly string[];
}

export class Sets {
  readonly #sets: ReadonlyMap<string, IpSet>;
  readonly #names: Names;
  readonly #lists = new Map<string, NamedList>();
  readonly #memories = new Map<string, string>();
  readonly #written = new Set<string>();
  readonly #told = new Set<string>();

  constructor(sets: ReadonlyMap<string, IpSet>, names: Names) {
    this.#sets = sets;
    this.#names = names;
  }

  find(name: string): IpSet | undefined {
    return this.#sets.get(name);
  }

  /** Notes that some rule adds to the set. */
  noteWritten(name: string): void {
    this.#written.add(name);
  }

  /** True the first time that it is asked about a set. */
  isFirstUse(name: string): boolean {
    if (this.#told.has(name)) return false;
    this.#told.add(name);
    return true;
  }

  /** What a packet must meet to be in the set, as rules of a family ask for it. */
  clauses(set: IpSet, directions: readonly Direction[], family: Family): SetClauses {
    if (set.odd !== undefined) return { kind: 'refused', what: `\`${set.odd}\` of the set \`${set.name}\`` };
    if (set.type === 'list:set') return this.#clausesOfList(set, directions, family);
    // The kernel finds no packet in a set of the other family, or of elements with more parts than are asked for.
    const isOther = set.parts.includes('address') && set.family !== family;
    if (isOther || directions.length < set.parts.length) return { kind: 'clauses', any: [] };
    const lasting = { ...set, elements: set.elements.filter(({ expires }) => !expires) };
    const memory = this.memoryOf(set);
    if (isPlain(lasting)) return this.#clausesOfAddresses(lasting, directions[0]!, memory);
    if (memory !== undefined) return { kind: 'refused', what: `entries of the set \`${set.name}\` that come and go` };
    return setClauses(lasting, directions, family, (items) =>
      items.length <= SHORT_LIST ? items : [this.#list(set.name, items)],
    );
  }

  #clausesOfAddresses(set: IpSet, direction: Direction, memory: string | undefined): SetClauses {
    const items: string[] = [];
    for (const { parts, odd } of set.elements) {
      const [word = ''] = parts;
      const item = addressItem(set.netmask === undefined ? word : `${word}/${set.netmask}`, set.family);
      if (item === undefined || odd !== undefined) {
        return { kind: 'refused', what: `the element \`${parts.join(',')}\` of the set \`${set.name}\`` };
      }
      items.push(item);
    }
    const all = [
      ...(items.length === 0 ? [] : [this.#list(set.name, items)]),
      ...(memory === undefined ? [] : [memory]),
    ];
    const term: Term = { slot: direction === 'src' ? 'from' : 'to', items: all, negated: false };
    return { kind: 'clauses', any: all.length === 0 ? [] : [[term]] };
  }

  /** What is in one of the members; they must be lists of addresses, or only one of them may match at all. */
  #clausesOfList(list: IpSet, directions: readonly Direction[], family: Family): SetClauses {
    const found: (readonly Term[])[] = [];
    for (const { parts } of list.elements) {
      const member = this.#sets.get(parts[0] ?? '');
      if (!member) return { kind: 'refused', what: `the set \`${parts[0]}\`, a member of \`${list.name}\`` };
      const clauses = this.clauses(member, directions, family);
      if (clauses.kind === 'refused') return clauses;
      found.push(...clauses.any);
    }
    const [first] = found;
    const isOneSlot = found.every((terms) => terms.length === 1 && terms[0]!.slot === first![0]!.slot);
    if (found.length < 2) return { kind: 'clauses', any: found };
    if (!isOneSlot) return { kind: 'refused', what: `sets of several kinds in \`${list.name}\`` };
    return { kind: 'clauses', any: [[{ ...first![0]!, items: [...new Set(found.flatMap(([term]) => term!.items))] }]] };
  }

  #list(wanted: string, items: readonly string[]): string {
    const key = items.join();
    const known = this.#lists.get(key);
    if (known) return known.name;
    const name = this.#names.of(`list ${wanted} ${key}`, wanted, 'set');
    this.#lists.set(key, { name, items });
    return name;
  }

  /** The memory that holds what packets, or other programs, put into the set; undefined: nobody does. */
  memoryOf(set: IpSet): string | undefined {
    if (!this.#written.has(set.name) && set.timeout === undefined) return undefined;
    const known = this.#memories.get(set.name);
    if (known !== undefined) return known;
    const lasts = set.elements.some(({ expires }) => !expires);
    const name = this.#names.of(`memory of ${set.name}`, lasts ? `${set.name} added` : set.name, 'memory');
    this.#memories.set(set.name, name);
    return name;
  }

  /** The lists that rules name. */
  lists(): NamedList[] {
    return [...this.#lists.values()];
  }

  /** The memories that rules name, as declarations. */
  memories(): { readonly name: string; readonly declaration: string }[] {
    return [...this.#memories].map(([of, name]) => {
      const { family, timeout, most } = this.#sets.get(of)!;
      const stays = timeout === undefined || timeout === 0 ? '' : ` timeout ${timeout}s`;
      return { name, declaration: `memory ${name}(address: ipv${family})${stays} keys ${most}` };
    });
  }
}

/** Whether the elements are addresses, and nothing besides. */
function isPlain({ parts, elements }: IpSet): boolean {
  return parts.length === 1 && parts[0] === 'address' && elements.every(({ isExcluded }) => !isExcluded);
}
