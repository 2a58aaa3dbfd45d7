/**
 * What runs in the kernel in the words of a rule set that was written, so that it can be read back. nft lists rules in words of its
 * own, and in the order of the file: a rule that runs as it was built stands here as it was written. One that runs otherwise
 * stands here as nft lists it, which may not be understood.
 */
import { readListing, type Listing, type ListedPart } from './listing.ts';

/** A part of what was written: its lines between the braces, comments left out. */
type WrittenPart = readonly string[];

interface Written {
  readonly parts: ReadonlyMap<string, WrittenPart>;
  /** By set, the whole statements that add elements behind the table. */
  readonly added: ReadonlyMap<string, readonly string[]>;
}

/** `running` and `built`: listings of a table; `written`: what `built` was loaded from. Undefined: they do not fit together. */
export function runningAsWritten(table: string, running: string, built: string, written: string): string | undefined {
  const there = readListing(running, table);
  const wanted = readListing(built, table);
  if (!there || !wanted) return undefined;
  const own = partsOf(written);
  const words = wordsOf(own, wanted);
  if (!words) return undefined;
  const lines = [`table ${table}`, `delete table ${table}`, `table ${table} {`, 'comment "as it runs"'];
  const behind: string[] = [];
  for (const [name, part] of there.parts) {
    const former = wanted.parts.get(name);
    const text = own.parts.get(name);
    const isSame = former !== undefined && text !== undefined && isAlike(part, former);
    lines.push(`${name} {`, ...(isSame ? text : listed(name, part, words)), '}');
    if (isSame) behind.push(...(own.added.get(setName(name)) ?? []));
  }
  return [...lines, '}', ...behind, ''].join('\n');
}

/** The parts of the table, and the elements that are added behind it. */
function partsOf(written: string): Written {
  const parts = new Map<string, string[]>();
  const added = new Map<string, string[]>();
  let open: string[] | undefined;
  for (const line of written.split('\n')) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const part = PART.exec(line)?.[1];
    const set = ADDED.exec(line)?.[1];
    if (part !== undefined) parts.set(part, (open = []));
    else if (set !== undefined) added.set(set, (open = [...(added.get(set) ?? []), text]));
    else if (line === '\t}' || line === '}') {
      if (line === '}') open?.push(text);
      open = undefined;
    } else open?.push(text);
  }
  return { parts, added };
}

const PART = /^\t(\S.*) \{$/;
const ADDED = /^add element \S+ \S+ (\S+) \{$/;

/** Each line of a chain as nft lists it, and as it was written; undefined where a chain has more lines in one than in the other. */
function wordsOf({ parts }: Written, built: Listing): ReadonlyMap<string, string> | undefined {
  const words = new Map<string, string>();
  for (const [name, { lines }] of built.parts) {
    if (!name.startsWith('chain ')) continue;
    const own = parts.get(name);
    if (own?.length !== lines.length) return undefined;
    lines.forEach((line, index) => words.set(line, own[index]!));
  }
  return words;
}

function listed(name: string, { lines, elements }: ListedPart, words: ReadonlyMap<string, string>): readonly string[] {
  if (name.startsWith('chain ')) return lines.map((line) => words.get(line) ?? line);
  return elements.length === 0 ? lines : [...lines, 'elements = {', elements.join(',\n'), '}'];
}

/** `set banned`, `map rooms` */
function setName(part: string): string {
  return part.slice(part.indexOf(' ') + 1);
}

function isAlike(one: ListedPart, other: ListedPart): boolean {
  return String(one.lines) === String(other.lines) && String(one.elements) === String(other.elements);
}
