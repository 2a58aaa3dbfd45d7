/**
 * `host/routes.sh`: the addresses that `dispatch` gives to sockets are this host's own, without an interface for each,
 * whichever plane picks the socket.
 */
import { dispatchedAddresses } from '../4-program/dispatched-addresses.ts';
import type { Policy } from '../model/index.ts';
import { formatIpv4, formatIpv6 } from '../net/address.ts';
import type { IntervalSet } from '../net/interval-set.ts';
import { prefixEntries, toPrefixes } from '../net/prefixes.ts';

export const ROUTES_PATH = 'host/routes.sh';
/** Tells Sluice's routes from others (rtnetlink(7), RTPROT_*): a number that nothing else is known to use. */
const PROTOCOL = 83;

/** Takes back what the script of an earlier build did, where that is not at hand. */
export const FLUSH_ROUTES = `ip route flush table local proto ${PROTOCOL}; ip -6 route flush table local proto ${PROTOCOL}`;

export interface RoutesFile {
  readonly path: string;
  readonly text: string;
  /** For people. */
  readonly description: string;
  /** The command that applies it. */
  readonly load: string;
  /** The command that takes that back. */
  readonly unload: string;
}

/** Undefined: `dispatch` names no addresses. */
export function routesFile(policy: Policy): RoutesFile | undefined {
  const { addresses } = dispatchedAddresses(policy);
  if (addresses.isEmpty()) return undefined;
  return {
    path: ROUTES_PATH,
    text: script(prefixTexts(addresses.ipv4), prefixTexts(addresses.ipv6)),
    description: 'makes the addresses of `dispatch` local (`up`), or takes that back (`down`)',
    load: `sh ${ROUTES_PATH} up`,
    unload: `sh ${ROUTES_PATH} down`,
  };
}

/** As ip(8) prints them: a host without its length. */
function prefixTexts(set: IntervalSet): string[] {
  return [...prefixEntries(toPrefixes(set))].map(([address, length]) => {
    const text = set.width === 32 ? formatIpv4(Number(address)) : formatIpv6(BigInt(address));
    return length === set.width ? text : `${text}/${length}`;
  });
}

function script(ipv4: readonly string[], ipv6: readonly string[]): string {
  return `#!/bin/sh
# Addresses that \`dispatch\` names are local, as if an interface had them ("AnyIP"): packets to them are for this host.
#
# up: adds what is missing and removes what an earlier policy left behind. down: removes all. Both can be repeated.
# Routes of Sluice are told from others by their protocol number, ${PROTOCOL}.
set -eu

ipv4='${ipv4.join('\n')}'
ipv6='${ipv6.join('\n')}'

# Family, wanted prefixes: routes of Sluice that are not wanted go, wanted ones are there.
apply() {
  ip "-$1" route show table local proto ${PROTOCOL} | while read -r _ prefix _; do
    printf '%s\\n' "$2" | grep -qxF "$prefix" || printf 'route del local %s dev lo proto ${PROTOCOL}\\n' "$prefix"
  done | ip "-$1" -batch -
  for prefix in $2; do
    printf 'route replace local %s dev lo proto ${PROTOCOL}\\n' "$prefix"
  done | ip "-$1" -batch -
}

case "\${1-}" in
  up) apply 4 "$ipv4" && apply 6 "$ipv6" ;;
  down) apply 4 '' && apply 6 '' ;;
  *) echo "usage: sh $0 up|down" >&2 && exit 2 ;;
esac
`;
}
