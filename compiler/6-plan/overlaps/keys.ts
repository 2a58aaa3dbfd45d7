/** Texts by which long lists of rules are looked through for those that are alike. */
import { fieldKey, isSetTest } from '../../4-program/atoms.ts';
import type { Atom, AtomTest } from '../../4-program/program.ts';
import type { IntervalSet } from '../../net/interval-set.ts';

/** Texts of atoms: of the same atoms the same; of others very likely others, so whoever relies on it compares them. */
export class AtomTexts {
  readonly #sets = new Map<IntervalSet, string>();
  readonly #others = new Map<AtomTest, number>();

  of(atom: Atom): string {
    return `${atom.negated ? 'not ' : ''}${this.#ofTest(atom)}`;
  }

  #ofTest(atom: Atom): string {
    const { test } = atom;
    if (isSetTest(atom)) return `${fieldKey(atom.test)} ${this.#ofSet(atom.test.in)}`;
    if (test.kind === 'zone') return `${test.field} ${test.zones.map(({ name }) => name).join()}`;
    if (test.kind === 'masked') return `${test.field} & ${test.mask} == ${test.value}`;
    let number = this.#others.get(test);
    if (number === undefined) this.#others.set(test, (number = this.#others.size));
    return `test ${number}`;
  }

  #ofSet(set: IntervalSet): string {
    let text = this.#sets.get(set);
    if (text === undefined) this.#sets.set(set, (text = set.fingerprint()));
    return text;
  }
}
