/** Sockets get of their datagrams what the limits of `dispatch` let through, and no address takes another's share. */
import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { udpPacket } from '../../compiler/semantics/packet/build.ts';
import type { Packet } from '../../compiler/semantics/packet/packet.ts';
import { limitedDispatchPolicy } from '../arbitraries/policy/dispatch.ts';
import { randomFrom, type Random } from '../builders/classbench/packets.ts';
import { count, seed } from '../sampling.ts';
import {
  compileForLookup,
  deliverPackets,
  expectLines,
  inLookupShell,
  tryToCompile,
  type Compiled,
  type Opened,
} from './sk-lookup/build.ts';
import { bytesOf, drawDatagrams, SocketReference } from './sk-lookup/datagrams.ts';
import { describeWithXdp } from './xdp/require-xdp.ts';

const POLICIES = count(8, 60);
/** Of each policy. */
const DATAGRAMS = count(4000, 10_000);

const SOCKETS: ReadonlyMap<string, Opened> = new Map([
  ['web', 'all'],
  ['resolver', 'all'],
  ['spectrum', 'dual'],
  ['nobody', 'none'],
]);

/** Who gets which datagrams, by limits too, and how many were dropped for one. */
function compareDelivery(
  { policy, program, artifacts }: Compiled,
  many: number,
  random: Random,
): { readonly got: number; readonly limited: number } {
  return compareOn(drawDatagrams(program, many, random), { policy, artifacts });
}

function compareOn(
  packets: readonly Packet[],
  { policy, artifacts }: Pick<Compiled, 'policy' | 'artifacts'>,
): { readonly got: number; readonly limited: number } {
  const { answers, stats } = deliverPackets(artifacts, SOCKETS, packets.map(bytesOf));
  const reference = new SocketReference(policy, SOCKETS);
  const differences = packets.flatMap((packet, number) => {
    const wanted = reference.receiver(packet);
    if (answers[number] === wanted) return [];
    return [`${number}: ${answers[number]}, not ${wanted}: ${Buffer.from(bytesOf(packet)).toString('hex')}`];
  });
  expect(differences.slice(0, 5).join('\n')).toBe('');
  const counted = [...stats.matchAll(/ refused, (\d+) limited$/gm)];
  expect(counted.reduce((total, match) => total + Number(match[1]), 0)).toBe(reference.limited);
  return { got: answers.filter((answer) => answer !== 'nobody').length, limited: reference.limited };
}

const ADDRESSES = '192.0.2.0/24, 2001:db8:2::/64';

function limiting(limit: string): Compiled {
  return compileForLookup(`dispatch { udp/53 to ${ADDRESSES} -> socket resolver ${limit} } target edge { sk_lookup }`);
}

describeWithXdp('limits of what sockets get', () => {
  test('random limits, on datagrams for their rules', () => {
    const policies = fastCheck.sample(limitedDispatchPolicy(), { seed, numRuns: 8 * POLICIES });
    let compared = 0;
    let got = 0;
    let limited = 0;
    for (const [number, { policy, files }] of policies.entries()) {
      if (compared >= POLICIES) break;
      const built = tryToCompile(policy, files);
      if (!built) continue;
      const result = compareDelivery(built, DATAGRAMS, randomFrom(seed + number));
      compared++;
      got += result.got;
      limited += result.limited;
    }
    expect(compared).toBe(POLICIES);
    for (const many of [got, limited]) expect(many).toBeGreaterThan((POLICIES * DATAGRAMS) / 20);
  });

  test('one socket for 30,000 addresses, each with its own bucket', () => {
    const addresses = count(3000, 30_000);
    const text = `dispatch { udp/53 to 10.0.0.0/9 -> socket resolver up to 1/day per destination burst 2 keys 30000 }
      target edge { sk_lookup }`;
    const random = randomFrom(seed);
    const to = (number: number) =>
      udpPacket(
        { family: 4, source: 0xc6336400n + BigInt(random(256)), destination: 0x0a000000n + BigInt(number * 277) },
        { sourcePort: 1024 + random(60_000), destinationPort: 53 },
      );
    const flood = Array.from({ length: addresses }, () => to(7));
    const others = Array.from({ length: addresses }, (_, number) => to(number));
    const { got, limited } = compareOn(
      others.flatMap((other, number) => [flood[number]!, other]),
      compileForLookup(text),
    );
    expect([got, limited]).toEqual([addresses + 1, addresses - 1]);
  });

  test('a flooded address starves no other; a replace changes what registered sockets get', () => {
    const addresses = count(40, 250);
    const builds = ['up to 50/second per destination burst 20', 'up to 50/second burst 20', ''].map(
      (limit) => limiting(limit).artifacts,
    );
    const output = inLookupShell(
      builds,
      `load 0 up; routes 0 up; serve 0 resolver
       nsenter -t $peer -n bash -c 'exec 3<> /dev/udp/192.0.2.255/53; while :; do echo >&3 || true; done' 2> /dev/null & flood=$!
       until test "$(load 0 stats | sed -n 's/.*refused, \\([0-9]*\\) limited/\\1/p')" -gt 1000; do sleep 0.05; done
       for n in $(seq ${addresses}); do ask '' udp 192.0.2.$n 53; ask '' udp 2001:db8:2::$n 53; done; echo
       load 1 replace; for n in 1 2 3 4; do ask '' udp 192.0.2.$n 53; done; echo
       kill $flood; wait $flood || true; load 2 replace; ask '' udp 192.0.2.1 53; ask '' udp 192.0.2.255 53; load 2 stats | grep -c limited || true
       load 0 replace; ls /sys/fs/bpf/sluice/edge | grep -c dispatch_limit; load 0 down; ls /sys/fs/bpf`,
    );
    const [own, shared, rest] = output.split('\n\n');
    expect(own!.split('\n')).toEqual(Array<string>(2 * addresses).fill('resolver'));
    expect(shared).toContain('nothing');
    expectLines(rest!.replaceAll(/^\S+\.debug\n/gm, ''), ['resolver', 'resolver', '0', '2']);
  });

  test('buckets go on over a replace, and a socket without its filter is no reason to drop a limit in silence', () => {
    const builds = ['', 'up to 3/day per source', 'up to 3/day per source keys 9'].map(
      (limit) => limiting(limit).artifacts,
    );
    const output = inLookupShell(
      builds,
      `load 0 up; routes 0 up; serve 0 resolver; kept=$(sed 's/ready //' $folder/ready); asked() { for n in 1 2 3 4 5 6; do ask '' udp 192.0.2.$n 53; done; }
       load 1 replace || echo "exit $?"
       asked; load 1 socket resolver --pid $kept --fd 5; load 1 socket resolver --pid $kept --fd 6; load 1 replace; echo
       asked; load 1 replace; ask '' udp 192.0.2.9 53; load 1 stats --prometheus | grep '^sluice_limited'; echo
       load 2 replace; asked; load 2 down; echo; ask '' udp 192.0.2.9 53`,
    );
    const six = (...answers: string[]) => answers.join('\n');
    const refused = [4, 6].map(
      (family) =>
        `sluice-load: socket resolver (UDP over IPv${family}) has a limit now, and was registered without one: register it with this loader, then replace`,
    );
    const all = Array<string>(6).fill('resolver');
    const five = [...Array<string>(5).fill('resolver'), 'nothing'];
    expect(output.trimEnd().split('\n\n')).toEqual([
      six(...refused, 'exit 1', ...all),
      six(...five, 'nothing', 'sluice_limited_total{target="edge",counter="dispatch/socket-resolver-udp-53"} 2'),
      // Another number of keys is another table of buckets.
      six(...five),
      'refused',
    ]);
  });

  test('sockets whose limit would be another one than the policy says are not registered', () => {
    const output = inLookupShell(
      [limiting('up to 3/day').artifacts],
      `load 0 up
       for option in aggregates filter shared; do
         runner serve "$(loader 0)" resolver:$option > $folder/$option & served=$!
         until grep -qs ready $folder/$option || ! kill -0 $served 2> /dev/null; do sleep 0.01; done
       done
       load 0 stats | grep ^socket`,
    );
    const sharing =
      'sluice-load: the socket may share its port (SO_REUSEPORT): register all that do, each has its own filter';
    expectLines(output, [
      'sluice-load: the socket takes several datagrams for one (UDP_GRO), and socket resolver has a limit of datagrams',
      'sluice-load: the socket has a filter of its own, and socket resolver has a limit, which would take its place',
      sharing,
      sharing,
      'socket resolver: TCP over IPv4, TCP over IPv6, UDP over IPv4, UDP over IPv6',
    ]);
  });
});
