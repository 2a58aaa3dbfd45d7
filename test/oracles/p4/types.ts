/** Whether a program's names are declared, and what meets has one width: P4 converts no width by itself. */
import type { Block, Expression, Member, P4Program, Statement } from './syntax.ts';

export type Type = number | 'truth' | string;

/** What v1model and PNA give besides, by the name of the struct. */
const STANDARD: Readonly<Record<string, readonly Member[]>> = {
  standard_metadata_t: [
    { name: 'ingress_port', type: 9 },
    { name: 'egress_spec', type: 9 },
    { name: 'packet_length', type: 32 },
  ],
  pna_main_input_metadata_t: [{ name: 'input_port', type: 32 }],
};

/** Throws where something is undeclared, or of another width. */
export function checkProgram(program: P4Program): void {
  for (const name of program.main) if (!program.blocks.has(name)) throw new Error(`no ${name}`);
  for (const block of program.blocks.values()) new Checker(program, block).check();
}

/** The type of a name, or of a member of what it names. */
export function typeOfPath(program: P4Program, roots: readonly Member[], path: string): Type {
  const [root, ...rest] = path.split('.');
  const constant = program.constants.get(path);
  if (constant) return constant.width;
  let type = roots.find(({ name }) => name === root)?.type;
  for (const part of rest) {
    const members = STANDARD[`${type}`] ?? program.structs.get(`${type}`) ?? program.headers.get(`${type}`);
    type = members?.find(({ name }) => name === part)?.type;
  }
  if (type === undefined) throw new Error(`nothing is called ${path}`);
  return type;
}

class Checker {
  readonly #program: P4Program;
  readonly #block: Block;
  #roots: readonly Member[];

  constructor(program: P4Program, block: Block) {
    this.#program = program;
    this.#block = block;
    this.#roots = block.parameters;
  }

  check(): void {
    const { parameters, states, actions, tables, apply } = this.#block;
    for (const { statements, by, cases } of states.values()) {
      this.#statements(statements);
      const types = by.map((one) => this.#type(one));
      for (const { values, to } of cases) {
        if (to !== 'accept' && !states.has(to)) throw new Error(`no state ${to}`);
        values?.forEach((value, at) => this.#require(value, types[at]));
      }
    }
    for (const action of actions.values()) {
      this.#roots = [...parameters, ...action.parameters];
      this.#statements(action.statements);
      this.#roots = parameters;
    }
    for (const [name, { keys, actions: possible, otherwise }] of tables) {
      for (const { path, width = Infinity, match } of keys) {
        const own = this.#type({ kind: 'name', path });
        if (typeof own !== 'number' || own >= width) throw new Error(`${path} is no key`);
        // BMv2 takes other prefixes for shorter ones.
        const asked = width === Infinity ? own : width;
        if (match === 'lpm' && asked % 8 !== 0) throw new Error(`${path}: not whole bytes`);
      }
      for (const action of possible) {
        if (action !== 'NoAction' && !actions.has(action)) throw new Error(`${name}: no action ${action}`);
      }
      if (!possible.includes(otherwise)) throw new Error(`${name}: ${otherwise} is none of its actions`);
    }
    this.#statements(apply);
  }

  #statements(statements: readonly Statement[]): void {
    for (const statement of statements) {
      try {
        this.#statement(statement);
      } catch (error) {
        throw new Error(`line ${statement.line}: ${(error as Error).message}`, { cause: error });
      }
    }
  }

  #statement(statement: Statement): void {
    if (statement.kind === 'assignment') {
      this.#require(statement.value, this.#type({ kind: 'name', path: statement.path }));
    } else if (statement.kind === 'call') {
      this.#type(statement.call);
    } else {
      this.#require(statement.condition, 'truth');
      this.#statements(statement.met);
      this.#statements(statement.otherwise);
    }
  }

  /** A number without a width has any that it fits into. */
  #require(value: Expression, type: Type | undefined): void {
    if (value.kind === 'number' && value.width === undefined && typeof type === 'number') {
      if (value.value >> BigInt(type) !== 0n) throw new Error(`${value.value} does not fit into ${type} bits`);
      return;
    }
    const own = this.#type(value);
    if (own !== type) throw new Error(`${own} where ${type} is wanted`);
  }

  #type(value: Expression): Type {
    switch (value.kind) {
      case 'number':
        if (value.width === undefined) throw new Error(`${value.value} has no width`);
        return value.width;
      case 'name':
        return typeOfPath(this.#program, this.#roots, value.path);
      case 'cast':
        this.#type(value.of);
        return value.width;
      case 'slice': {
        const { of, high, low } = value;
        if (high < low || high >= Number(this.#type(of))) throw new Error(`[${high}:${low}] is no part of it`);
        return high - low + 1;
      }
      case 'operation':
        return this.#operation(value);
      case 'call':
        return this.#call(value);
    }
  }

  #operation({ sign, left, right }: Extract<Expression, { readonly kind: 'operation' }>): Type {
    const type = this.#type(left);
    if (sign === '++') return Number(type) + Number(this.#type(right));
    this.#require(right, type);
    return sign === '+' || sign === '^' ? type : 'truth';
  }

  #call({ path, given }: Extract<Expression, { readonly kind: 'call' }>): Type {
    const parts = path.split('.');
    const method = parts.pop()!;
    const of = parts.join('.');
    if (path === 'mark_to_drop') {
      this.#require(given[0]!, 'standard_metadata_t');
    } else if (path === 'send_to_port') {
      this.#require(given[0]!, 32);
    } else if (path === 'drop_packet') {
      if (given.length > 0) throw new Error(`${path} takes nothing`);
    } else if (method === 'count') {
      if (!this.#block.counters.has(of)) throw new Error(`no counter ${of}`);
      this.#require(given[0]!, 32);
    } else if (method === 'apply') {
      if (!this.#block.tables.has(of)) throw new Error(`no table ${of}`);
    } else {
      const type = this.#type({ kind: 'name', path: of });
      if (method === 'isValid' && this.#program.headers.has(`${type}`)) return 'truth';
      const isWire = type === 'packet_in' ? method === 'extract' : type === 'packet_out' && method === 'emit';
      if (!isWire || !given.every((one) => typeof this.#type(one) === 'string')) throw new Error(`no ${path}`);
    }
    return 'nothing';
  }
}
