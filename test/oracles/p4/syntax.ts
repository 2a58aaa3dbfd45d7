/** As much of P4-16 as programs for NICs use here, read from text: declarations, states, tables and statements. */
import { wordsOf, type Word } from './lexer.ts';

export type Expression =
  | { readonly kind: 'number'; readonly value: bigint; readonly width: number | undefined }
  | { readonly kind: 'name'; readonly path: string }
  | { readonly kind: 'call'; readonly path: string; readonly given: readonly Expression[] }
  | { readonly kind: 'operation'; readonly sign: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'slice'; readonly of: Expression; readonly high: number; readonly low: number }
  | { readonly kind: 'cast'; readonly width: number; readonly of: Expression };

export type Statement =
  | { readonly kind: 'assignment'; readonly path: string; readonly value: Expression; readonly line: number }
  | { readonly kind: 'call'; readonly call: Expression; readonly line: number }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly met: readonly Statement[];
      readonly otherwise: readonly Statement[];
      readonly line: number;
    };

export interface Member {
  readonly name: string;
  /** A width, or the name of a header or struct. */
  readonly type: number | string;
}

export interface State {
  readonly statements: readonly Statement[];
  readonly by: readonly Expression[];
  /** The first whose values are those of `by`; undefined stands for any. */
  readonly cases: readonly { readonly values: readonly Expression[] | undefined; readonly to: string }[];
}

export interface Action {
  readonly parameters: readonly Member[];
  readonly statements: readonly Statement[];
}

export interface Table {
  /** `width`: of the key, where it is wider than what is asked. */
  readonly keys: readonly { readonly path: string; readonly width: number | undefined; readonly match: string }[];
  readonly actions: readonly string[];
  readonly otherwise: string;
  readonly size: number;
}

export interface Block {
  readonly parameters: readonly Member[];
  readonly states: ReadonlyMap<string, State>;
  readonly actions: ReadonlyMap<string, Action>;
  readonly tables: ReadonlyMap<string, Table>;
  /** Of counters that actions count with: how many each has. */
  readonly counters: ReadonlyMap<string, number>;
  readonly apply: readonly Statement[];
}

export interface P4Program {
  readonly constants: ReadonlyMap<string, { readonly width: number; readonly value: bigint }>;
  readonly headers: ReadonlyMap<string, readonly Member[]>;
  readonly structs: ReadonlyMap<string, readonly Member[]>;
  readonly blocks: ReadonlyMap<string, Block>;
  /** `V1Switch`, or what other architectures call it. */
  readonly architecture: string;
  /** What the switch is made of, in order. */
  readonly main: readonly string[];
}

export function readProgram(text: string): P4Program {
  return new Reader(wordsOf(text)).program();
}

/** Of PNA's type of ports. */
const PORT_WIDTH = 32;

class Reader {
  readonly #words: readonly Word[];
  #at = 0;

  constructor(words: readonly Word[]) {
    this.#words = words;
  }

  program(): P4Program {
    const constants = new Map<string, { readonly width: number; readonly value: bigint }>();
    const headers = new Map<string, readonly Member[]>();
    const structs = new Map<string, readonly Member[]>();
    const blocks = new Map<string, Block>();
    let [architecture, main] = ['', [] as readonly string[]];
    while (this.#at < this.#words.length) {
      const word = this.#name();
      if (word === 'const') {
        const { name, type } = this.#member();
        this.#expect('=');
        constants.set(name, { width: Number(type), value: this.#number() });
        this.#expect(';');
      } else if (word === 'header' || word === 'struct') {
        (word === 'header' ? headers : structs).set(this.#name(), this.#members());
      } else if (word === 'parser' || word === 'control') {
        const name = this.#name();
        if (blocks.has(name)) throw this.#odd(`${name} is declared twice`);
        blocks.set(name, this.#block());
      } else {
        architecture = word;
        main = this.#list('(', ')', () => this.#instance());
        if (this.#name() !== 'main') throw this.#odd('no main');
        this.#expect(';');
      }
    }
    return { constants, headers, structs, blocks, architecture, main };
  }

  #instance(): string {
    const name = this.#name();
    this.#expect('(');
    this.#expect(')');
    return name;
  }

  #members(): readonly Member[] {
    this.#expect('{');
    const members: Member[] = [];
    while (!this.#has('}')) {
      members.push(this.#member());
      this.#expect(';');
    }
    if (new Set(members.map(({ name }) => name)).size < members.length) throw this.#odd('a member twice');
    return members;
  }

  /** `bit<8> zone`, `in headers_t headers` */
  #member(): Member {
    let word = this.#name();
    if (['in', 'out', 'inout'].includes(word)) word = this.#name();
    const type = word === 'bit' ? this.#width() : word === 'PortId_t' ? PORT_WIDTH : word;
    return { type, name: this.#name() };
  }

  #width(): number {
    this.#expect('<');
    const width = Number(this.#number());
    this.#expect('>');
    return width;
  }

  #block(): Block {
    const parameters = this.#list('(', ')', () => this.#member());
    const block = {
      parameters,
      states: new Map<string, State>(),
      actions: new Map<string, Action>(),
      tables: new Map<string, Table>(),
      counters: new Map<string, number>(),
      apply: [] as readonly Statement[],
    };
    this.#expect('{');
    while (!this.#has('}')) {
      const word = this.#name();
      if (word === 'apply') {
        block.apply = this.#statements();
      } else if (word === 'direct_counter') {
        this.#list('(', ')', () => this.#path());
        this.#name();
        this.#expect(';');
      } else if (word === 'Counter') {
        const [name, size] = this.#counter();
        block.counters.set(name, size);
      } else {
        const name = this.#name();
        const known = block.actions.has(name) || block.tables.has(name) || block.states.has(name);
        if (known) throw this.#odd(`${name} is declared twice`);
        if (word === 'state') block.states.set(name, this.#state());
        else if (word === 'action') block.actions.set(name, this.#action());
        else if (word === 'table') block.tables.set(name, this.#table());
        else throw this.#odd(`no ${word} here`);
      }
    }
    return block;
  }

  /** `Counter<bit<64>, bit<32>>(8, PNA_CounterType_t.PACKETS) met_ipv4;` */
  #counter(): readonly [string, number] {
    this.#list('<', '>', () => {
      this.#expect('bit');
      return this.#width();
    });
    this.#expect('(');
    const size = Number(this.#number());
    this.#expect(',');
    this.#path();
    this.#expect(')');
    const name = this.#name();
    this.#expect(';');
    return [name, size];
  }

  #action(): Action {
    return { parameters: this.#list('(', ')', () => this.#member()), statements: this.#statements() };
  }

  #state(): State {
    const statements: Statement[] = [];
    this.#expect('{');
    while (!this.#has('transition')) statements.push(this.#statement());
    if (!this.#has('select')) {
      const to = this.#name();
      this.#expect(';');
      this.#expect('}');
      return { statements, by: [], cases: [{ values: undefined, to }] };
    }
    const by = this.#list('(', ')', () => this.#expression());
    const cases: State['cases'][number][] = [];
    this.#expect('{');
    while (!this.#has('}')) {
      const isAny = this.#has('default');
      const values = isAny
        ? undefined
        : this.#peek() === '('
          ? this.#list('(', ')', () => this.#expression())
          : [this.#expression()];
      this.#expect(':');
      cases.push({ values, to: this.#name() });
      this.#expect(';');
    }
    this.#expect('}');
    return { statements, by, cases };
  }

  #table(): Table {
    const keys: Table['keys'][number][] = [];
    const actions: string[] = [];
    let [otherwise, size] = ['', 0];
    this.#expect('{');
    while (!this.#has('}')) {
      this.#has('const');
      const property = this.#name();
      this.#expect('=');
      if (property === 'key') {
        this.#expect('{');
        while (!this.#has('}')) keys.push(this.#key());
        continue;
      }
      if (property === 'actions') {
        this.#expect('{');
        while (!this.#has('}')) {
          actions.push(this.#name());
          this.#expect(';');
        }
        continue;
      }
      if (property === 'default_action') otherwise = this.#instance();
      else if (property === 'size') size = Number(this.#number());
      else if (property === 'counters') this.#name();
      else throw this.#odd(`no property ${property}`);
      this.#expect(';');
    }
    return { keys, actions, otherwise, size };
  }

  /** `meta.keys.vlan: ternary`, `(bit<24>)meta.keys.source_port: lpm` */
  #key(): Table['keys'][number] {
    let width: number | undefined;
    if (this.#has('(')) {
      this.#expect('bit');
      width = this.#width();
      this.#expect(')');
    }
    const path = this.#path();
    this.#expect(':');
    const match = this.#name();
    this.#expect(';');
    return { path, width, match };
  }

  #statements(): readonly Statement[] {
    const statements: Statement[] = [];
    this.#expect('{');
    while (!this.#has('}')) statements.push(this.#statement());
    return statements;
  }

  #statement(): Statement {
    const { line } = this.#words[this.#at]!;
    if (this.#has('if')) {
      this.#expect('(');
      const condition = this.#expression();
      this.#expect(')');
      const met = this.#statements();
      const otherwise = this.#has('else') ? (this.#peek() === 'if' ? [this.#statement()] : this.#statements()) : [];
      return { kind: 'if', condition, met, otherwise, line };
    }
    const path = this.#path();
    if (this.#peek() === '(') {
      const call: Expression = { kind: 'call', path, given: this.#list('(', ')', () => this.#expression()) };
      this.#expect(';');
      return { kind: 'call', call, line };
    }
    this.#expect('=');
    const value = this.#expression();
    this.#expect(';');
    return { kind: 'assignment', path, value, line };
  }

  #expression(level = 0): Expression {
    const signs = LEVELS[level];
    if (!signs) return this.#operand();
    let left = this.#expression(level + 1);
    while (signs.includes(this.#peek() ?? '')) {
      const sign = this.#words[this.#at++]!.text;
      left = { kind: 'operation', sign, left, right: this.#expression(level + 1) };
    }
    return left;
  }

  #operand(): Expression {
    if (this.#has('(')) {
      this.#expect('bit');
      const width = this.#width();
      this.#expect(')');
      return { kind: 'cast', width, of: this.#operand() };
    }
    if (this.#words[this.#at]?.kind === 'number') {
      const [, width, digits] = /^(?:(\d+)w)?(\w+)$/.exec(this.#words[this.#at++]!.text)!;
      return { kind: 'number', value: BigInt(digits!), width: width === undefined ? undefined : Number(width) };
    }
    const path = this.#path();
    if (this.#peek() === '(') return { kind: 'call', path, given: this.#list('(', ')', () => this.#expression()) };
    const name: Expression = { kind: 'name', path };
    if (!this.#has('[')) return name;
    const high = Number(this.#number());
    this.#expect(':');
    const low = Number(this.#number());
    this.#expect(']');
    return { kind: 'slice', of: name, high, low };
  }

  #path(): string {
    let path = this.#name();
    while (this.#has('.')) path += `.${this.#name()}`;
    return path;
  }

  #list<Item>(open: string, close: string, item: () => Item): readonly Item[] {
    this.#expect(open);
    const items: Item[] = [];
    if (this.#has(close)) return items;
    do items.push(item());
    while (this.#has(','));
    this.#expect(close);
    return items;
  }

  #number(): bigint {
    const word = this.#words[this.#at++];
    if (word?.kind !== 'number') throw this.#odd('a number is missing');
    return BigInt(word.text);
  }

  #name(): string {
    const word = this.#words[this.#at++];
    if (word?.kind !== 'name') throw this.#odd('a name is missing');
    return word.text;
  }

  #peek(): string | undefined {
    return this.#words[this.#at]?.text;
  }

  #has(text: string): boolean {
    if (this.#peek() !== text) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#has(text)) throw this.#odd(`\`${text}\` is missing`);
  }

  #odd(what: string): Error {
    const { line, text } = this.#words[Math.min(this.#at, this.#words.length - 1)]!;
    return new Error(`line ${line}, at \`${text}\`: ${what}`);
  }
}

/** Signs that bind equally strongly, the weakest first. */
const LEVELS: readonly (readonly string[])[] = [['&&'], ['==', '!=', '>=', '<='], ['^'], ['+', '++']];
