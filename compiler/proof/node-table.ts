/** The nodes of decision diagrams: typed arrays, each node kept once, no more bytes than a budget allows. */

/** Thrown where the next step would take more memory than the proof may use. */
export class OutOfBudget extends Error {
  readonly budget: number;

  constructor(budget: number) {
    super(`decision diagrams of more than ${Math.round(budget / 2 ** 20)} MiB`);
    this.budget = budget;
  }
}

/** The level of terminals, below every variable. */
export const TERMINAL = 0xffff;

const FIRST_CAPACITY = 1 << 14;
/** Memory of what was computed before is worth its place up to here; beyond, it forgets. */
const MOST_REMEMBERED = 1 << 22;
/** Level 2, low 4, high 4, two slots of the table 8, and of what is remembered 16, all for each node. */
const BYTES_PER_NODE = 18;
const BYTES_REMEMBERED = 16;

/**
 * Nodes by number. A node that is no terminal asks the variable `levels[node]` and goes on at `lows[node]` where it is 0, at
 * `highs[node]` where it is 1. Two nodes never are the same, so equal diagrams have equal numbers.
 */
export class NodeTable {
  levels: Uint16Array = new Uint16Array(0);
  lows: Int32Array = new Int32Array(0);
  highs: Int32Array = new Int32Array(0);
  count = 0;
  readonly #budget: number;
  /** Numbers of nodes plus one, by hash; 0: free. */
  #slots = new Int32Array(0);
  /** Four numbers an entry: operation, two operands, result plus one. Collisions overwrite. */
  #remembered = new Int32Array(0);

  /** `budget`: bytes. Throws `OutOfBudget`, now or later. */
  constructor(budget: number) {
    this.#budget = budget;
    this.#grow();
  }

  /** The terminal of this value, an integer. */
  terminal(value: number): number {
    return this.#find(TERMINAL, value, value);
  }

  /** The node that asks `level`, or what both answers lead to where they lead to one. */
  node(level: number, low: number, high: number): number {
    return low === high ? low : this.#find(level, low, high);
  }

  #find(level: number, low: number, high: number): number {
    const { levels, lows, highs } = this;
    const mask = this.#slots.length - 1;
    let slot = mixed(level, low, high) & mask;
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[slot]!) {
      const node = entry - 1;
      if (lows[node] === low && highs[node] === high && levels[node] === level) return node;
      slot = (slot + 1) & mask;
    }
    if (this.count === levels.length) {
      this.#grow();
      return this.#find(level, low, high);
    }
    const node = this.count++;
    levels[node] = level;
    lows[node] = low;
    highs[node] = high;
    this.#slots[slot] = node + 1;
    return node;
  }

  /** What an operation came to, if it is still known; −1 otherwise. */
  recall(operation: number, a: number, b: number): number {
    const remembered = this.#remembered;
    const at = this.#place(operation, a, b);
    return remembered[at] === operation && remembered[at + 1] === a && remembered[at + 2] === b
      ? remembered[at + 3]! - 1
      : -1;
  }

  remember(operation: number, a: number, b: number, result: number): void {
    const at = this.#place(operation, a, b);
    this.#remembered[at] = operation;
    this.#remembered[at + 1] = a;
    this.#remembered[at + 2] = b;
    this.#remembered[at + 3] = result + 1;
  }

  #place(operation: number, a: number, b: number): number {
    return (mixed(operation, a, b) & ((this.#remembered.length >> 2) - 1)) << 2;
  }

  #grow(): void {
    const capacity = Math.max(FIRST_CAPACITY, this.levels.length * 2);
    const remembered = Math.min(capacity, MOST_REMEMBERED);
    if (capacity * BYTES_PER_NODE + remembered * BYTES_REMEMBERED > this.#budget) throw new OutOfBudget(this.#budget);
    this.levels = enlarged(this.levels, new Uint16Array(capacity));
    this.lows = enlarged(this.lows, new Int32Array(capacity));
    this.highs = enlarged(this.highs, new Int32Array(capacity));
    if (this.#remembered.length < remembered * 4) this.#remembered = new Int32Array(remembered * 4);
    this.#slots = new Int32Array(capacity * 2);
    const mask = this.#slots.length - 1;
    for (let node = 0; node < this.count; node++) {
      let slot = mixed(this.levels[node]!, this.lows[node]!, this.highs[node]!) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = node + 1;
    }
  }
}

function enlarged<Column extends Uint16Array | Int32Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}

/** Three numbers as one whose low bits depend on all of their bits. */
function mixed(a: number, b: number, c: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}
