/** The policy's names: no two things have one, and none is reserved. */
import { isReserved } from '../../../../grammar/tokens.ts';
import { PROTOCOL_WORDS } from '../../../../grammar/words.ts';
import { identifier } from '../names.ts';

export class Names {
  readonly #taken = new Set<string>();
  readonly #byThing = new Map<string, string>();

  constructor(taken: Iterable<string>) {
    for (const name of taken) this.#taken.add(name);
  }

  /** The name of a thing, the same each time; `suffix` stands behind where the plain one cannot be. */
  of(thing: string, wanted: string, suffix: string): string {
    const known = this.#byThing.get(thing);
    if (known !== undefined) return known;
    const plain = identifier(wanted);
    let name = this.#isFree(plain) ? plain : `${plain}_${suffix}`;
    for (let number = 2; !this.#isFree(name); number++) name = `${plain}_${suffix}_${number}`;
    this.#taken.add(name);
    this.#byThing.set(thing, name);
    return name;
  }

  #isFree(name: string): boolean {
    return !this.#taken.has(name) && !isReserved(name) && !PROTOCOL_WORDS.has(name);
  }
}
