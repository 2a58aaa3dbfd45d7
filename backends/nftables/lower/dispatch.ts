/**
 * `dispatch`: packets for this host that a transparent socket gets, whatever address and port they are for. The socket is
 * picked as soon as destinations are translated; that is before the filter for this host judges the packet, which makes
 * no difference, since a rule of `dispatch` has no effects and reads nothing that a block in between could change.
 * Packets of a connection that a socket has accepted go on to that one.
 */
import { formatIpv4, formatIpv6 } from '../../../compiler/net/address.ts';
import { dispatchedAddresses } from '../../../compiler/4-program/dispatched-addresses.ts';
import type { Decision, Family } from '../../../compiler/4-program/program.ts';
import type { Origin, SocketPlace } from '../../../compiler/model/index.ts';
import type { NftChain } from '../tree.ts';
import type { Context } from './context.ts';

/** Only what is for this host alone is dispatched. The addresses that rules name are: `host/routes.sh` makes them local. */
export function beginDispatch(chain: NftChain, context: Context): void {
  for (const origin of dispatchedAddresses(context.program.policy).unroutable) {
    context.refuse(
      origin,
      'addresses given to `dispatch` are made local by routes, and for these there can be none',
      'Name prefixes; without `to`, the rule is for every address that this host has anyway.',
    );
  }
  chain.rules.push({
    statements: ['fib daddr type != local', 'accept'],
    origin: undefined,
    remark: 'only what is for this host alone is dispatched',
  });
}

type SocketDecision = Extract<Decision, { readonly kind: 'socket' }>;

/** The statement that hands a packet of a family (or of either) to a socket. */
export function socketStatement(
  { socket, limit }: SocketDecision,
  family: Family | undefined,
  context: Context,
  origin: Origin,
): string {
  if (limit) {
    context.refuse(
      origin,
      'nftables picks sockets before filters judge, and would charge the limit of a socket with what they drop',
      'Name `sk_lookup` in the target, before `nftables`: there the limit is asked at the socket.',
    );
  }
  const { target } = context.program;
  const places = target?.sockets.get(socket) ?? [];
  const missing = ([4, 6] as const).filter(
    (one) => (family ?? one) === one && !places.some((place) => place.family === one),
  );
  if (missing.length > 0) {
    const example = missing.map((one) => (one === 4 ? '127.0.0.1:8080' : '[::1]:8080')).join(', ');
    const title = target ? `target \`${target.name}\` does not say` : 'no target says';
    context.refuse(
      origin,
      `${title} where socket \`${socket}\` listens${places.length > 0 ? ` in IPv${missing.join()}` : ''}`,
      target
        ? `Write there: \`socket ${socket} = ${example}\`.`
        : `Declare one: \`target NAME { socket ${socket} = ${example} nftables }\`.`,
    );
  }
  const rules = places.map((place) => ({ statements: [...proxied(place), 'accept'], origin: undefined }));
  const nobody = {
    statements: ['drop'],
    origin: undefined,
    remark: 'nobody listens there, and no other socket may take it',
  };
  return `goto ${context.sharedChain(`dispatch ${socket}`, `socket ${socket}`, [...rules, nobody])}`;
}

function proxied({ family, address, port }: SocketPlace): string[] {
  const to = family === 4 ? `ip to ${formatIpv4(Number(address))}` : `ip6 to [${formatIpv6(address)}]`;
  return ['meta l4proto { tcp, udp }', `tproxy ${to}:${port}`];
}
