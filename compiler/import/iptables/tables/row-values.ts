/** The values of rules as numbers, read straight from the dump's text: no object and no string for a rule. */
import { lineEnd, type RuleColumns } from '../dump/dump.ts';
import { isBlank, wordEnd } from '../dump/tokens.ts';
import type { AddressSpace } from './address-space.ts';
import type { MacNumbers } from './mac-numbers.ts';
import type { Role } from './rule-forms.ts';

/** A port, or the port of a translation, that is not there. */
export const NO_PORT = 0xffffffff;

const [DOT, SLASH, COLON, ZERO, SMALL_X] = [46, 47, 58, 48, 120] as const;

/** Reads one rule after another; what was read last stands in its fields. */
export class RowValueReader {
  from = 0;
  /** 0: any address. */
  fromLength = 0;
  to = 0;
  toLength = 0;
  port = NO_PORT;
  /** A mark, or the address of a translation. */
  data = 0;
  dataPort = NO_PORT;
  /** The number of a hardware address; 0: none. */
  mac = 0;
  /** The values in which the rules of a table agree. */
  fixed = '';
  #text = '';
  #at = 0;
  readonly #space: AddressSpace;
  readonly #macs: MacNumbers;

  constructor(space: AddressSpace, macs: MacNumbers) {
    this.#space = space;
    this.#macs = macs;
  }

  /** False where a value is written in a way that a column does not hold: the rule stays a rule. */
  read(rules: RuleColumns, rule: number, roles: readonly Role[]): boolean {
    this.#reset(rules.source.text, rules.start.at(rule));
    const end = lineEnd(this.#text, this.#at);
    let value = 0;
    for (const word of rules.shapes[rules.shape.at(rule)]!.words) {
      while (isBlank(this.#text.charCodeAt(this.#at))) this.#at++;
      if (word !== undefined) {
        this.#at += word.length;
        continue;
      }
      const stop = wordEnd(this.#text, this.#at, end);
      if (!this.#value(roles[value++]!, stop)) return false;
      this.#at = stop;
    }
    return true;
  }

  #reset(text: string, at: number): void {
    this.#text = text;
    this.#at = at;
    [this.from, this.fromLength, this.to, this.toLength] = [0, 0, 0, 0];
    [this.port, this.data, this.dataPort, this.mac, this.fixed] = [NO_PORT, 0, NO_PORT, 0, ''];
  }

  #value(role: Role, stop: number): boolean {
    switch (role) {
      case 'from':
        this.fromLength = this.#prefix(stop);
        this.from = this.#number;
        return this.fromLength >= 0;
      case 'to':
        this.toLength = this.#prefix(stop);
        this.to = this.#number;
        return this.toLength >= 0;
      case 'port':
        this.port = this.#digits(this.#at, stop, 65_535);
        return this.port >= 0;
      case 'mac':
        this.mac = this.#macs.numberOf(this.#text.slice(this.#at, stop));
        return this.mac > 0;
      case 'mark':
        this.data = this.#mark(stop);
        return this.data >= 0;
      case 'target':
        return this.#space.family === 4 && this.#endpoint(stop);
      case 'fixed':
        this.fixed += `${this.#text.slice(this.#at, stop)} `;
        return true;
      case 'comment':
      case 'chain':
        return true;
    }
  }

  /** What `#prefix` and `#address` have read. */
  #number = 0;

  /** The length of a prefix without host bits; negative where there is none such. */
  #prefix(stop: number): number {
    if (this.#space.family === 4) return this.#prefix4(stop);
    const { address, length } = this.#space.prefixOf(this.#text.slice(this.#at, stop)) ?? { address: 0, length: -1 };
    this.#number = address;
    return length;
  }

  #prefix4(stop: number): number {
    const behind = this.#address(this.#at, stop);
    if (behind === stop) return 32;
    if (behind < 0 || this.#text.charCodeAt(behind) !== SLASH) return -1;
    const length = this.#digits(behind + 1, stop, 32);
    if (length < 0) return -1;
    const host = length === 0 ? 0xffffffff : 0xffffffff >>> length;
    return length < 32 && (this.#number & host) !== 0 ? -1 : length;
  }

  /** Where an IPv4 address ends; negative where there is none. */
  #address(start: number, stop: number): number {
    let at = start;
    this.#number = 0;
    for (let part = 0; part < 4; part++) {
      if (part > 0 && this.#text.charCodeAt(at++) !== DOT) return -1;
      const first = at;
      let byte = 0;
      for (; at < stop && isDigit(this.#text.charCodeAt(at)); at++) byte = byte * 10 + this.#text.charCodeAt(at) - ZERO;
      if (at === first || at > first + 3 || byte > 255) return -1;
      this.#number = this.#number * 256 + byte;
    }
    return at;
  }

  /** A number in decimal digits; negative where there is none up to `most`. */
  #digits(start: number, stop: number, most: number): number {
    let value = 0;
    for (let at = start; at < stop; at++) {
      if (!isDigit(this.#text.charCodeAt(at))) return -1;
      value = value * 10 + this.#text.charCodeAt(at) - ZERO;
      if (value > most) return -1;
    }
    return start < stop ? value : -1;
  }

  /** `V` or `V/0xffffffff`: a whole mark. */
  #mark(stop: number): number {
    const slash = this.#text.indexOf('/', this.#at);
    const end = slash < 0 || slash > stop ? stop : slash;
    if (end < stop && this.#text.slice(end, stop) !== '/0xffffffff') return -1;
    return this.#text.charCodeAt(this.#at + 1) === SMALL_X
      ? this.#hexadecimal(this.#at + 2, end)
      : this.#digits(this.#at, end, 0xffffffff);
  }

  #hexadecimal(start: number, stop: number): number {
    let value = 0;
    for (let at = start; at < stop; at++) {
      const code = this.#text.charCodeAt(at) | 32;
      const digit = isDigit(code) ? code - ZERO : code >= 97 && code <= 102 ? code - 87 : -1;
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    return start < stop && stop - start <= 8 ? value : -1;
  }

  /** `A` or `A:P` */
  #endpoint(stop: number): boolean {
    const behind = this.#address(this.#at, stop);
    this.data = this.#number;
    if (behind === stop) return true;
    if (behind < 0 || this.#text.charCodeAt(behind) !== COLON) return false;
    this.dataPort = this.#digits(behind + 1, stop, 65_535);
    return this.dataPort >= 0;
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
