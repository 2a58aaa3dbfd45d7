/**
 * What `dispatch` costs a datagram: at sk_lookup, there with a limit of what the socket gets, in nftables (TPROXY), and without any, where a socket is bound to the port.
 * In turns, in one namespace, from the interface to the socket, whose buffer is full.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { udpPacket } from '../../compiler/semantics/packet/build.ts';
import { encodeFrame, frameOf } from '../../compiler/semantics/packet/frame.ts';
import { randomFrom } from '../builders/classbench/packets.ts';
import { artifactOf } from '../builders/ruleset.ts';
import { compileForLookup, inLookupShell } from '../kernel/sk-lookup/build.ts';
import { framesFile, liveFramesTool, readCosts } from './live-frames.ts';
import { median } from './medians.ts';

const rounds = Number(process.env['SLUICE_BENCH_ROUNDS'] ?? 9);
const PACKETS = 100_000;
const SOCKET_PORT = 5353;

/** Each of so many addresses has a rule of its own, and one more is for a whole network. */
const RULES = 200;
const rules = (limit: string) =>
  `${Array.from({ length: RULES }, (_, n) => `udp/53 to 192.0.2.${n} -> socket resolver ${limit}`).join('\n')}
  tcp, udp to 198.51.100.0/24 -> socket spectrum`;

type Way = 'bound' | 'sk_lookup' | 'limited' | 'nftables';

/** No datagram is over it, so each is charged to the bucket of its address. */
const LIMIT = 'up to 1000000/second per destination burst 1000000 keys 1';

/** A socket that TPROXY may give packets to. */
const TRANSPARENT = `use Socket; my $own; socket($own, PF_INET, SOCK_DGRAM, 0) && setsockopt($own, 0, 19, pack("i", 1)) &&
  bind($own, pack_sockaddr_in(${SOCKET_PORT}, inet_aton("127.0.0.1"))) || die $!; $| = 1; print "ready\\n"; sleep 600;`;

const policyFor = (planes: string, limit = '') => `dispatch { ${rules(limit)} } target edge { ${planes} }`;

const MAC = '02:00:00:00:00:01';

test('a datagram to an address that dispatch names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-dispatch-'));
  try {
    const frames = join(folder, 'frames');
    const ruleset = join(folder, 'ruleset.nft');
    writeFileSync(frames, framesFile(drawFrames()));
    writeFileSync(
      ruleset,
      artifactOf(policyFor(`socket resolver = 127.0.0.1:${SOCKET_PORT} socket spectrum = 127.0.0.1:8080 nftables`)),
    );
    const command = [...liveFramesTool(), 'uplink0', frames, 64, PACKETS, 'pass', PACKETS, 'drop'].join(' ');
    const measure = (way: Way) => `${command} | sed 's/^/${way} /'`;
    const output = inLookupShell(
      ['', LIMIT].map((limit) => compileForLookup(policyFor('sk_lookup', limit)).artifacts),
      `ip link set uplink0 address ${MAC}
       routes 0 up; serve 0 bound@53
       perl -e '${TRANSPARENT}' > $folder/transparent & until grep -qs ready $folder/transparent; do sleep 0.01; done
       load 0 up; serve 0 resolver spectrum; load 0 down
       for round in $(seq ${rounds}); do
         ${measure('bound')}
         ${[['sk_lookup', 0] as const, ['limited', 1] as const]
           .map(
             ([way, build]) => `load ${build} up; serve ${build} resolver
               until load ${build} stats | grep -q 'resolver: .*UDP over IPv4'; do sleep 0.01; done
               ${measure(way)}; load ${build} stats; load ${build} down`,
           )
           .join('\n')}
         nft -f ${ruleset}; ${measure('nftables')}; nft delete table inet sluice
       done`,
    );
    const bound = median(costsOf(output, 'bound'));
    const more = (way: Way) => median(costsOf(output, way)) - bound;
    console.log(
      `a datagram to its socket, ${RULES + 1} rules: ${bound.toFixed(0)} ns where the socket is bound to the port; ` +
        `${more('sk_lookup').toFixed(0)} ns more by sk_lookup, ${more('limited').toFixed(0)} ns more by it with a limit for each ` +
        `address, ${more('nftables').toFixed(0)} ns more by nftables`,
    );
    // Each was given to the socket.
    expect(output).toMatch(/[1-9]\d* lookups, 0 refused$/m);
    expect(output).toMatch(/[1-9]\d* lookups, 0 refused, 0 limited$/m);
    expect(output).not.toMatch(/[1-9]\d* refused/);
    expect.soft(more('sk_lookup')).toBeLessThan(more('nftables'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Datagrams of random clients to random addresses that have rules. */
function drawFrames(): Uint8Array[] {
  const random = randomFrom(7);
  return Array.from({ length: 4096 }, () => {
    const ends = {
      family: 4 as const,
      source: BigInt(0x0a090000 + random(65_536)),
      destination: BigInt(0xc0000200 + random(RULES)),
    };
    const frame = encodeFrame(frameOf(udpPacket(ends, { sourcePort: 1024 + random(64_000), destinationPort: 53 })));
    frame.set(Buffer.from(MAC.replaceAll(':', ''), 'hex'));
    return frame;
  });
}

/** Of each round, the injection's own cost taken off. */
function costsOf(output: string, way: Way): number[] {
  const lines = output.split('\n').flatMap((line) => (line.startsWith(`${way} `) ? [line.slice(way.length)] : []));
  const costs = readCosts(lines.join('\n'));
  return costs.flatMap(({ action, processor }, at) =>
    action === 'pass' ? [processor - costs[at + 1]!.processor] : [],
  );
}
