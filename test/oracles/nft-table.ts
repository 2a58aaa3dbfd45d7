/**
 * A table as the kernel keeps it, and what `nft -f` makes of it: of a whole rule set, and of a delta. As strict as the
 * kernel in what a delta could get wrong: nothing goes that something refers to, that is not there, or comes twice.
 */

interface SetContent {
  readonly kind: string;
  readonly lines: readonly string[];
  /** By key; each as it was added. */
  readonly elements: Map<string, string>;
}

interface ChainContent {
  readonly hook: string | undefined;
  readonly rules: string[];
}

export class NftTable {
  readonly objects = new Map<string, readonly string[]>();
  readonly sets = new Map<string, SetContent>();
  readonly chains = new Map<string, ChainContent>();
  /** Sets whose elements went all at once. */
  readonly flushed: string[] = [];

  /** Carries out a file; throws, with the line, where the kernel would take none of it. */
  load(text: string): this {
    const lines = text.split('\n').map((line) => line.trim());
    for (let at = 0; at < lines.length; at++) {
      const line = lines[at]!;
      if (line === '' || line.startsWith('#') || line === 'table inet sluice') continue;
      if (!line.endsWith('{')) {
        this.#command(line);
        continue;
      }
      const end = line.startsWith('table ') ? endOf(lines, at) : lines.indexOf('}', at);
      const inside = lines.slice(at + 1, end);
      if (line.startsWith('table ')) this.#table(inside);
      else this.#elements(line, elementsOf(inside));
      at = end;
    }
    this.#checkReferences();
    return this;
  }

  /** Everything in it, in no particular order. */
  content(): unknown {
    const sorted = <Value>(map: ReadonlyMap<string, Value>) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return {
      objects: sorted(this.objects),
      sets: sorted(this.sets).map(([name, set]) => [name, set.kind, set.lines, sorted(set.elements)]),
      chains: sorted(this.chains),
    };
  }

  #command(line: string): void {
    const [, verb, kind, name] = /^(\w+) (ct helper|\w+) inet sluice (\w+)$/.exec(line) ?? [];
    if (line === 'delete table inet sluice') {
      for (const map of [this.objects, this.sets, this.chains]) map.clear();
    } else if (verb === 'add' && kind === 'chain') this.#newChain(name!, undefined);
    else if (verb === 'flush' && kind === 'chain') present(this.chains, name!).rules.length = 0;
    else if (verb === 'flush') {
      present(this.sets, name!).elements.clear();
      this.flushed.push(name!);
    } else if (verb === 'delete') this.#delete(kind!, name!);
    else throw new Error(`what is: ${line}`);
  }

  #delete(kind: string, name: string): void {
    if (kind === 'chain') {
      if (present(this.chains, name).rules.length > 0) throw new Error(`chain ${name} has rules`);
      this.#free(new RegExp(`\\b(jump|goto) ${name}$`), new RegExp(`\\b(jump|goto) ${name}\\b`), name);
      this.chains.delete(name);
    } else if (kind === 'set' || kind === 'map') {
      if (present(this.sets, name).kind !== kind) throw new Error(`${name} is no ${kind}`);
      this.#free(undefined, new RegExp(`@${name}\\b`), name);
      this.sets.delete(name);
    } else {
      present(this.objects, `${kind} ${name}`);
      this.#free(new RegExp(` : "${name}"$`), new RegExp(`"${name}"(?! accept)`), name);
      this.objects.delete(`${kind} ${name}`);
    }
  }

  /** Throws if an element or a rule refers to something that is to go. */
  #free(inElements: RegExp | undefined, inRules: RegExp, name: string): void {
    for (const [set, { elements }] of this.sets) {
      if (inElements && [...elements.values()].some((element) => inElements.test(element))) {
        throw new Error(`${set} refers to ${name}`);
      }
    }
    for (const [chain, { rules }] of this.chains) {
      if (rules.some((rule) => inRules.test(withoutComment(rule)))) throw new Error(`${chain} refers to ${name}`);
    }
  }

  #newChain(name: string, hook: string | undefined): void {
    if (this.chains.has(name)) throw new Error(`chain ${name} is there already`);
    this.chains.set(name, { hook, rules: [] });
  }

  #table(lines: readonly string[]): void {
    const rules: (readonly [string, readonly string[]])[] = [];
    for (let at = 0; at < lines.length; at++) {
      const [, kind, name] = /^(ct helper|\w+) (\w+) \{$/.exec(lines[at]!) ?? [];
      if (kind === undefined || name === undefined) continue;
      const end = endOf(lines, at);
      const inside = lines.slice(at + 1, end).filter((line) => line !== '' && !line.startsWith('#'));
      if (kind === 'chain') {
        const hook = inside.find((line) => /^type \w+ hook /.test(line));
        // A chain that is there, without a hook, is the chain that is meant.
        if (hook !== undefined || !this.chains.has(name)) this.#newChain(name, hook);
        rules.push([name, inside.filter((line) => line !== hook)]);
      } else if (kind === 'set' || kind === 'map') this.#newSet(kind, name, inside);
      else {
        if (this.objects.has(`${kind} ${name}`)) throw new Error(`${kind} ${name} is there already`);
        this.objects.set(`${kind} ${name}`, inside);
      }
      at = end;
    }
    for (const [name, list] of rules) present(this.chains, name).rules.push(...list);
  }

  #newSet(kind: string, name: string, lines: readonly string[]): void {
    if (this.sets.has(name)) throw new Error(`${kind} ${name} is there already`);
    const start = lines.indexOf('elements = {');
    const head = start < 0 ? lines : lines.slice(0, start);
    this.sets.set(name, { kind, lines: head, elements: new Map() });
    if (start >= 0) this.#elements(`add element inet sluice ${name} {`, elementsOf(lines.slice(start + 1, -1)));
  }

  #elements(head: string, list: readonly string[]): void {
    const [, verb, name] = /^(add|delete) element inet sluice (\w+) \{$/.exec(head) ?? [];
    const { elements, lines } = present(this.sets, name!);
    for (const element of list) {
      const key = element.replace(/ (:|counter|limit|timeout|comment) .*| counter$/, '');
      if (verb === 'delete') {
        if (!elements.delete(key)) throw new Error(`${name} has no ${key}`);
      } else {
        if (elements.has(key)) throw new Error(`${name} has ${key} already`);
        elements.set(key, element);
      }
    }
    const size = Number(/^size (\d+)$/m.exec(lines.join('\n'))?.[1] ?? Infinity);
    if (elements.size > size) throw new Error(`${name} is full`);
  }

  /** Everything that is named is there. */
  #checkReferences(): void {
    const rules = [...this.chains.values()].flatMap((chain) => chain.rules.map(withoutComment));
    const elements = [...this.sets.values()].flatMap((set) => [...set.elements.values()]);
    for (const text of [...rules, ...elements]) {
      for (const [, name] of text.matchAll(/\b(?:jump|goto) (\w+)/g)) present(this.chains, name!);
      // `@ih,0,8` are bytes of the packet.
      for (const [, name] of text.matchAll(/@(\w+)\b(?!,)/g)) present(this.sets, name!);
    }
  }
}

function present<Value>(map: ReadonlyMap<string, Value>, name: string): Value {
  const value = map.get(name);
  if (value === undefined) throw new Error(`there is no ${name}`);
  return value;
}

function withoutComment(rule: string): string {
  return rule.replace(/ comment "[^"]*"$/, '');
}

function elementsOf(lines: readonly string[]): string[] {
  return lines.filter((line) => line !== '').map((line) => line.replace(/,$/, ''));
}

/** Where what is opened in line `at` is closed. */
function endOf(lines: readonly string[], at: number): number {
  let depth = 1;
  for (let line = at + 1; line < lines.length; line++) {
    if (lines[line]!.startsWith('#')) continue;
    if (lines[line]!.endsWith('{')) depth++;
    if (lines[line] === '}' && --depth === 0) return line;
  }
  throw new Error(`no end of: ${lines[at]}`);
}
