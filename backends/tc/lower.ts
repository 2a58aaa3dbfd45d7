/**
 * `shape` blocks as trees of HTB's classes. A packet's class is its priority, which another plane writes, so there are no filters in
 * them; where tc is alone, it has filters for the choice, too.
 */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Program, Stage } from '../../compiler/4-program/program.ts';
import type { Origin, Shape } from '../../compiler/model/index.ts';
import {
  classesIn,
  classId,
  numberClasses,
  shareOf,
  type ClassNode,
  type ClassNumbers,
} from '../../compiler/model/shape-classes.ts';
import { interfaceOf, queueInterfaceOf } from '../../compiler/model/shape-interface.ts';
import type { ClassSearch } from '../../compiler/plane.ts';
import { classChoice, searchInWords } from './class-filters.ts';
import { cakeText, leafText, type LeafWish } from './leaves.ts';
import { PolicerLowering } from './policers.ts';
import { PROBLEMS } from './problems.ts';
import { burstFor, leastRate, linkOptions, rateText, turnOf } from './rates.ts';
import type { Redirect } from './redirect.ts';
import type { NamedClass, TcCommand, TcTree } from './tree.ts';

/** Of classes that say none. */
const PRIORITY = 4;
/** HTB's own class around all others. */
const ROOT = 1;
/** How much more than the link all guarantees together may be: HTB keeps rates within that. */
const ROUNDING = 1.01;

export interface LoweredProgram {
  readonly tree: TcTree;
  readonly searches: ReadonlyMap<Shape, ClassSearch>;
  readonly diagnostics: readonly Diagnostic[];
}

export function lowerProgram(program: Program): LoweredProgram {
  const lowered = program.shapes.map((shape) =>
    shape.policed ? new PolicerLowering(shape, program) : new ShapeLowering(shape, program),
  );
  return {
    tree: {
      redirects: program.shapes.flatMap((shape) => redirectOf(shape, program)),
      commands: lowered.flatMap(({ commands }) => commands),
      classes: lowered.flatMap(({ classes }) => classes),
    },
    searches: new Map(lowered.flatMap(({ shape, search }) => (search ? [[shape, search]] : []))),
    diagnostics: lowered.flatMap(({ diagnostics }) => diagnostics),
  };
}

function redirectOf(shape: Shape, { target }: Program): readonly Redirect[] {
  const { direction, zone, origin, policed } = shape;
  if (direction === 'egress' || policed) return [];
  return [{ zone: zone.name, from: interfaceOf(shape, target)!, to: queueInterfaceOf(shape, target)!, origin }];
}

/** What classes have from the one around them. */
interface Around {
  /** As tc writes it. */
  readonly id: string;
  readonly ceiling: number;
  readonly priority: number;
}

/** What HTB is told of a class. Rates in bits a second. */
interface ClassRates {
  readonly rate: number;
  readonly ceiling: number;
  readonly burst?: number | undefined;
  /** Undefined: of a class that has classes in it, which counts for nothing. */
  readonly priority?: number;
}

class ShapeLowering {
  readonly commands: TcCommand[] = [];
  readonly classes: NamedClass[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly shape: Shape;
  search: ClassSearch | undefined;
  readonly #device: string;
  readonly #numbers: ClassNumbers;
  readonly #least: number;
  readonly #link: string;

  constructor(shape: Shape, program: Program) {
    const nodes = classesIn(shape);
    const rate = shareOf(shape);
    this.shape = shape;
    this.#device = queueInterfaceOf(shape, program.target)!;
    this.#numbers = numberClasses(shape, program.policy.shapes, nodes);
    this.#least = leastRate(rate);
    this.#link = linkOptions(shape);
    const root = handleOf(this.#numbers.shaper);
    if (nodes.length === 0) this.#qdisc('root', root, cakeText(shape, program.policy), shape.origin);
    else if (shape.queues === undefined) this.#tree('root', 0, nodes, rate);
    else this.#across(root, nodes, rate);
    const stage = shape.direction === 'egress' && program.stages.find(({ id }) => id === 'shape');
    if (stage) this.#filters(root, stage);
  }

  /** Where no other plane writes packets' priorities, filters at the tree find their classes; there is none for the tree's default. */
  #filters(parent: string, stage: Stage): void {
    const choice = classChoice(stage, this.shape);
    const { filters, unasked } = choice;
    this.search = searchInWords(choice);
    for (const { preference, protocol, handle, what, number, origin = this.shape.origin } of filters) {
      const id = `pref ${preference} protocol ${protocol} handle ${handle}`;
      const led = number === undefined ? what : `${what} classid ${classId(number)}`;
      this.commands.push({ object: 'filter', device: this.#device, parent, id, what: led, origin });
    }
    for (const { origin, message, hint } of unasked) {
      this.diagnostics.push(diagnostic(PROBLEMS.notExact, origin.span, message, { hint }));
    }
  }

  /** A tree for each queue of the interface, and filters that pick a packet's queue by its class, whatever the driver would have. */
  #across(handle: string, nodes: readonly ClassNode[], rate: number): void {
    const { trees, treeOf } = this.#numbers;
    const { origin } = this.shape;
    this.#qdisc('root', handle, 'mq', origin);
    for (const tree of trees.keys()) {
      const own = nodes.filter((node) => treeOf(node) === tree);
      this.#tree(`${handle}${(tree + 1).toString(16)}`, tree, own, rate);
    }
    const device = this.#device;
    this.commands.push({ object: 'qdisc', device, parent: 'egress', id: '', what: 'clsact', origin });
    for (const [queue, tree] of trees.entries()) {
      const asks = `meta(priority mask 0xffff0000 eq ${hexadecimal(tree * 0x10000)})`;
      const what = `basic match '${asks}' action skbedit queue_mapping ${queue}`;
      this.commands.push({ object: 'filter', device, parent: 'egress', id: hexadecimal(tree), what, origin });
    }
  }

  #tree(parent: string, tree: number, nodes: readonly ClassNode[], rate: number): void {
    const { fair, trees } = this.#numbers;
    const { origin, default: wanted } = this.shape;
    const handle = handleOf(trees[tree]!);
    const rest = this.#numbers.default;
    const isRestHere = Math.floor(rest / 0x10000) === trees[tree];
    this.#qdisc(parent, handle, `htb default ${isRestHere ? (rest % 0x10000).toString(16) : 0}`, origin);
    const root = `${handle}${ROOT}`;
    this.#class(handle, root, { rate, ceiling: rate }, origin);
    const around: Around = { id: root, ceiling: rate, priority: PRIORITY };
    if (wanted === 'fair' && tree === 0) {
      this.#leaf(around, classId(fair), 'default', { rate: this.#least, ceiling: rate, priority: PRIORITY }, origin, {
        leaf: 'fq_codel',
        latency: undefined,
        ecn: undefined,
        ceiling: rate,
      });
    }
    this.#classesIn(nodes, around);
    const sum = nodes.reduce((total, node) => total + this.#rateOf(node), 0);
    if (sum > rate * ROUNDING) {
      const message = `${nodes.length} classes of ${rateText(rate)}: HTB guarantees each of them something, together ${rateText(sum)}`;
      const hint = 'Guarantee less, or put classes into classes that have a guarantee.';
      this.diagnostics.push(diagnostic(PROBLEMS.notExact, origin.span, message, { hint }));
    }
  }

  #classesIn(nodes: readonly ClassNode[], around: Around): void {
    for (const node of nodes) {
      const { source, nested, path } = node;
      const { origin, burst, latency, ecn } = source;
      const ceiling = node.ceiling ?? around.ceiling;
      const priority = source.priority ?? around.priority;
      const id = classId(this.#numbers.of(node));
      if (nested.length === 0) {
        const rates = { rate: this.#rateOf(node), ceiling, burst, priority };
        this.#leaf(around, id, path, rates, origin, { leaf: source.leaf, latency, ecn, ceiling });
        continue;
      }
      const inner = classId(this.#numbers.around(node));
      this.#class(around.id, inner, { rate: this.#rateOf(node), ceiling, burst }, origin);
      const inside: Around = { id: inner, ceiling, priority };
      const rest = { leaf: undefined, latency, ecn: undefined, ceiling };
      this.#leaf(inside, id, path, { rate: this.#least, ceiling, burst, priority }, origin, rest);
      this.#classesIn(nested, inside);
    }
  }

  /** What a class is guaranteed: what it says, or what the classes in it are, or next to nothing. */
  #rateOf({ guarantee, nested }: ClassNode): number {
    const inside = nested.reduce((sum, node) => sum + this.#rateOf(node), nested.length > 0 ? this.#least : 0);
    return guarantee ?? Math.max(this.#least, inside);
  }

  #leaf(around: Around, id: string, name: string, rates: ClassRates, origin: Origin, wish: LeafWish): void {
    this.#class(around.id, id, rates, origin);
    this.classes.push({ device: this.#device, id, name });
    const queue = leafText(wish);
    // A class's number is not that of any shaper, so its queue may have it for its own.
    if (queue !== undefined) this.#qdisc(id, `${id.slice(id.indexOf(':') + 1)}:`, queue, origin);
  }

  #class(parent: string, id: string, { rate, ceiling, burst, priority }: ClassRates, origin: Origin): void {
    const turn = priority === undefined ? '' : ` prio ${priority}`;
    const bursts = [rate, ceiling].map((bits) => burst ?? burstFor(bits));
    const what = `htb rate ${rateText(rate)} ceil ${rateText(ceiling)} burst ${bursts[0]}b cburst ${bursts[1]}b${turn} quantum ${turnOf(rate)}${this.#link}`;
    this.commands.push({ object: 'class', device: this.#device, parent, id, what, origin });
  }

  #qdisc(parent: string, id: string, what: string, origin: Origin): void {
    this.commands.push({ object: 'qdisc', device: this.#device, parent, id, what, origin });
  }
}

/** A tree's number as tc writes it. */
function handleOf(tree: number): string {
  return `${tree.toString(16)}:`;
}

function hexadecimal(number: number): string {
  return `0x${number.toString(16)}`;
}
