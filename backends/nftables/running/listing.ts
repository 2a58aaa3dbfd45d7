/** What `nft -s list table` says, cut into the parts that the kernel knows by name. */

export interface ListedPart {
  /** `chain filter_forward`, `set banned` */
  readonly name: string;
  /** What it is, and its rules, in their order, as nft writes them. */
  readonly lines: readonly string[];
  /** Sorted; of a set that packets fill, none: they are no part of what was loaded. */
  readonly elements: readonly string[];
}

export interface Listing {
  /** The build's name. */
  readonly build: string | undefined;
  readonly parts: ReadonlyMap<string, ListedPart>;
}

const TABLE = /^table (\S+ \S+) \{$/;
const PART = /^\t(\S.*) \{$/;
const BUILD = /^chain build_(\w+)$/;
const ELEMENTS = /^elements = \{ ?/;
/** What elements say that no longer is as it was loaded. */
const STATE = / (?:counter packets \d+ bytes \d+|expires \S+)/g;

/** The table's parts; undefined: the text does not list it. `table`: `inet sluice`. */
export function readListing(text: string, table: string): Listing | undefined {
  const reader = new ListingReader(text.split('\n'));
  return reader.read(table);
}

class ListingReader {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  read(table: string): Listing | undefined {
    while (this.#at < this.#lines.length && TABLE.exec(this.#lines[this.#at]!)?.[1] !== table) this.#at++;
    if (this.#at === this.#lines.length) return undefined;
    const parts = new Map<string, ListedPart>();
    let build: string | undefined;
    for (this.#at++; this.#at < this.#lines.length && this.#lines[this.#at] !== '}'; this.#at++) {
      const name = PART.exec(this.#lines[this.#at]!)?.[1];
      if (name === undefined) continue;
      const part = this.#part(name);
      const named = BUILD.exec(name)?.[1];
      if (named === undefined) parts.set(name, part);
      else build = named;
    }
    return { build, parts };
  }

  #part(name: string): ListedPart {
    const lines: string[] = [];
    let elements: readonly string[] = [];
    for (this.#at++; this.#at < this.#lines.length && this.#lines[this.#at] !== '\t}'; this.#at++) {
      const line = this.#lines[this.#at]!.trim();
      if (ELEMENTS.test(line)) elements = this.#elements();
      else if (line !== '') lines.push(line);
    }
    const isFilled = lines.some((line) => /^flags .*\bdynamic\b/.test(line));
    return { name, lines, elements: isFilled ? [] : elements };
  }

  /** From the line that begins them to the one that ends them, which ends in a brace. */
  #elements(): readonly string[] {
    const pieces: string[] = [];
    for (let line = this.#lines[this.#at]!.trim().replace(ELEMENTS, ''); ; line = this.#lines[++this.#at]!.trim()) {
      pieces.push(line);
      if (line.endsWith('}') || this.#at + 1 >= this.#lines.length) break;
    }
    const text = pieces.join(' ').replace(/ ?\}$/, '');
    return splitElements(text)
      .map((element) => element.replaceAll(STATE, ''))
      .toSorted();
  }
}

/** By the commas that stand outside of quotes. */
function splitElements(text: string): readonly string[] {
  return (text.match(/(?:[^,"]|"[^"]*")+/g) ?? []).map((element) => element.trim()).filter((one) => one !== '');
}
