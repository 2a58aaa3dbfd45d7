/** Brute force: which rules before a refusal allow some of its packets, and others besides. */
import type { ClassbenchRule, MaskedBits, PortRange, Prefix } from '../classbench.ts';
import { reachedByPartition } from './partition.ts';

/** The numbers of those rules: of the rules before it, cut down to the packets that it is for, those that some packet meets first. */
export function takersByPartition(rules: readonly ClassbenchRule[], refusal: number): number[] {
  const own = rules[refusal]!;
  const before = [...rules.entries()].slice(0, refusal).flatMap(([number, rule]) => {
    const common = commonOf(rule, own);
    return common ? [{ number, rule, common }] : [];
  });
  const met = reachedByPartition(before.map(({ common }) => common));
  return before.flatMap(({ number, rule, common }, at) =>
    met.has(at) && rule.verdict === 'allow' && !isSame(rule, common) ? [number] : [],
  );
}

/** The packets of the first rule that the second is for, too; undefined: there are none. */
function commonOf(one: ClassbenchRule, other: ClassbenchRule): ClassbenchRule | undefined {
  const source = commonPrefix(one.source, other.source);
  const destination = commonPrefix(one.destination, other.destination);
  const sourcePorts = commonPorts(one.sourcePorts, other.sourcePorts);
  const destinationPorts = commonPorts(one.destinationPorts, other.destinationPorts);
  const tcpFlags = commonBits(one.tcpFlags, other.tcpFlags);
  const icmp = commonBits(one.icmp, other.icmp);
  const isOtherProtocol = (one.protocol ?? other.protocol) !== (other.protocol ?? one.protocol);
  if (!source || !destination || !sourcePorts || !destinationPorts || isOtherProtocol) return undefined;
  if (tcpFlags === 'none' || icmp === 'none') return undefined;
  const protocol = one.protocol ?? other.protocol;
  return { ...one, source, destination, sourcePorts, destinationPorts, protocol, tcpFlags, icmp };
}

function commonPrefix(a: Prefix, b: Prefix): Prefix | undefined {
  const [wide, narrow] = a.length <= b.length ? [a, b] : [b, a];
  const hosts = 2 ** (32 - wide.length);
  return Math.floor(wide.address / hosts) === Math.floor(narrow.address / hosts) ? narrow : undefined;
}

function commonPorts(a: PortRange, b: PortRange): PortRange | undefined {
  const [low, high] = [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
  return low <= high ? [low, high] : undefined;
}

function commonBits(a: MaskedBits | undefined, b: MaskedBits | undefined): MaskedBits | undefined | 'none' {
  if (!a || !b) return a ?? b;
  if (((a.value ^ b.value) & a.mask & b.mask) !== 0) return 'none';
  return { value: a.value | b.value, mask: a.mask | b.mask };
}

/** Whether a rule's packets are all in what is left of it. */
function isSame(rule: ClassbenchRule, left: ClassbenchRule): boolean {
  return JSON.stringify(rule) === JSON.stringify(left);
}
