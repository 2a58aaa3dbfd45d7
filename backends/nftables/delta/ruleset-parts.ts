/**
 * A rule set as `emit.ts` writes it, cut into the parts that the kernel knows by name. What stands inside a part is not
 * read any further: two builds differ where their parts' texts do.
 */
import { BUILD_CHAIN } from '../names.ts';
import { ElementList } from './element-list.ts';

/** A counter, a limit or the like. */
export interface ObjectPart {
  /** `counter`, `ct helper` */
  readonly kind: string;
  readonly name: string;
  /** The lines inside the braces, which are what the kernel has. */
  readonly lines: readonly string[];
}

export interface SetPart {
  readonly kind: 'set' | 'map';
  readonly name: string;
  /** What the comment above it says. */
  readonly description: string;
  /** The lines inside the braces that say what it is: type, size, flags. */
  readonly lines: readonly string[];
  readonly elements: ElementList;
}

export interface ChainPart {
  readonly name: string;
  readonly description: string;
  /** The line that hooks it in; undefined: only other chains lead to it. */
  readonly hook: string | undefined;
  /** The rules as the kernel has them: without the file's comments. */
  readonly rules: readonly string[];
  /** The rules with the file's comments, as they stand there. */
  readonly body: readonly string[];
}

export interface RulesetParts {
  readonly table: string;
  readonly build: string;
  /** By kind and name: two objects of different kinds may share a name. */
  readonly objects: ReadonlyMap<string, ObjectPart>;
  readonly sets: ReadonlyMap<string, SetPart>;
  readonly chains: ReadonlyMap<string, ChainPart>;
}

const TABLE = /^table inet (\w+) \{$/;
const PART = /^\t(set|map|chain|ct helper|[a-z]+) (\w+) \{$/;
const ELEMENTS = /^add element inet \w+ (\w+) \{$/;
const HOOK = /^type \w+ hook /;

/** The parts of a rule set; undefined: it is none that this version writes. */
export function readRuleset(content: Uint8Array): RulesetParts | undefined {
  return new RulesetReader(content).read();
}

class RulesetReader {
  readonly #bytes: Uint8Array;
  readonly #decoder = new TextDecoder();
  readonly #objects = new Map<string, ObjectPart>();
  readonly #sets = new Map<string, SetPart>();
  readonly #chains = new Map<string, ChainPart>();
  readonly #blocks = new Map<string, Uint8Array[]>();
  #build: string | undefined;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(): RulesetParts | undefined {
    const table = this.#readUntilTable();
    if (table === undefined || !this.#readTable() || !this.#readElements()) return undefined;
    if (this.#build === undefined) return undefined;
    const sets = [...this.#sets].map(([name, set]) => [name, this.#withElements(set)] as const);
    return { table, build: this.#build, objects: this.#objects, sets: new Map(sets), chains: this.#chains };
  }

  /** The next line without its end; undefined at the end of the file. */
  #line(): string | undefined {
    if (this.#at >= this.#bytes.length) return undefined;
    const end = this.#bytes.indexOf(LINE_FEED, this.#at);
    const line = this.#decoder.decode(this.#bytes.subarray(this.#at, end < 0 ? this.#bytes.length : end));
    this.#at = end < 0 ? this.#bytes.length : end + 1;
    return line;
  }

  #readUntilTable(): string | undefined {
    for (let line = this.#line(); line !== undefined; line = this.#line()) {
      const name = TABLE.exec(line)?.[1];
      if (name !== undefined) return name;
    }
    return undefined;
  }

  #readTable(): boolean {
    let comment = '';
    for (let line = this.#line(); line !== undefined; line = this.#line()) {
      if (line === '}') return true;
      if (line === '' || line.startsWith('\tcomment ')) continue;
      const [, kind, name] = PART.exec(line) ?? [];
      if (line.startsWith('\t# ')) comment = line.slice(3);
      else if (kind === undefined || name === undefined) return false;
      else if (!this.#readPart(kind, name, comment)) return false;
    }
    return false;
  }

  #readPart(kind: string, name: string, description: string): boolean {
    const body: string[] = [];
    for (let line = this.#line(); line !== '\t}'; line = this.#line()) {
      if (line === undefined) return false;
      if (line === '\t\telements = {') this.#blocks.set(name, [this.#blockUntil('\t\t}')]);
      else body.push(line);
    }
    const lines = body.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('# '));
    if (kind === 'chain') this.#addChain(name, description, lines, body);
    else if (kind === 'set' || kind === 'map') {
      this.#sets.set(name, { kind, name, description, lines, elements: new ElementList([]) });
    } else this.#objects.set(`${kind} ${name}`, { kind, name, lines });
    return true;
  }

  #addChain(name: string, description: string, lines: readonly string[], body: readonly string[]): void {
    if (name.startsWith(BUILD_CHAIN)) {
      this.#build = name.slice(BUILD_CHAIN.length);
      return;
    }
    const hook = lines.find((line) => HOOK.test(line));
    const isRule = (line: string): boolean => line.trim() !== hook;
    const first = body.findIndex((line) => isRule(line) && line !== '');
    this.#chains.set(name, {
      name,
      description,
      hook,
      rules: lines.filter(isRule),
      body: first < 0 ? [] : body.slice(first),
    });
  }

  /** All that stands behind the table. */
  #readElements(): boolean {
    for (let line = this.#line(); line !== undefined; line = this.#line()) {
      if (line === '') continue;
      const name = ELEMENTS.exec(line)?.[1];
      if (name === undefined || !this.#sets.has(name)) return false;
      const blocks = this.#blocks.get(name) ?? [];
      blocks.push(this.#blockUntil('}'));
      this.#blocks.set(name, blocks);
    }
    return true;
  }

  /** The lines up to one that is `end`, with their ends; goes on behind it. */
  #blockUntil(end: string): Uint8Array {
    const bytes = this.#bytes;
    const start = this.#at;
    const closing = new TextEncoder().encode(`\n${end}\n`);
    // Elements hardly ever hold a brace, so the next one is nearly always the block's.
    for (let brace = bytes.indexOf(BRACE, start); brace >= 0; brace = bytes.indexOf(BRACE, brace + 1)) {
      const from = brace - end.length;
      if (!closing.every((byte, index) => bytes[from + index] === byte)) continue;
      this.#at = brace + 2;
      return bytes.subarray(start, from + 1);
    }
    this.#at = bytes.length;
    return bytes.subarray(start);
  }

  #withElements(set: SetPart): SetPart {
    return { ...set, elements: new ElementList(this.#blocks.get(set.name) ?? []) };
  }
}

const LINE_FEED = 0x0a;
const BRACE = 0x7d;
