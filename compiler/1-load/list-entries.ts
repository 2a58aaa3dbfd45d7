/** The entries of a list file, read from bytes into columns of intervals. */
import { parseIpv4Bytes, parseIpv4PrefixBytes, parseIpv6Bytes, parseIpv6PrefixBytes } from '../net/address-bytes.ts';
import { parseIpv4, parseIpv6 } from '../net/address.ts';
import { IntervalBuilder } from '../net/interval-columns.ts';
import { compareWords, writeOnes } from '../net/words.ts';
import { explainAddress } from './tables/cells/address-text.ts';
import type { Complaint } from './tables/cells/cell-reader.ts';
import { parseInteger } from './tables/cells/integer.ts';

export type EntrySort = 'addresses' | 'ports';

export type EntryOutcome = 'added' | 'no entry' | 'other sort';

const DASH = 0x2d;
const GREATEST_PORT = 65535;

export class EntryColumns {
  readonly ipv4 = new IntervalBuilder(32, 1024);
  readonly ipv6 = new IntervalBuilder(128, 64);
  readonly ports = new IntervalBuilder(16, 64);
  readonly #lows = new Uint32Array(4);
  readonly #highs = new Uint32Array(4);
  readonly #length = new Uint8Array(1);
  #sort: EntrySort | undefined;

  /** Of what sort the first entry was. */
  get sort(): EntrySort | undefined {
    return this.#sort;
  }

  /** Reads the entry `bytes[start..end)`, which is not empty and has no spaces around it. */
  add(bytes: Uint8Array, start: number, end: number): EntryOutcome {
    const found =
      this.#readPrefix(bytes, start, end) ?? this.#readRange(bytes, start, end) ?? this.#readPorts(bytes, start, end);
    if (!found) return 'no entry';
    const sort = found === this.ports ? 'ports' : 'addresses';
    this.#sort ??= sort;
    if (this.#sort !== sort) return 'other sort';
    found.append(this.#lows, 0, this.#highs, 0);
    return 'added';
  }

  /** Each reader leaves the interval in the first value of `#lows` and `#highs`, and gives the columns it belongs to. */
  #readPrefix(bytes: Uint8Array, start: number, end: number): IntervalBuilder | undefined {
    const lows = this.#lows;
    const highs = this.#highs;
    const outcome = parseIpv4PrefixBytes(bytes, start, end, lows, this.#length, 0);
    if (outcome === 'prefix') {
      writeOnes(32 - this.#length[0]!, highs, 0, 1);
      highs[0]! |= lows[0]!;
      return this.ipv4;
    }
    const isIpv6 =
      outcome === 'malformed' && parseIpv6PrefixBytes(bytes, start, end, lows, this.#length, 0) === 'prefix';
    if (!isIpv6) return undefined;
    writeOnes(128 - this.#length[0]!, highs, 0, 4);
    for (let k = 0; k < 4; k++) highs[k]! |= lows[k]!;
    return this.ipv6;
  }

  #readRange(bytes: Uint8Array, start: number, end: number): IntervalBuilder | undefined {
    const dash = dashPlace(bytes, start, end);
    if (dash === end) return undefined;
    const low = parseIpv4Bytes(bytes, start, dash);
    const high = parseIpv4Bytes(bytes, dash + 1, end);
    if (low >= 0 && high >= low) {
      this.#lows[0] = low;
      this.#highs[0] = high;
      return this.ipv4;
    }
    const isIpv6 =
      parseIpv6Bytes(bytes, start, dash, this.#lows, 0) &&
      parseIpv6Bytes(bytes, dash + 1, end, this.#highs, 0) &&
      compareWords(this.#lows, 0, this.#highs, 0, 4) <= 0;
    return isIpv6 ? this.ipv6 : undefined;
  }

  #readPorts(bytes: Uint8Array, start: number, end: number): IntervalBuilder | undefined {
    const dash = dashPlace(bytes, start, end);
    const low = parseInteger(bytes, start, dash, GREATEST_PORT);
    const high = dash < end ? parseInteger(bytes, dash + 1, end, GREATEST_PORT) : low;
    if (low < 0 || high < low) return undefined;
    this.#lows[0] = low;
    this.#highs[0] = high;
    return this.ports;
  }
}

/** Where the entry's hyphen stands; `end` where there is none. */
function dashPlace(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== DASH) at++;
  return at;
}

/** Why a text is no entry. */
export function explainEntry(text: string): Complaint {
  const [low = '', high = '', more] = text.split('-').map((part) => part.trim());
  const isRange = more === undefined && [low, high].every((end) => isAddress(end) || isPort(end));
  if (isRange) return explainRange(low, high, text);
  if (/^\d+$/.test(text)) return { problem: `is neither an address nor a port: ports end at ${GREATEST_PORT}` };
  const [first = ''] = text.split(/[\s,]+/);
  if (first !== text && isAddress(first.replace(/\/.*/, ''))) {
    return { problem: 'is more than one entry', hint: 'Each entry stands on a line of its own; `#` begins a comment.' };
  }
  const complaint = explainAddress(text, { families: 'both', prefix: true });
  return complaint.problem === 'is not a prefix'
    ? { ...complaint, problem: 'is no address, prefix or range' }
    : complaint;
}

function explainRange(low: string, high: string, text: string): Complaint {
  const families = [low, high].map((end) => (isPort(end) ? 'port' : parseIpv4(end) === undefined ? 6 : 4));
  if (families[0] !== families[1]) return { problem: 'is a range of which the two ends do not belong together' };
  const hasSpaces = text !== `${low}-${high}`;
  return hasSpaces
    ? { problem: 'is no range as written', hint: `Write ${low}-${high}, without spaces.` }
    : { problem: 'ends before it begins', hint: `Write ${high}-${low}.` };
}

function isAddress(text: string): boolean {
  return parseIpv4(text) !== undefined || parseIpv6(text) !== undefined;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= GREATEST_PORT;
}
