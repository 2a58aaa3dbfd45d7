/** The whole text: one table, replaced as a whole, and the elements that are added to its sets. */
import type {
  HelperObject,
  Limit,
  Machine,
  MachineChain,
  MachineRule,
  MachineSet,
} from '../../../compiler/proof/machine/form.ts';
import { readElements } from './elements.ts';
import { entryOf } from './entries.ts';
import { durationOf, limitOf } from './limits.ts';
import { Misread } from './misread.ts';
import { statementsOf, type OpaqueWords } from './rules.ts';
import { emptyShape, readType, SetBuilder } from './sets.ts';
import type { Text } from './text.ts';
import { Tokens } from './tokens.ts';
import { PROTOCOLS } from './words.ts';

/** Reads one table. */
export class TableReader {
  readonly #text: Text;
  readonly #opaque: OpaqueWords;
  readonly #builders = new Map<string, SetBuilder>();
  readonly #chains = new Map<string, MachineChain>();
  readonly #counters = new Set<string>();
  readonly #limits = new Map<string, Limit>();
  readonly #helpers = new Map<string, HelperObject>();

  constructor(text: Text, opaque: OpaqueWords) {
    this.#text = text;
    this.#opaque = opaque;
  }

  /** Throws a Misread for whatever is not known. */
  run(): Machine {
    const name = this.#head();
    for (let line = this.#line(); line !== '}'; line = this.#line()) this.#block(line);
    for (let line = this.#text.nextStatement(); line !== undefined; line = this.#text.nextStatement()) {
      this.#added(name, line);
    }
    const sets = new Map<string, MachineSet>();
    for (const [own, builder] of this.#builders) sets.set(own, builder.finish());
    return {
      chains: this.#chains,
      sets,
      counters: this.#counters,
      limits: this.#limits,
      helpers: this.#helpers,
    };
  }

  /** The table is made if it is not there, deleted, and made anew: a transaction that leaves nothing of what was. */
  #head(): string {
    const first = this.#tokens();
    first.expect('table', 'inet');
    const name = first.name();
    first.expectEnd();
    const second = this.#tokens();
    second.expect('delete', 'table', 'inet', name);
    second.expectEnd();
    const third = this.#tokens();
    third.expect('table', 'inet', name, '{');
    third.expectEnd();
    const comment = this.#tokens();
    comment.expect('comment');
    comment.quoted();
    comment.expectEnd();
    return name;
  }

  /** A set, map, chain or object of the table. */
  #block(line: string): void {
    const tokens = Tokens.of(line);
    const kind = tokens.take('ct', 'helper') ? 'ct helper' : tokens.next();
    const name = tokens.name();
    tokens.expect('{');
    tokens.expectEnd();
    switch (kind) {
      case 'set':
      case 'map':
        return this.#set(kind, name);
      case 'chain':
        return this.#chain(name);
      case 'counter':
        this.#counters.add(name);
        return this.#commented();
      case 'limit':
        this.#limits.set(name, limitOf(this.#tokens()));
        return this.#end();
      case 'ct helper':
        this.#helpers.set(name, this.#helper());
        return this.#end();
      default:
        throw new Misread(`\`${kind}\` is no part of a table that is known`);
    }
  }

  #set(kind: 'set' | 'map', name: string): void {
    const draft = emptyShape(name);
    let builder: SetBuilder | undefined;
    for (let line = this.#line(); line !== '}'; line = this.#line()) {
      const tokens = Tokens.of(line);
      if (tokens.take('elements')) {
        tokens.expect('=', '{');
        tokens.expectEnd();
        builder = new SetBuilder(draft);
        readElements(this.#text, builder);
        continue;
      }
      if (builder) throw new Misread('a property of a set behind its elements');
      if (tokens.peek() === 'type' || tokens.peek() === 'typeof') readType(tokens, draft);
      else this.#property(tokens, draft);
    }
    const isMap = draft.hasVerdicts || draft.data.length > 0;
    if (draft.key.length === 0 || isMap !== (kind === 'map')) throw new Misread(`\`${name}\` is no ${kind}`);
    if (this.#builders.has(name)) throw new Misread(`two sets \`${name}\``);
    this.#builders.set(name, builder ?? new SetBuilder(draft));
  }

  #property(tokens: Tokens, draft: ReturnType<typeof emptyShape>): void {
    if (tokens.take('size')) draft.size = tokens.number();
    else if (tokens.take('timeout')) draft.timeout = durationOf(tokens.next());
    else if (tokens.take('gc-interval')) durationOf(tokens.next());
    else if (tokens.take('counter')) draft.counted = true;
    else if (tokens.take('limit')) draft.limit = limitOf(tokens);
    else {
      tokens.expect('flags');
      do {
        const flag = tokens.next();
        if (flag === 'interval') draft.interval = true;
        else if (flag === 'dynamic') draft.dynamic = true;
        else if (flag !== 'timeout') throw new Misread(`\`${flag}\` is no property of a set that is known`);
      } while (tokens.take(','));
    }
    tokens.expectEnd();
  }

  #chain(name: string): void {
    const rules: MachineRule[] = [];
    let line = this.#line();
    const entry = line.startsWith('type ') ? entryOf(Tokens.of(line)) : undefined;
    if (entry) line = this.#line();
    for (; line !== '}'; line = this.#line()) {
      rules.push({ statements: statementsOf(line, this.#opaque), line: this.#text.line });
    }
    if (this.#chains.has(name)) throw new Misread(`two chains \`${name}\``);
    this.#chains.set(name, { name, entry, rules });
  }

  /** `type "ftp" protocol tcp;` */
  #helper(): HelperObject {
    const tokens = this.#tokens();
    tokens.expect('type');
    const helper = tokens.quoted();
    tokens.expect('protocol');
    const protocol = PROTOCOLS.get(tokens.next());
    tokens.expect(';');
    tokens.expectEnd();
    if (protocol === undefined) throw new Misread('a helper of a protocol that is not known');
    return { helper, protocol };
  }

  /** `add element inet sluice NAME {` */
  #added(table: string, line: string): void {
    const tokens = Tokens.of(line);
    tokens.expect('add', 'element', 'inet', table);
    const name = tokens.name();
    tokens.expect('{');
    tokens.expectEnd();
    const builder = this.#builders.get(name);
    if (!builder) throw new Misread(`elements of a set \`${name}\` that is not there`);
    readElements(this.#text, builder);
  }

  /** The end of an object, or a comment and the end. */
  #commented(): void {
    const line = this.#line();
    if (line === '}') return;
    const tokens = Tokens.of(line);
    tokens.expect('comment');
    tokens.quoted();
    tokens.expectEnd();
    this.#end();
  }

  #end(): void {
    if (this.#line() !== '}') throw new Misread('an object of several lines');
  }

  #tokens(): Tokens {
    return Tokens.of(this.#line());
  }

  #line(): string {
    const line = this.#text.nextStatement();
    if (line === undefined) throw new Misread('the text ends too early');
    return line;
  }
}
