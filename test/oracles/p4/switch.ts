/**
 * Runs a program for v1model or PNA on frames: a switch of our own, for what `syntax.ts` reads. It takes the place of BMv2 and of
 * DPDK's pipeline where these are not at hand; that a real compiler takes the program, it does not say.
 */
import type { Entries, Entry } from './entries.ts';
import type { Block, Expression, P4Program, Statement } from './syntax.ts';
import { checkProgram, typeOfPath } from './types.ts';

export interface Passed {
  /** Undefined: the frame was dropped. */
  readonly port: number | undefined;
  readonly bytes: Uint8Array;
}

export class P4Switch {
  readonly #program: P4Program;
  readonly #entries: Entries;
  readonly #met: Map<Entry, number>;
  /** Of counters, as `met_ipv4[3]`. */
  readonly counted = new Map<string, number>();

  /** Counts in `met` how often each entry was found. Throws where the program is not sound. */
  constructor(program: P4Program, entries: Entries, met = new Map<Entry, number>()) {
    checkProgram(program);
    this.#program = program;
    this.#entries = entries;
    this.#met = met;
  }

  run(port: number, bytes: Uint8Array): Passed {
    return new Run(this.#program, this.#entries, this.#met, this.counted, port, bytes).all();
  }
}

class Run {
  readonly #program: P4Program;
  readonly #entries: Entries;
  readonly #met: Map<Entry, number>;
  readonly #counted: Map<string, number>;
  /** v1model begins with zeros; PNA leaves open what has not been set. */
  readonly #startsWithZeros: boolean;
  readonly #bytes: Uint8Array;
  readonly #values = new Map<string, bigint>();
  readonly #valid = new Set<string>();
  /** In bytes. */
  #read = 0;
  #isDropped = false;
  #block!: Block;
  #out: Uint8Array[] = [];

  constructor(
    program: P4Program,
    entries: Entries,
    met: Map<Entry, number>,
    counted: Map<string, number>,
    port: number,
    bytes: Uint8Array,
  ) {
    this.#program = program;
    this.#entries = entries;
    this.#met = met;
    this.#counted = counted;
    this.#startsWithZeros = program.architecture === 'V1Switch';
    this.#bytes = bytes;
    this.#values.set('standard.input_port', BigInt(port));
    this.#values.set('standard.ingress_port', BigInt(port));
    this.#values.set('standard.packet_length', BigInt(bytes.length));
  }

  all(): Passed {
    const [parser, ...controls] = this.#program.main.map((name) => this.#program.blocks.get(name)!);
    this.#block = parser!;
    this.#parse();
    for (const control of controls) {
      this.#block = control;
      this.#all(control.apply);
    }
    const rest = this.#bytes.subarray(this.#read);
    const bytes = Uint8Array.from([...this.#out.flatMap((part) => [...part]), ...rest]);
    return { port: this.#isDropped ? undefined : Number(this.#values.get('standard.egress_spec') ?? 0n), bytes };
  }

  #parse(): void {
    for (let name = 'start'; name !== 'accept';) {
      const { statements, by, cases } = this.#block.states.get(name)!;
      try {
        this.#all(statements);
      } catch (error) {
        // The frame is too short: its headers so far are what there is.
        if (error instanceof TooShort) return;
        throw error;
      }
      const found = by.map((one) => this.#number(one));
      name = cases.find(({ values }) => values?.every((value, at) => this.#number(value) === found[at]) ?? true)!.to;
    }
  }

  #all(statements: readonly Statement[]): void {
    for (const statement of statements) {
      if (statement.kind === 'assignment') this.#values.set(statement.path, this.#number(statement.value));
      else if (statement.kind === 'call') this.#call(statement.call);
      else this.#all(this.#holds(statement.condition) ? statement.met : statement.otherwise);
    }
  }

  #call(call: Expression): void {
    if (call.kind !== 'call') throw new Error('no call');
    const { path, given } = call;
    const [first] = given;
    if (path === 'mark_to_drop' || path === 'drop_packet') this.#isDropped = true;
    else if (path === 'send_to_port') this.#values.set('standard.egress_spec', this.#number(first!));
    else if (path.endsWith('.count')) this.#count(path.replace('.count', ''), Number(this.#number(first!)));
    else if (path === 'packet.extract' && first?.kind === 'name') this.#extract(first.path);
    else if (path === 'packet.emit' && first?.kind === 'name') this.#emit(first.path);
    else this.#apply(path.replace('.apply', ''));
  }

  #membersOf(path: string): readonly { readonly name: string; readonly type: number | string }[] {
    const type = typeOfPath(this.#program, this.#block.parameters, path);
    return this.#program.headers.get(`${type}`) ?? this.#program.structs.get(`${type}`)!;
  }

  #extract(header: string): void {
    const members = this.#membersOf(header);
    const bits = members.reduce((sum, { type }) => sum + Number(type), 0);
    const end = this.#read + bits / 8;
    if (end > this.#bytes.length) throw new TooShort();
    let whole = this.#bytes.subarray(this.#read, end).reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
    for (const { name, type } of members.toReversed()) {
      const width = BigInt(Number(type));
      this.#values.set(`${header}.${name}`, whole & ((1n << width) - 1n));
      whole >>= width;
    }
    this.#valid.add(header);
    this.#read = end;
  }

  #emit(path: string): void {
    for (const { name } of this.#membersOf(path)) {
      const header = `${path}.${name}`;
      if (!this.#valid.has(header)) continue;
      let [whole, bits] = [0n, 0];
      for (const member of this.#membersOf(header)) {
        whole = (whole << BigInt(Number(member.type))) | this.#values.get(`${header}.${member.name}`)!;
        bits += Number(member.type);
      }
      this.#out.push(Buffer.from(whole.toString(16).padStart(bits / 4, '0'), 'hex'));
    }
  }

  #count(counter: string, at: number): void {
    if (at >= this.#block.counters.get(counter)!) throw new Error(`${counter} has no place ${at}`);
    const key = `${counter}[${at}]`;
    this.#counted.set(key, (this.#counted.get(key) ?? 0) + 1);
  }

  #valueOf(path: string): bigint {
    const value = this.#values.get(path);
    if (value === undefined && !this.#startsWithZeros) throw new Error(`${path} is asked for and was never set`);
    return value ?? 0n;
  }

  #apply(name: string): void {
    const { keys, otherwise } = this.#block.tables.get(name)!;
    const asked = keys.map(({ path }) => this.#valueOf(path));
    const found = this.#entries
      .get(name)!
      .find((entry) => entry.keys.every(({ value, mask }, at) => (asked[at]! & mask) === value));
    if (found) this.#met.set(found, (this.#met.get(found) ?? 0) + 1);
    const action = found?.action ?? otherwise;
    if (action === 'NoAction') return;
    const { parameters, statements } = this.#block.actions.get(action)!;
    parameters.forEach((parameter, at) => this.#values.set(parameter.name, found!.given[at]!));
    this.#all(statements);
  }

  #holds(condition: Expression): boolean {
    if (condition.kind === 'call') return this.#valid.has(condition.path.replace('.isValid', ''));
    if (condition.kind !== 'operation') throw new Error('no condition');
    const { sign, left, right } = condition;
    if (sign === '&&') return this.#holds(left) && this.#holds(right);
    const [a, b] = [this.#number(left), this.#number(right)];
    if (sign === '==') return a === b;
    if (sign === '!=') return a !== b;
    return sign === '>=' ? a >= b : a <= b;
  }

  #number(value: Expression): bigint {
    switch (value.kind) {
      case 'number':
        return value.value;
      case 'name':
        return this.#program.constants.get(value.path)?.value ?? this.#valueOf(value.path);
      case 'cast':
        return BigInt.asUintN(value.width, this.#number(value.of));
      case 'slice':
        return BigInt.asUintN(value.high - value.low + 1, this.#number(value.of) >> BigInt(value.low));
      case 'operation': {
        const [left, right] = [this.#number(value.left), this.#number(value.right)];
        if (value.sign === '++') return (left << BigInt(this.#widthOf(value.right))) | right;
        return value.sign === '^' ? left ^ right : BigInt.asUintN(this.#widthOf(value.left), left + right);
      }
      case 'call':
        throw new Error(`${value.path} gives no number`);
    }
  }

  #widthOf(value: Expression): number {
    switch (value.kind) {
      case 'number':
        return value.width!;
      case 'name':
        return Number(typeOfPath(this.#program, this.#block.parameters, value.path));
      case 'cast':
        return value.width;
      case 'slice':
        return value.high - value.low + 1;
      case 'operation':
        return this.#widthOf(value.left) + (value.sign === '++' ? this.#widthOf(value.right) : 0);
      case 'call':
        throw new Error(`${value.path} has no width`);
    }
  }
}

class TooShort extends Error {}
