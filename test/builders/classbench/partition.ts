/**
 * Brute force over the partition of the packet space: along each field in turn, every interval between two ends that rules name.
 * Rules that are for all packets of a cell are for it as a whole; the first of those is reached. Nothing is left out but cells of
 * which every rule is known to be reached already, and rules behind one that is for the whole rest of a cell.
 */
import { PROTOCOLS_WITH_PORTS } from '../../../compiler/model/fields.ts';
import {
  asksPorts,
  isAnyPort,
  type ClassbenchRule,
  type MaskedBits,
  type PortRange,
  type Prefix,
} from '../classbench.ts';

/** Values of a field for which the same rules hold; for each, what one of them is. */
interface Axis {
  /** Whether a rule asks for it. */
  readonly asks: (rule: ClassbenchRule) => boolean;
  /** Where the answer of some rule may change. */
  readonly cuts: (rule: ClassbenchRule) => readonly number[];
  readonly holds: (rule: ClassbenchRule, value: number, cell: Cell) => boolean;
}

/** The values chosen so far. */
interface Cell {
  readonly protocol: number;
}

const WITH_PORTS: ReadonlySet<number> = new Set(PROTOCOLS_WITH_PORTS);

const AXES: readonly Axis[] = [
  addressAxis(({ source }) => source),
  addressAxis(({ destination }) => destination),
  portAxis(({ destinationPorts }) => destinationPorts),
  portAxis(({ sourcePorts }) => sourcePorts),
  bitsAxis(6, 256, ({ tcpFlags }) => tcpFlags),
  bitsAxis(1, 65_536, ({ icmp }) => icmp),
];

/** The numbers of the rules that some packet meets first. */
export function reachedByPartition(rules: readonly ClassbenchRule[]): ReadonlySet<number> {
  const reached = new Set<number>();
  for (let protocol = 0; protocol < 256; protocol++) {
    const holding = [...rules.keys()].filter((number) => {
      const rule = rules[number]!;
      return (rule.protocol ?? protocol) === protocol && (WITH_PORTS.has(protocol) || !asksPorts(rule));
    });
    visit(rules, holding, 0, { protocol }, reached);
  }
  return reached;
}

function visit(
  rules: readonly ClassbenchRule[],
  holding: readonly number[],
  depth: number,
  cell: Cell,
  reached: Set<number>,
): void {
  const whole = holding.findIndex((number) => AXES.slice(depth).every((axis) => !axis.asks(rules[number]!)));
  const left = whole < 0 ? holding : holding.slice(0, whole + 1);
  if (left.every((number) => reached.has(number))) return;
  if (whole === 0) {
    reached.add(left[0]!);
    return;
  }
  const axis = AXES[depth];
  if (!axis) return;
  const cuts = new Set([0, ...left.flatMap((number) => (axis.asks(rules[number]!) ? axis.cuts(rules[number]!) : []))]);
  const seen = new Set<string>();
  for (const value of cuts) {
    const here = left.filter((number) => !axis.asks(rules[number]!) || axis.holds(rules[number]!, value, cell));
    const key = here.join();
    if (seen.has(key)) continue;
    seen.add(key);
    visit(rules, here, depth + 1, cell, reached);
  }
}

function addressAxis(of: (rule: ClassbenchRule) => Prefix): Axis {
  const last = ({ address, length }: Prefix) => address + 2 ** (32 - length) - 1;
  return {
    asks: (rule) => of(rule).length > 0,
    cuts: (rule) => [of(rule).address, last(of(rule)) + 1].filter((value) => value < 2 ** 32),
    holds: (rule, value) => value >= of(rule).address && value <= last(of(rule)),
  };
}

function portAxis(of: (rule: ClassbenchRule) => PortRange): Axis {
  return {
    asks: (rule) => !isAnyPort(of(rule)),
    cuts: (rule) => [of(rule)[0], of(rule)[1] + 1].filter((value) => value < 65_536),
    holds: (rule, value) => value >= of(rule)[0] && value <= of(rule)[1],
  };
}

/** Masks may ask for any bits, so each value is a cell of its own. */
function bitsAxis(protocol: number, values: number, of: (rule: ClassbenchRule) => MaskedBits | undefined): Axis {
  const all = Array.from({ length: values }, (_, value) => value);
  return {
    asks: (rule) => of(rule) !== undefined,
    cuts: () => all,
    holds: (rule, value, cell) => cell.protocol === protocol && (value & of(rule)!.mask) === of(rule)!.value,
  };
}
