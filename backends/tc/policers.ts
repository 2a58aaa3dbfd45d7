/**
 * `policed` shapers: a policer for each class and for the link, where frames come in, and filters that lead to them. A frame goes
 * through that of its class, those of the classes around, and the link's; the first that has had its rate drops it.
 */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Family, Program, ProgramEach, ProgramItem, ProgramRule } from '../../compiler/4-program/program.ts';
import { cellNumber, type Rows } from '../../compiler/model/cells.ts';
import type { Cell, Origin, Shape } from '../../compiler/model/index.ts';
import {
  bitsOf,
  classesIn,
  classId,
  numberClasses,
  type ClassNode,
  type ClassNumbers,
} from '../../compiler/model/shape-classes.ts';
import { interfaceOf, listedName } from '../../compiler/model/shape-interface.ts';
import { jhash } from '../../compiler/net/jhash.ts';
import { LAST_PREFERENCE } from './commands.ts';
import { keysOf, NoKeys } from './frame-filters.ts';
import { PROBLEMS } from './problems.ts';
import { countedOptions, policedBurst, rateText } from './rates.ts';
import type { NamedClass, TcCommand } from './tree.ts';

/** Of the policer that all share, beside the classes' numbers. */
const LINK = 1;
const FAMILIES: readonly Family[] = [4, 6];

export class PolicerLowering {
  readonly commands: TcCommand[] = [];
  readonly classes: NamedClass[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #shape: Shape;
  readonly #device: string;
  readonly #listed: string;
  readonly #numbers: ClassNumbers;
  /** The policers that a frame goes through, by the number of its class. */
  readonly #ways = new Map<number, readonly number[]>();
  readonly #policed: TcCommand[] = [];
  /** What no filter leads to is not made. */
  readonly #ledTo = new Set<number>();
  readonly #names = new Map<number, string>();
  #preference = 0;

  constructor(shape: Shape, program: Program) {
    const { target, policy } = program;
    const nodes = classesIn(shape);
    this.#shape = shape;
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
    for (const item of program.stages.find(({ id }) => id === 'police')?.items ?? []) this.#item(item);
    if (shape.default !== 'unshaped') {
      this.#filter(LAST_PREFERENCE, 'all', 'flower', this.#numbers.default, shape.origin);
    }
    this.commands.push(...this.#policed.filter(({ id }) => this.#ledTo.has(Number(id))));
    const named = [...this.#names].filter(([number]) => this.#ledTo.has(number));
    this.classes.push(...named.map(([number, name]) => ({ device: this.#listed, id: classId(number), name })));
  }

  #policers(nodes: readonly ClassNode[], around: readonly number[]): void {
    const link = bitsOf(this.#shape.rate)!;
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
    return `rate ${rateText(bits)} burst ${burst ?? policedBurst(bits)} mtu 64kb${countedOptions(this.#shape)}`;
  }

  /** A policer that lets all pass, for what it counts. */
  #counting(bits: number): string {
    return `${this.#rate(bits, undefined)} conform-exceed pipe/pipe`;
  }

  #policer(number: number, what: string, origin: Origin): void {
    this.#policed.push({ object: 'policer', device: '', parent: '', id: String(number), what, origin });
  }

  /** What is for other shapers' zones comes to no filter. */
  #item(item: ProgramItem): void {
    const rest = `${this.#shape.origin.name}/default`;
    if (item.kind === 'each') this.#each(item);
    else if (item.kind === 'rule' && item.origin.name !== rest) this.#rule(item, [new Map()]);
  }

  /** Each rule in it is asked for all rows at once: where the order of rows would matter, there is no plan (6-plan/row-lookups.ts). */
  #each({ row, rows, items }: ProgramEach): void {
    const numbers = rows ?? Uint32Array.from({ length: row.table.rowCount }, (_, at) => at);
    const all = [...numbers].map((number): Rows => new Map([[row, number]]));
    for (const item of items) if (item.kind === 'rule') this.#rule(item, all);
  }

  #rule(rule: ProgramRule, all: readonly Rows[]): void {
    const { decision, origin } = rule;
    if (decision?.kind !== 'class') return;
    for (const family of FAMILIES) {
      this.#preference += 1;
      const made = new Map<string, number>();
      try {
        for (const rows of all) {
          const number = numberAt(decision.class, rows);
          for (const keys of keysOf(rule, family, this.#shape.zone.name, rows)) made.set(keys, number);
        }
      } catch (error) {
        if (!(error instanceof NoKeys)) throw error;
        this.#refuse(origin, error.message, error.hint);
        return;
      }
      const protocol = family === 4 ? 'ip' : 'ipv6';
      for (const [keys, handle] of handlesOf([...made.keys()])) {
        this.#filter(this.#preference, protocol, `flower ${keys}`.trimEnd(), made.get(keys)!, origin, handle);
      }
    }
  }

  #filter(preference: number, protocol: string, what: string, number: number, origin: Origin, handle = 1): void {
    const way = this.#ways.get(number) ?? [];
    for (const index of way) this.#ledTo.add(index);
    const actions = way.map((index) => `action police index ${index}`).join(' ');
    const id = `pref ${preference} protocol ${protocol} handle 0x${handle.toString(16)}`;
    this.commands.push({
      object: 'filter',
      device: this.#device,
      parent: 'ingress',
      id,
      what: `${what} ${actions}`,
      origin,
    });
  }

  #refuse(origin: Origin, message: string, hint: string): void {
    this.diagnostics.push(diagnostic(PROBLEMS.notExact, origin.span, message, { hint }));
  }
}

function numberAt(chosen: number | Cell, rows: Rows): number {
  return typeof chosen === 'number' ? chosen : cellNumber(chosen, rows)!;
}

/** A handle for each filter by what it asks, so that others beside it do not change it. */
function handlesOf(keys: readonly string[]): readonly (readonly [string, number])[] {
  const taken = new Set<number>();
  const encoder = new TextEncoder();
  return keys.map((text) => {
    let handle = jhash(encoder.encode(text), 0) & 0x7fffffff || 1;
    while (taken.has(handle)) handle += 1;
    taken.add(handle);
    return [text, handle];
  });
}
