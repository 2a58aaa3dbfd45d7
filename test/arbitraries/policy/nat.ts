/** `nat` blocks: everything that translates, over both families. */
import fastCheck, { type Arbitrary } from 'fast-check';
import { clauses, type Way } from './clauses.ts';
import type { Features } from './features.ts';
import { either, joined, maybe, piece, plain, words, type Piece } from './piece.ts';

const SOURCE: Way = { place: 'snat', hasIn: false, hasOut: true };
/**
 * Of what comes in by some zone: of what the router itself sends to others, nftables tells the way out as it was before
 * the translation.
 */
const DESTINATION: Way = { place: 'dnat', hasIn: true, hasOut: false, always: 'in' };
/** Not of what the router sends to itself, whose address hangs on the whole host's. */
const MASQUERADE: Way = { ...SOURCE, always: 'out' };

/** Protocol clauses that a translation of ports needs. */
const withPorts = words('tcp', 'udp', 'tcp/80', 'udp/53', 'tcp/2000-2003', 'udp/2000', 'udp, tcp');

export function natRules(features: Features): Arbitrary<Piece> {
  const random = maybe(words('random', 'persistent'), 10);
  const source = clauses(features, SOURCE);
  const destination = clauses(features, DESTINATION);
  const masqueraded = clauses(features, MASQUERADE);
  const hairpin = maybe(words('hairpin'), features.has('hairpin') ? 30 : 0);
  const rows = [
    plain('each m in members { snat from m.room out uplink -> m.public }'),
    plain('each p in pairs { snat from p.inner -> p.outer }'),
    plain('each p in pairs { dnat in uplink to p.outer -> p.inner }'),
    plain('each f in forwards { dnat in uplink to f.public f.proto/f.port -> f.room:f.inner }'),
    ...(features.has('hairpin')
      ? [plain('each f in forwards { dnat in uplink to f.public f.proto/f.port -> f.room:f.inner hairpin }')]
      : []),
  ];
  const one = either(
    [
      3,
      fastCheck
        .tuple(
          source,
          words(
            '198.51.100.7',
            '198.51.100.32-198.51.100.35',
            '2001:db8:b::7',
            '198.51.100.7, 2001:db8:b::7',
            '198.51.100.1',
          ),
          random,
        )
        .map(([when, target, how]) => piece`snat ${when} -> ${target} ${how}`),
    ],
    [
      2,
      fastCheck
        .tuple(
          withPorts,
          words(
            '198.51.100.7:1024-65535',
            '198.51.100.8:40000-40003',
            '[2001:db8:b::7]:5000-5001',
            '198.51.100.9:7000',
          ),
          random,
        )
        .map(([when, target, how]) => piece`snat out uplink ${when} -> ${target} ${how}`),
    ],
    [
      3,
      fastCheck.tuple(masqueraded, maybe(words('random'), 10)).map(([when, how]) => piece`masquerade ${when} ${how}`),
    ],
    [
      1,
      fastCheck
        .tuple(withPorts, words('40000-40003', '1024-65535'))
        .map(([when, target]) => piece`masquerade out uplink ${when} -> ${target}`),
    ],
    [
      3,
      fastCheck
        .tuple(
          destination,
          words('10.0.0.80', '192.0.2.80', '2001:db8:d::80', '192.0.2.80, 2001:db8:d::80', '10.128.0.10-10.128.0.13'),
        )
        .map(([when, target]) => piece`dnat ${when} -> ${target}`),
    ],
    [
      2,
      fastCheck
        .tuple(withPorts, words('10.0.0.80:8080', '192.0.2.80:2000-2003', '[2001:db8:d::80]:8080'), hairpin)
        .map(
          ([when, target, how]) =>
            piece`dnat in uplink to 198.51.100.1, 198.51.100.80, 2001:db8:b::80 ${when} -> ${target} ${how}`,
        ),
    ],
    [
      2,
      fastCheck
        .tuple(destination, withPorts, words('8080', '2000-2003'))
        .map(([when, service, target]) => piece`redirect ${withoutService(when)} ${service} -> ${target}`),
    ],
    [1, destination.map((when) => piece`redirect ${when}`)],
    [
      2,
      words(
        'snat from 10.1.0.0/16 out uplink -> 203.0.0.0/16',
        'snat from 10.128.0.0/24 out uplink -> 198.51.100.0/24',
        'dnat in uplink to 198.51.100.0/25 -> 10.1.5.0/25',
        'snat from 2001:db8:a:0::/64 out uplink -> 2001:db8:b:5::/64',
        'dnat in uplink to 2001:db8:b:5::/64 -> 2001:db8:a:0::/64',
      ),
    ],
    [features.has('tables') ? 4 : 0, fastCheck.constantFrom(...rows)],
  );
  return fastCheck.array(one, { minLength: 1, maxLength: 5, size: 'max' }).map((items) => joined(items, '\n  '));
}

/** The clauses without the ones about protocols, which come again behind them. */
function withoutService({ text, needs }: Piece): Piece {
  return /\b(tcp|udp|icmp|proto|gre|esp|ah|sctp|service_)/.test(text) ? plain('in uplink') : { text, needs };
}
