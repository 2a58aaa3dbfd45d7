/**
 * `address of ZONE`, whatever addresses the zone's interface has at the moment. Linux tells whether an address is one of
 * the interface that the packet came in by, or goes out by; so the rule has to say that this is the zone's, and the zone
 * has to be one interface.
 */
import type { AddressOfZoneTest } from '../../../compiler/model/condition.ts';
import { interfaceNames } from './interfaces.ts';
import type { Matches, MatchPlace } from './matches.ts';

/** Stages whose hooks know the way in, and the way out (nft_fib_validate of Linux 6.18). */
const KNOWS_IN = new Set(['raw', 'mangle prerouting', 'destination nat', 'mangle input', 'filter input', 'dispatch']);
const KNOWS_OUT = new Set(['mangle output', 'filter output', 'mangle postrouting', 'source nat', 'count', 'shape']);
const KNOWS_BOTH = new Set(['mangle forward', 'filter forward']);

export function zoneAddressMatch({ field, zone }: AddressOfZoneTest, place: MatchPlace): Matches {
  const { context, origin, ways } = place;
  const { stage } = context;
  const [name, ...more] = interfaceNames(context.bound(zone));
  const refuse = (message: string, hint: string): Matches => {
    context.refuse(origin, message, hint);
    return { matches: [], invertible: false };
  };
  if (name === undefined || more.length > 0 || name.endsWith('*')) {
    return refuse(
      `nftables knows the addresses of one interface, and zone \`${zone.name}\` has several`,
      'Declare a zone of one interface, or name the addresses.',
    );
  }
  const isOnly = (zones: readonly string[] | undefined) => zones?.length === 1 && zones[0] === zone.name;
  const comesIn = isOnly(ways.in) && (KNOWS_IN.has(stage) || KNOWS_BOTH.has(stage));
  const goesOut = isOnly(ways.out) && (KNOWS_OUT.has(stage) || KNOWS_BOTH.has(stage));
  if (!comesIn && !goesOut) {
    const clause = KNOWS_OUT.has(stage) ? 'out' : 'in';
    const several = (ways[clause]?.length ?? 0) > 1;
    return refuse(
      `nftables knows the addresses of the interface that a packet ${clause === 'in' ? 'came in' : 'goes out'} by only`,
      several
        ? `Let the rule hold in zone \`${zone.name}\` alone (a \`hairpin\` holds in all zones), or name the addresses.`
        : `Add \`${clause} ${zone.name}\` to the rule, or name the addresses.`,
    );
  }
  const side = field === 'source' ? 'saddr' : 'daddr';
  return {
    matches: [{ left: `fib ${side} . ${comesIn ? 'iif' : 'oif'} type`, operator: '==', right: 'local' }],
    invertible: true,
  };
}
