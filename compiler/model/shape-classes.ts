/**
 * The classes of a shaper as a tree: one for each `class` and row, with its name, its rates and its number. Whoever chooses a
 * packet's class and whoever queues it know the class by that number, and need to know nothing else of each other.
 */
import type { Cell, Rate } from './condition.ts';
import type { Shape, ShapeClass, ShapeItem } from './policy.ts';
import { cellName, cellRate, type Rows } from './cells.ts';
import { jhash } from '../net/jhash.ts';

export interface ClassNode {
  readonly source: ShapeClass;
  /** The row of the innermost `each` around; undefined: there is none. */
  readonly row: number | undefined;
  /** Empty where the row's cell is. */
  readonly name: string;
  /** The name behind those of the classes around it: `voice/sip`. */
  readonly path: string;
  /** Bits a second; undefined: none was said. */
  readonly guarantee: number | undefined;
  readonly ceiling: number | undefined;
  readonly nested: readonly ClassNode[];
}

/** The outermost classes, in the order written; a class that is found by either end of a packet is there once. */
export function classesIn(shape: Shape): readonly ClassNode[] {
  return nodesOf(shape.body, '', new Map(), undefined);
}

function nodesOf(
  items: readonly ShapeItem[],
  around: string,
  rows: Rows,
  row: number | undefined,
): readonly ClassNode[] {
  const nodes: ClassNode[] = [];
  const eaches = new Set<unknown>();
  for (const item of items) {
    if (item.kind === 'class') {
      nodes.push(nodeOf(item, around, rows, row));
    } else if (!eaches.has(item.origin)) {
      // The walk for the packets' other ends leads to the same classes.
      eaches.add(item.origin);
      const numbers = item.rows ?? Array.from({ length: item.row.table.rowCount }, (_, index) => index);
      for (const number of numbers) {
        nodes.push(...nodesOf(item.body, around, new Map(rows).set(item.row, number), number));
      }
    }
  }
  return nodes;
}

function nodeOf(source: ShapeClass, around: string, rows: Rows, row: number | undefined): ClassNode {
  const { guarantee, ceiling } = source;
  const name = typeof source.name === 'string' ? source.name : (cellName(source.name, rows) ?? '');
  const path = `${around}${name}`;
  const nested = nodesOf(source.nested, `${path}/`, rows, row);
  return { source, row, name, path, guarantee: bitsAt(guarantee, rows), ceiling: bitsAt(ceiling, rows), nested };
}

/** All classes of a tree, those around others first. */
export function* everyClass(nodes: readonly ClassNode[]): Generator<ClassNode> {
  for (const node of nodes) {
    yield node;
    yield* everyClass(node.nested);
  }
}

/** Bits a second; undefined: there is no rate, or it stands in a row. */
export function bitsOf(rate: Rate | Cell | undefined): number | undefined {
  if (!rate || 'kind' in rate) return undefined;
  return ((rate.of === 'bytes' ? 8 : 1) * rate.amount) / rate.perSeconds;
}

function bitsAt(rate: Rate | Cell | undefined, rows: Rows): number | undefined {
  return bitsOf(rate && 'kind' in rate ? cellRate(rate, rows) : rate);
}

/** What the classes of one tree share, in bits a second: the shaper's rate, or of `across N queues` a queue's part of it. */
export function shareOf({ rate, queues = 1 }: Pick<Shape, 'rate' | 'queues'>): number {
  return bitsOf(rate)! / queues;
}

/**
 * Numbers have 32 bits, as the kernel has them for classes: that of the tree that it stands in in the upper 16, the class's in the
 * lower. A shaper is one tree, which has its number; of `across N queues` each queue is one, and whoever picks the queue goes
 * by the upper 16. Number 0 of a shaper is to go by all of its classes.
 */
export interface ClassNumbers {
  /** Of the shaper: 1 and up. */
  readonly shaper: number;
  /** Of the trees, in the order of the queues. */
  readonly trees: readonly number[];
  /** Where what no class takes queues by `default fair`: in the first tree. */
  readonly fair: number;
  /** The place in `trees` of the tree of an outermost class, with all that is in it. */
  readonly treeOf: (node: ClassNode) => number;
  /** Of a class; of one that has classes in it, of what none of them takes. */
  readonly of: (node: ClassNode) => number;
  /** Of a class that has classes in it, with all of them. */
  readonly around: (node: ClassNode) => number;
  /** Of what no class takes. */
  readonly default: number;
}

/** Below it are the shapers' own numbers and that of `default fair`; of `across N queues`, the queues' are the first. */
const FIRST = 0x20;
const LAST = 0xfffe;
const FAIR = 0x10;
export const MOST_SHAPERS = FAIR - 1;
export const MOST_QUEUES = 64;
/** Any would do; with this one, the numbers of zones as they are usually called differ. */
const SHAPERS_SEED = 102_108;
/** Numbers that classes across queues leave to the trees. */
const RESERVED = 0x60;

/**
 * Numbers of trees are those of their qdiscs, which the kernel finds by 16 lists (net/sched/sch_api.c, `qdisc_lookup`; that of an
 * interface's root needs none). The queues that HTB itself makes, one for each class, have no number and are all in the first
 * list, so that no tree is to be there.
 */
const TREES = Array.from({ length: RESERVED }, (_, at) => FIRST + at).filter(
  (number) => Math.imul(number << 16, 0x61c88647) >>> 28 !== 0,
);

/** What can be numbered in a shaper, a class with classes in it twice. */
export function mostClasses({ queues }: Pick<Shape, 'queues'>): number {
  return LAST - FIRST + 1 - (queues === undefined ? 0 : RESERVED);
}

/**
 * Numbers of shapers follow from what they shape, so that another one beside them, or one less, does not change them but where two
 * hashes are one. There are at most `MOST_SHAPERS` of them.
 */
function shaperNumber(shape: Shape, shapes: readonly Shape[]): number {
  return 1 + hashedPlaces(shapes.map(shapedBy), MOST_SHAPERS, SHAPERS_SEED).get(shapedBy(shape))!;
}

/** What no two shapers of a policy shape. */
function shapedBy({ zone, direction }: Shape): string {
  return `${zone.name} ${direction}`;
}

/**
 * Numbers follow from the classes' names, so that other classes, and rows before them, do not change them; two names whose hashes
 * are one are numbered in the order of the names. There are at most `mostClasses` of them, each with a name of its own. `shapes`:
 * the policy's.
 */
export function numberClasses(shape: Shape, shapes: readonly Shape[], nodes: readonly ClassNode[]): ClassNumbers {
  const shaper = shaperNumber(shape, shapes);
  const trees = shape.queues === undefined ? [shaper] : TREES.slice(0, shape.queues);
  const first = shape.queues === undefined ? FIRST : FIRST + RESERVED;
  const places = hashedPlaces([...everyClass(nodes)].flatMap(pathsOf), mostClasses(shape), 0);
  const numbers = new Map<string, number>();
  for (const node of nodes) {
    const tree = trees[places.get(node.path)! % trees.length]!;
    for (const path of [...everyClass([node])].flatMap(pathsOf)) {
      numbers.set(path, numberIn(tree, first + places.get(path)!));
    }
  }
  const fair = numberIn(trees[0]!, FAIR);
  const of = ({ path }: ClassNode): number => numbers.get(path)!;
  const around = ({ path }: ClassNode): number => numbers.get(`${path}/`)!;
  const byDefault = defaultClass(shape, nodes);
  const rest = byDefault ? of(byDefault) : shape.default === 'fair' ? fair : numberIn(shaper, 0);
  const treeOf = (node: ClassNode): number => places.get(node.path)! % trees.length;
  return { shaper, trees, fair, treeOf, of, around, default: rest };
}

/** What is numbered of a class: itself, and behind it, where it has classes in it, all of them together. */
function pathsOf({ path, nested }: ClassNode): readonly string[] {
  return nested.length > 0 ? [path, `${path}/`] : [path];
}

/** A place below `count` for each name, by its hash. */
function hashedPlaces(names: readonly string[], count: number, seed: number): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const taken = new Uint8Array(count);
  const encoder = new TextEncoder();
  const hashed = names.map((name) => ({ name, hash: jhash(encoder.encode(name), seed) }));
  hashed.sort((a, b) => a.hash - b.hash || (a.name < b.name ? -1 : 1));
  for (const { name, hash } of hashed) {
    let place = hash % count;
    while (taken[place] === 1) place = (place + 1) % count;
    taken[place] = 1;
    places.set(name, place);
  }
  return places;
}

/** The class of what no class takes; undefined: `default` names none. */
export function defaultClass({ default: wanted }: Shape, nodes: readonly ClassNode[]): ClassNode | undefined {
  if (typeof wanted === 'string') return undefined;
  for (const node of everyClass(nodes)) if (node.source.name === wanted.class) return node;
  return undefined;
}

function numberIn(tree: number, own: number): number {
  return tree * 0x10000 + own;
}

/** A number as nft and tc write it: `1:a2f`, both parts hexadecimal. */
export function classId(number: number): string {
  return `${Math.floor(number / 0x10000).toString(16)}:${(number % 0x10000).toString(16)}`;
}
