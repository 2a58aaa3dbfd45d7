/**
 * `policed` shapers: a policer for each class and for the link, where frames come in, and filters that lead to them. A frame goes
 * through that of its class, those of the classes around, and the link's; the first that has had its rate drops it.
 */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Program } from '../../compiler/4-program/program.ts';
import type { Origin, Shape } from '../../compiler/model/index.ts';
import {
  bitsOf,
  classesIn,
  classId,
  numberClasses,
  type ClassNode,
  type ClassNumbers,
} from '../../compiler/model/shape-classes.ts';
import { interfaceOf, listedName } from '../../compiler/model/shape-interface.ts';
import { policingFilters, type LeadingFilter } from './class-filters.ts';
import { LAST_PREFERENCE } from './commands.ts';
import { PROBLEMS } from './problems.ts';
import { countedOptions, policedBurst, rateText } from './rates.ts';
import type { NamedClass, TcCommand } from './tree.ts';

/** Of the policer that all share, beside the classes' numbers. */
const LINK = 1;

/** A filter, also that for what no class takes, of whichever protocol. */
type Led = Omit<LeadingFilter, 'protocol'> & { readonly protocol: string };

export class PolicerLowering {
  readonly commands: TcCommand[] = [];
  readonly classes: NamedClass[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly shape: Shape;
  readonly search = undefined;
  readonly #device: string;
  readonly #listed: string;
  readonly #numbers: ClassNumbers;
  /** The policers that a frame goes through, by the number of its class. */
  readonly #ways = new Map<number, readonly number[]>();
  readonly #policed: TcCommand[] = [];
  /** What no filter leads to is not made. */
  readonly #ledTo = new Set<number>();
  readonly #names = new Map<number, string>();

  constructor(shape: Shape, program: Program) {
    const { target, policy } = program;
    const nodes = classesIn(shape);
    this.shape = shape;
    this.#device = interfaceOf(shape, target)!;
    this.#listed = listedName(shape, target)!;
    this.#numbers = numberClasses(shape, policy.shapes, nodes);
    this.commands.push({
      object: 'qdisc',
      device: this.#device,
      parent: 'egress',
      id: '',
      what: 'clsact',
      origin: shape.origin,
    });
    const link = this.#numbers.shaper * 0x10000 + LINK;
    const rate = bitsOf(shape.rate)!;
    this.#policer(link, `${this.#rate(rate, undefined)} conform-exceed drop/ok`, shape.origin);
    this.#policers(nodes, [link]);
    if (shape.default === 'fair' && nodes.length > 0) {
      this.#policer(this.#numbers.fair, this.#counting(rate), shape.origin);
      this.#names.set(this.#numbers.fair, 'default');
    }
    this.#ways.set(this.#numbers.fair, [...(nodes.length > 0 ? [this.#numbers.fair] : []), link]);
    const { filters, unasked } = policingFilters(
      program.stages.find(({ id }) => id === 'police'),
      shape,
    );
    for (const one of filters) this.#filter(one);
    this.diagnostics.push(
      ...unasked.map(({ origin, message, hint }) => diagnostic(PROBLEMS.notExact, origin.span, message, { hint })),
    );
    if (shape.default !== 'unshaped') {
      const number = this.#numbers.default;
      this.#filter({
        preference: LAST_PREFERENCE,
        protocol: 'all',
        handle: '0x1',
        what: 'flower',
        number,
        origin: shape.origin,
      });
    }
    this.commands.push(...this.#policed.filter(({ id }) => this.#ledTo.has(Number(id))));
    const named = [...this.#names].filter(([number]) => this.#ledTo.has(number));
    this.classes.push(...named.map(([number, name]) => ({ device: this.#listed, id: classId(number), name })));
  }

  #policers(nodes: readonly ClassNode[], around: readonly number[]): void {
    const link = bitsOf(this.shape.rate)!;
    for (const node of nodes) {
      const { source, nested, path, ceiling } = node;
      const { origin, burst } = source;
      const own = this.#numbers.of(node);
      const bound =
        ceiling === undefined ? this.#counting(link) : `${this.#rate(ceiling, burst)} conform-exceed drop/pipe`;
      this.#names.set(own, path);
      if (nested.length === 0) {
        this.#policer(own, bound, origin);
        this.#ways.set(own, [own, ...around]);
        continue;
      }
      const all = this.#numbers.around(node);
      this.#policer(all, bound, origin);
      this.#policer(own, this.#counting(link), origin);
      this.#ways.set(own, [own, all, ...around]);
      this.#policers(nested, [all, ...around]);
    }
  }

  #rate(bits: number, burst: number | undefined): string {
    return `rate ${rateText(bits)} burst ${burst ?? policedBurst(bits)} mtu 64kb${countedOptions(this.shape)}`;
  }

  /** A policer that lets all pass, for what it counts. */
  #counting(bits: number): string {
    return `${this.#rate(bits, undefined)} conform-exceed pipe/pipe`;
  }

  #policer(number: number, what: string, origin: Origin): void {
    this.#policed.push({ object: 'policer', device: '', parent: '', id: String(number), what, origin });
  }

  #filter({ preference, protocol, handle, what, number, origin }: Led): void {
    const way = this.#ways.get(number) ?? [];
    for (const index of way) this.#ledTo.add(index);
    const actions = way.map((index) => `action police index ${index}`).join(' ');
    const id = `pref ${preference} protocol ${protocol} handle ${handle}`;
    this.commands.push({
      object: 'filter',
      device: this.#device,
      parent: 'ingress',
      id,
      what: `${what} ${actions}`,
      origin,
    });
  }
}
