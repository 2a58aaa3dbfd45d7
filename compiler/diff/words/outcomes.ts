/** What becomes of packets, in words: of a decision, or of what rules write, with the limits that it hangs on. */
import { classesIn, everyClass, numberClasses, type ClassNode } from '../../model/shape-classes.ts';
import type { Program, StageId } from '../../4-program/program.ts';
import { formatIpv4, formatIpv6 } from '../../net/address.ts';
import type { Diagram } from '../../proof/diagrams.ts';
import type { Comparison } from '../comparison.ts';
import type { DecisionWords } from '../decisions.ts';
import { DECISION, GATE } from '../rule-sets.ts';
import { gateText } from './questions.ts';
import { effectText } from './effects.ts';

/** What a packet meets that no rule says anything else about. */
/** What becomes of a packet that nothing is decided about. */
export const GOES_ON: Readonly<Partial<Record<StageId, string>>> = {
  'filter input': 'allowed',
  'filter forward': 'allowed',
  'filter output': 'allowed',
  'destination nat': 'not translated',
  'source nat': 'not translated',
  dispatch: 'not dispatched',
  police: 'in no class',
  'shape ingress': 'in no class',
  shape: 'in no class',
};

const CHOOSES_CLASS: ReadonlySet<StageId> = new Set<StageId>(['police', 'shape ingress', 'shape']);

export class OutcomeWords {
  readonly #comparison: Comparison;
  readonly #id: StageId;
  readonly #classes: ReadonlyMap<number, string>;

  constructor(comparison: Comparison, id: StageId, program: Program) {
    this.#comparison = comparison;
    this.#id = id;
    this.#classes = CHOOSES_CLASS.has(id) ? classNames(program) : new Map();
  }

  /** What the function of a change says. */
  of(aspect: string, outcome: Diagram): string {
    const { diagrams, variables } = this.#comparison.packets;
    if (diagrams.isValue(outcome)) return this.#value(aspect, diagrams.valueAt(outcome, NO_PACKET));
    const level = diagrams.levelOf(outcome);
    const question = variables.all.find(({ first }) => first === level)?.text ?? '';
    const [no, yes] = diagrams.branches(outcome);
    const open = this.of(aspect, yes);
    return `${diagrams.isValue(yes) ? open : `(${open})`} ${gateText(question)}, else ${this.of(aspect, no)}`;
  }

  #value(aspect: string, value: number): string {
    if (aspect !== DECISION) return this.#written(aspect, value);
    if (value === 0) return GOES_ON[this.#id] ?? 'passed';
    return this.#decision(JSON.parse(this.#comparison.decisions.textOf(value)) as DecisionWords);
  }

  #written(aspect: string, value: number): string {
    const events = this.#comparison.histories.of(value);
    if (aspect.startsWith(GATE)) return events.length === 0 ? 'not asked' : 'asked';
    return events.length === 0 ? `not ${doneTo(aspect)}` : events.map(effectText).join(', then ');
  }

  #decision({ verdict, translation, socket, class: number }: DecisionWords): string {
    if (verdict) {
      if (verdict.kind === 'drop') return 'dropped';
      return verdict.kind === 'reject' ? `rejected with ${verdict.reason}` : `answered by ${verdict.kind}`;
    }
    if (translation) return translationText(translation);
    if (socket !== undefined) return `to socket ${socket}`;
    if (typeof number === 'number') return this.#classes.get(number) ?? `in class ${number}`;
    return `in the class of ${cellText(number)}`;
  }
}

const NO_PACKET: ReadonlySet<number> = new Set();

/** Behind "not": `logged`, `marked`. */
function doneTo(aspect: string): string {
  const words: Readonly<Record<string, string>> = {
    mark: 'marked',
    dscp: 'given a DSCP',
    log: 'logged',
    mss: 'clamped',
    notrack: 'exempted from tracking',
    helper: 'given a helper',
    opaque: 'changed',
  };
  return words[aspect] ?? (aspect.startsWith('{') ? 'counted' : 'written');
}

function classNames({ shapes, policy }: Program): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const shape of shapes) {
    const nodes = classesIn(shape);
    const numbers = numberClasses(shape, policy.shapes, nodes);
    for (const node of everyClass(nodes)) names.set(numbers.of(node), `in class ${classText(node)}`);
    names.set(numbers.fair, 'in the fair rest');
  }
  return names;
}

function classText({ path, guarantee, ceiling }: ClassNode): string {
  const rates = [
    ...(guarantee === undefined ? [] : [`guarantee ${rateText(guarantee)}`]),
    ...(ceiling === undefined ? [] : [`ceiling ${rateText(ceiling)}`]),
  ];
  return rates.length === 0 ? path : `${path} (${rates.join(', ')})`;
}

/** Bits a second, as a policy writes them. */
export function rateText(bits: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1e9, 'gbit'],
    [1e6, 'mbit'],
    [1e3, 'kbit'],
  ];
  const unit = units.find(([size]) => bits % size === 0 && bits > 0);
  return unit ? `${bits / unit[0]}${unit[1]}` : `${bits}bit`;
}

function translationText(translation: NonNullable<DecisionWords['translation']>): string {
  const { kind, target, ports } = translation;
  const flags = ['random', 'persistent', 'hairpin']
    .filter((flag) => translation[flag] === true)
    .map((flag) => ` ${flag}`);
  return `${endText(kind, target as TargetText | undefined, ports)}${flags.join('')}`;
}

interface TargetText {
  readonly to?: unknown;
  readonly ports?: unknown;
}

function endText(kind: string, target: TargetText | undefined, ports: unknown): string {
  if (kind === 'masquerade') return ports === undefined ? 'masqueraded' : `masqueraded by port ${portsText(ports)}`;
  if (kind === 'redirect') return `redirected to ${ports === undefined ? 'this host' : `port ${portsText(ports)}`}`;
  const address = target?.to === undefined ? 'the same address' : addressText(target.to);
  const port = target?.ports === undefined ? '' : ` port ${portsText(target.ports)}`;
  return `sent ${kind === 'snat' ? 'as' : 'to'} ${address}${port}`;
}

interface RangeText {
  readonly kind?: string;
  readonly low?: string | number;
  readonly high?: string | number;
  readonly from?: { readonly value: string; readonly length: number };
  readonly to?: { readonly value: string; readonly length: number };
}

function addressText(target: unknown): string {
  if (target === null || typeof target !== 'object') return 'no address';
  const { kind, low, high, to } = target as RangeText;
  if (kind === 'range' && low !== undefined && high !== undefined) {
    const [first, last] = [numberOf(low), numberOf(high)];
    return first === last ? hostText(first) : `${hostText(first)}-${hostText(last)}`;
  }
  if (kind === 'prefix' && to) return `the same host in ${hostText(numberOf(to.value))}/${to.length}`;
  return cellText(target);
}

function numberOf(text: string | number): bigint {
  return BigInt(typeof text === 'number' ? text : text.replace(/n$/, ''));
}

function hostText(value: bigint): string {
  return value < 1n << 32n ? formatIpv4(Number(value)) : formatIpv6(value);
}

function portsText(ports: unknown): string {
  const { low, high } = (ports ?? {}) as RangeText;
  if (low === undefined) return cellText(ports);
  return low === high ? `${low}` : `${low}-${high}`;
}

/** A cell of the row that a key finds: `members.public`. */
function cellText(cell: unknown): string {
  if (typeof cell === 'object' && cell !== null && 'cell' in cell) return String(cell.cell);
  return String(cell);
}
