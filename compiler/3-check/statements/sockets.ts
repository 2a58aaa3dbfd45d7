/** `socket web = 127.0.0.1:8080, [::1]:8080` in a target: where a socket that `dispatch` names listens. */
import type { Endpoint, TargetSetting } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { PORT_USE } from '../../2-resolve/values/service.ts';
import { wantConstantAddresses } from '../../2-resolve/wanted/addresses.ts';
import { fitNumbers, wantNumbers } from '../../2-resolve/wanted/numbers.ts';
import type { SocketPlace } from '../../model/policy.ts';
import type { RuleContext } from '../context.ts';
import { DUPLICATE_STATEMENT, SOCKET_PLACE } from '../problems.ts';

type Setting = Extract<TargetSetting, { readonly kind: 'socket-place' }>;

export function checkSockets(
  settings: readonly Setting[],
  context: RuleContext,
): ReadonlyMap<string, readonly SocketPlace[]> {
  const sockets = new Map<string, SocketPlace[]>();
  for (const { socket, endpoints } of settings) {
    if (sockets.has(socket.text)) {
      report(context, DUPLICATE_STATEMENT, socket.span, `the target says twice where socket \`${socket.text}\` is`);
      continue;
    }
    const places: SocketPlace[] = [];
    sockets.set(socket.text, places);
    for (const endpoint of endpoints) {
      const place = checkPlace(endpoint, context);
      if (!place) continue;
      if (places.some(({ family }) => family === place.family)) {
        report(
          context,
          DUPLICATE_STATEMENT,
          endpoint.span,
          `socket \`${socket.text}\` has two places in IPv${place.family}`,
        );
      } else {
        places.push(place);
      }
    }
  }
  return sockets;
}

function checkPlace({ addresses, ports, span }: Endpoint, context: RuleContext): SocketPlace | undefined {
  if (!addresses || !ports) {
    report(context, SOCKET_PLACE, span, 'a socket is at an address and a port', {
      hint: 'Write both: `127.0.0.1:8080`, `[::1]:8080`.',
    });
    return undefined;
  }
  const set = wantConstantAddresses(addresses, context);
  const numbers = wantNumbers(ports, PORT_USE, context);
  const port = numbers && fitNumbers(numbers.set, PORT_USE, ports, context);
  if (!set || !port) return undefined;
  const family = set.ipv6.isEmpty() ? 4 : 6;
  const address = family === 4 ? set.ipv4 : set.ipv6;
  const isOne = set.ipv4.isEmpty() !== set.ipv6.isEmpty() && address.size() === 1n;
  if (isOne && port.size() === 1n && numbers.dynamic.length === 0) {
    return { family, address: BigInt(address.lowAt(0)), port: Number(port.lowAt(0)) };
  }
  report(context, SOCKET_PLACE, span, 'a socket is at one address and one port');
  return undefined;
}
