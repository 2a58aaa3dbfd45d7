/** Options behind IPv4 headers, and IPv6 extension headers: most as they should be, some not. */
import type { Ipv6Extension } from '../../../cli/lab/packet.ts';
import type { Draw } from './draw.ts';

const IPV4_OPTIONS: readonly (readonly number[])[] = [
  // Nothing but padding.
  [1, 1, 1, 0],
  // Router alert (RFC 2113).
  [148, 4, 0, 0],
  // An option that nobody knows.
  [94, 4, 1, 2],
  // A length that leaves the header.
  [7, 40, 4, 0],
  // A length that is none.
  [94, 0, 0, 0],
];

export function ipv4Options(draw: Draw): Uint8Array {
  return Uint8Array.from(draw.pick(IPV4_OPTIONS));
}

/** What stands in a hop-by-hop or destination options header. */
const IPV6_OPTIONS: readonly (readonly number[])[] = [
  // Padding.
  [1, 4, 0, 0, 0, 0],
  // Router alert (RFC 2711).
  [5, 2, 0, 0, 1, 0],
  // Unknown, to be skipped.
  [0x1e, 2, 0, 0, 1, 0],
  // Unknown, to be thrown away in silence.
  [0x5e, 2, 0, 0, 1, 0],
  // Unknown, to be thrown away with an error.
  [0x9e, 2, 0, 0, 1, 0],
];

export function ipv6Extensions(draw: Draw): Ipv6Extension[] {
  const options = Uint8Array.from(draw.pick(IPV6_OPTIONS));
  return draw.weighted<Ipv6Extension[]>(
    [4, [{ kind: 'hop-by-hop', options }]],
    [4, [{ kind: 'destination-options', options }]],
    [2, [{ kind: 'routing', type: 4, segmentsLeft: 0, data: new Uint8Array(4) }]],
    [1, [{ kind: 'routing', type: 0, segmentsLeft: 1, data: new Uint8Array(20) }]],
    [3, [{ kind: 'fragment', offset: 0, moreFragments: false, identification: draw.integer(1, 0x7fff_ffff) }]],
    [
      2,
      [
        { kind: 'hop-by-hop', options: Uint8Array.of(1, 4, 0, 0, 0, 0) },
        { kind: 'destination-options', options: Uint8Array.of(1, 4, 0, 0, 0, 0) },
      ],
    ],
  );
}
