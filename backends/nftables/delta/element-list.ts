/** The elements of a set as lines of a rule set, and what tells two such lists apart. There may be a million. */

const LINE_FEED = 0x0a;
const TAB = 0x09;
const COMMA = 0x2c;

export interface ElementChanges {
  /** Elements of the earlier list alone, as they stood there. */
  readonly removed: readonly string[];
  /** Elements of the later list alone, likewise. */
  readonly added: readonly string[];
}

const NO_CHANGES: ElementChanges = { removed: [], added: [] };

export class ElementList {
  /** Lines with their ends; each but the last of a block ends in a comma. */
  readonly #blocks: readonly Uint8Array[];

  constructor(blocks: readonly Uint8Array[]) {
    this.#blocks = blocks;
  }

  /** How many there are. */
  count(): number {
    return this.#blocks.reduce((sum, block) => sum + linesIn(block), 0);
  }

  /** Each element without what separates it from others. */
  texts(): string[] {
    return textsIn(this.#joined());
  }

  /** What leads from `former` to this list; elements are in no order. */
  changesFrom(former: ElementList): ElementChanges {
    if (sameBlocks(former.#blocks, this.#blocks)) return NO_CHANGES;
    const [before, after] = [former.#joined(), this.#joined()];
    const start = commonStart(before, after);
    const rest = commonEnd(before.subarray(start), after.subarray(start));
    const old = textsIn(before.subarray(start, before.length - rest));
    const fresh = textsIn(after.subarray(start, after.length - rest));
    const [oldOnes, freshOnes] = [new Set(old), new Set(fresh)];
    return {
      removed: old.filter((text) => !freshOnes.has(text)),
      added: fresh.filter((text) => !oldOnes.has(text)),
    };
  }

  /** One element a line: nothing else in the bytes depends on where a block ends. */
  #joined(): Uint8Array {
    const joined = new Uint8Array(this.#blocks.reduce((sum, block) => sum + block.length, 0));
    let length = 0;
    for (const block of this.#blocks) {
      let isStart = true;
      for (let at = 0; at < block.length; at++) {
        const byte = block[at]!;
        if (isStart && byte === TAB) continue;
        isStart = byte === LINE_FEED;
        if (byte === COMMA && block[at + 1] === LINE_FEED) continue;
        joined[length++] = byte;
      }
    }
    return joined.subarray(0, length);
  }
}

function linesIn(block: Uint8Array): number {
  let lines = 0;
  for (let at = block.indexOf(LINE_FEED); at >= 0; at = block.indexOf(LINE_FEED, at + 1)) lines++;
  return lines;
}

function textsIn(lines: Uint8Array): string[] {
  return lines.length === 0 ? [] : new TextDecoder().decode(lines).trimEnd().split('\n');
}

function sameBlocks(left: readonly Uint8Array[], right: readonly Uint8Array[]): boolean {
  return (
    left.length === right.length &&
    left.every((block, index) => {
      const other = right[index]!;
      return block.length === other.length && firstDifference(block, other) === block.length;
    })
  );
}

function firstDifference(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  let at = 0;
  while (at < length && left[at] === right[at]) at++;
  return at;
}

/** Bytes of the whole lines with which both begin. */
function commonStart(left: Uint8Array, right: Uint8Array): number {
  const different = firstDifference(left, right);
  return different === 0 ? 0 : left.lastIndexOf(LINE_FEED, different - 1) + 1;
}

/** Bytes of the whole lines with which both end. */
function commonEnd(left: Uint8Array, right: Uint8Array): number {
  const most = Math.min(left.length, right.length);
  let same = 0;
  while (same < most && left[left.length - 1 - same] === right[right.length - 1 - same]) same++;
  // A line that is alike in its end only is not common.
  const isWhole = (list: Uint8Array): boolean => same === list.length || list[list.length - 1 - same] === LINE_FEED;
  if (isWhole(left) && isWhole(right)) return same;
  const end = left.indexOf(LINE_FEED, left.length - same);
  return end < 0 ? 0 : left.length - end - 1;
}

const KEY_PART = /(?:"[^"]*"|[^\s"])+/.source;
const KEY = new RegExp(`^${KEY_PART}(?: \\. ${KEY_PART})*`);

/** What an element is found by: without its data, counter, limit and comment. */
export function keyOf(element: string): string {
  return KEY.exec(element)?.[0] ?? element;
}
