/** A column of numbers that grows: no object a rule. */
export class GrowingColumn {
  #values = new Uint32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const longer = new Uint32Array(this.#length * 2);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.#length++] = value;
  }

  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  /** The values at some places, in the order of the places. */
  gather(places: Uint32Array): Uint32Array {
    const gathered = new Uint32Array(places.length);
    for (let at = 0; at < places.length; at++) gathered[at] = this.#values[places[at]!]!;
    return gathered;
  }
}
