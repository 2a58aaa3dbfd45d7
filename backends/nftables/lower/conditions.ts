/** Conjunctions as matches of one nft rule, and as exclusions where a complement has no match of its own. */
import type { Atom, ProgramRule } from '../../../compiler/4-program/program.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import type { Context } from './context.ts';
import { inverted, matchText, matchesOf, type MatchPlace } from './matches.ts';

export interface Conditions {
  /** Matches of one rule, cheap ones first. */
  readonly matches: readonly string[];
  /** Each a list of matches that must not all hold. */
  readonly exclusions: readonly (readonly string[])[];
  /** Matches that are asked behind the exclusions: the policy's own words of nft, which may do more than match. */
  readonly last: readonly string[];
}

/**
 * A conjunction as matches, and as exclusions where the complement has no match of its own. `before`: the protocols that
 * what was tested before leaves.
 */
export function conditionsOf(
  atoms: readonly Atom[],
  rule: Pick<ProgramRule, 'family' | 'origin'>,
  context: Context,
  before?: IntervalSet,
): Conditions {
  const protocols = protocolsOf(atoms, before);
  const matches: string[] = [];
  const exclusions: string[][] = [];
  const last: string[] = [];
  const ordered = atoms.toSorted((a, b) => rank(a) - rank(b));
  const speaksFamily = atoms.some((atom) => saysFamily(atom, rule.family));
  if (rule.family !== undefined && !speaksFamily) matches.push(`meta nfproto ipv${rule.family}`);
  for (const asked of ordered) {
    const atom = withinProtocols(asked, before, protocols);
    if (!atom) continue;
    const place: MatchPlace = {
      context,
      family: rule.family,
      origin: rule.origin,
      protocols: atom.negated ? undefined : protocols,
      ways: { in: zonesOf(atoms, 'in'), out: zonesOf(atoms, 'out') },
    };
    const found = matchesOf(atom, place);
    const others = found.others ?? [];
    if (others.length > 0 && found.inOne === undefined && !atom.negated) {
      context.refuse(
        rule.origin,
        'a zone of VLANs and other interfaces takes several matches, and nftables has one here',
        'Write `mitigate in ZONE { … }`, which asks for the zone once.',
      );
    }
    if (!atom.negated && atom.test.kind === 'opaque') last.push(...found.matches.map(matchText));
    else if (!atom.negated) {
      matches.push(...(found.inOne ?? found).matches.map(matchText));
      exclusions.push(...(found.inOne?.except ?? []).map((list) => list.map(matchText)));
    } else if (found.invertible && found.matches.length === 1) matches.push(matchText(inverted(found.matches[0]!)));
    else exclusions.push(...[found.matches, ...others].map((list) => list.map(matchText)));
  }
  return { matches: withoutImplied(matches), exclusions, last };
}

/**
 * A test of the protocol for what the other atoms leave of it, since nft takes no `udp sport` behind `meta l4proto { udp, dccp }`;
 * undefined where what was tested before says it already.
 */
function withinProtocols(atom: Atom, before: IntervalSet | undefined, left: IntervalSet | undefined): Atom | undefined {
  const { test, negated } = atom;
  if (negated || test.kind !== 'number' || test.field !== 'protocol' || !(test.in instanceof IntervalSet)) return atom;
  if (before?.isSubsetOf(test.in)) return undefined;
  return left === undefined || left.isEmpty() ? atom : { negated, test: { ...test, in: left } };
}

/** The zones that positive atoms leave, by name; undefined: any. */
function zonesOf(atoms: readonly Atom[], field: 'in' | 'out'): readonly string[] | undefined {
  let names: readonly string[] | undefined;
  for (const { test, negated } of atoms) {
    if (negated || test.kind !== 'zone' || test.field !== field) continue;
    const own = test.zones.map(({ name }) => name);
    names = names ? names.filter((name) => own.includes(name)) : own;
  }
  return names;
}

/** `meta l4proto tcp` says nothing beside `tcp dport 22`. */
function withoutImplied(matches: readonly string[]): string[] {
  return matches.filter((match) => {
    const protocol = /^meta l4proto (tcp|udp|sctp|dccp|udplite)$/.exec(match)?.[1];
    return protocol === undefined || !matches.some((other) => other.startsWith(`${protocol} `));
  });
}

/** `meta nfproto ipv4` */
export function isFamilyMatch(match: string): boolean {
  return match.startsWith('meta nfproto ');
}

/** Whether the match itself makes nft test the family. */
function saysFamily(atom: Atom, family: ProgramRule['family']): boolean {
  const { test } = atom;
  if (test.kind === 'address' || test.kind === 'memory') return true;
  if (test.kind !== 'number') return false;
  if (atom.negated && !['ttl', 'dscp', 'length', 'fragment'].includes(test.field)) return false;
  return (
    ['icmp4', 'icmp6', 'length', 'ttl', 'dscp'].includes(test.field) || (test.field === 'fragment' && family === 4)
  );
}

/**
 * Cheap and selective first: interface, state, family and protocol, then addresses, then the rest. What the frame carries
 * comes before what the packet does: nft takes no VLAN behind a match of IP.
 */
function rank(atom: Atom): number {
  const { test } = atom;
  if (test.kind === 'zone') return test.field === 'in' ? 0 : 1;
  if (test.kind === 'number') {
    if (test.field === 'vlan') return 1.5;
    if (test.field === 'source mac') return 1.6;
    if (test.field === 'state') return 2;
    if (test.field === 'protocol' || test.field === 'family') return 3;
    return test.field === 'service' || test.field === 'icmp4' || test.field === 'icmp6' ? 5 : 6;
  }
  if (test.kind === 'address') return test.field === 'source' ? 3.5 : 4;
  if (test.kind === 'opaque') return 8;
  return test.kind === 'masked' ? 6 : 7;
}

/** The protocols that the positive atoms leave of those that were left before; undefined: any. */
export function protocolsOf(atoms: readonly Atom[], before?: IntervalSet): IntervalSet | undefined {
  let protocols = before;
  for (const { test, negated } of atoms) {
    if (negated) continue;
    const own = protocolsOfTest(test);
    if (own) protocols = protocols ? protocols.intersect(own) : own;
  }
  return protocols;
}

function protocolsOfTest(test: Atom['test']): IntervalSet | undefined {
  if (test.kind === 'masked') return test.field === 'tcp flags' ? IntervalSet.of(8, 6) : undefined;
  if (test.kind !== 'number' || !(test.in instanceof IntervalSet)) return undefined;
  switch (test.field) {
    case 'protocol':
      return test.in;
    case 'service':
      return IntervalSet.fromIntervals(
        8,
        [...test.in.numberIntervals()].map(([low, high]) => [low >>> 16, high >>> 16]),
      );
    case 'tcp flags':
      return IntervalSet.of(8, 6);
    case 'icmp4':
      return IntervalSet.of(8, 1);
    case 'icmp6':
      return IntervalSet.of(8, 58);
    default:
      return undefined;
  }
}
