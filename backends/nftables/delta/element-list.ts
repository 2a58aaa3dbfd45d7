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

  /** A line for each element, all alike whatever block it stands in: a tab, the element, a comma. */
  #joined(): Uint8Array {
    const blocks = this.#blocks.map(withOneTab);
    const joined = new Uint8Array(blocks.reduce((sum, block) => sum + block.length + 1, 0));
    let at = 0;
    for (const block of blocks) {
      joined.set(block, at);
      at += block.length;
      joined[at - 1] = COMMA;
      joined[at++] = LINE_FEED;
    }
    return joined;
  }
}

/** The block's lines as they stand where a set is large; a set of few elements stands further in. */
function withOneTab(block: Uint8Array): Uint8Array {
  if (block[1] !== TAB) return block;
  const text = new TextDecoder().decode(block);
  return new TextEncoder().encode(text.replaceAll(/^\t+/gm, '\t'));
}

function linesIn(block: Uint8Array): number {
  let lines = 0;
  for (let at = block.indexOf(LINE_FEED); at >= 0; at = block.indexOf(LINE_FEED, at + 1)) lines++;
  return lines;
}

function textsIn(lines: Uint8Array): string[] {
  if (lines.length === 0) return [];
  return new TextDecoder().decode(lines).slice(1, -2).split(',\n\t');
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

/** So many bytes are compared four at a time. */
const PIECE = 1 << 16;

function firstDifference(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  let at = 0;
  while (at + PIECE <= length && samePiece(left, at, right, at)) at += PIECE;
  while (at < length && left[at] === right[at]) at++;
  return at;
}

function samePiece(left: Uint8Array, leftAt: number, right: Uint8Array, rightAt: number): boolean {
  // Copies begin at whole words; parts of a file need not.
  const a = new Int32Array(new Uint8Array(left.subarray(leftAt, leftAt + PIECE)).buffer);
  const b = new Int32Array(new Uint8Array(right.subarray(rightAt, rightAt + PIECE)).buffer);
  for (let word = 0; word < a.length; word++) if (a[word] !== b[word]) return false;
  return true;
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
  while (same + PIECE <= most) {
    if (!samePiece(left, left.length - same - PIECE, right, right.length - same - PIECE)) break;
    same += PIECE;
  }
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
