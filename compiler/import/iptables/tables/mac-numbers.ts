/** Hardware addresses by numbers, which columns hold. */

/** As iptables-save writes them; what is written in another way has no number. */
const FORM = /^([\dA-Fa-f]{2}:){5}[\dA-Fa-f]{2}$/;

export class MacNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly textOf = (number: number): string => this.#texts[number - 1]!;

  /** From 1; 0: the word is no hardware address. */
  numberOf(word: string): number {
    if (!FORM.test(word)) return 0;
    const text = word.toLowerCase();
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, (number = this.#texts.push(text)));
    return number;
  }
}
