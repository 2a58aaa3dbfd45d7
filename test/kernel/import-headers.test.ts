/** Fields that only nft's own words ask for: does the policy see in crafted headers what the dump sees in them? */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fastCheck, { type Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';
import { renderFindings } from '../../compiler/diagnostics/render.ts';
import { importIptables } from '../../compiler/import/iptables/import.ts';
import { count, seed } from '../sampling.ts';
import { buildPolicy } from './conformance/build.ts';
import type { PacketStep } from './conformance/script.ts';
import { ipv4, ipv6 } from './harness/crafting.ts';
import {
  encodePacket,
  fragmentPacket,
  type Ipv6Extension,
  type Network,
  type Transport,
} from '../../cli/lab/packet.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { compareRouters } from './import/compare.ts';
import { networkOf } from './import/dump-network.ts';

const PACKETS = count(600, 10_000);
/** So many packets are sent together. */
const ROUND = 60;
/** In bytes. */
const FRAGMENT = 16;

const services = readFileSync(new URL('../../stdlib/services.sluice', import.meta.url), 'utf8');
const dump = (file: string) => readFileSync(new URL(`../cases/import/headers-opaque/${file}`, import.meta.url), 'utf8');

const SPIS = [1, 7, 500, 501, 0x1_0000];

/** The association that a header of ESP or AH names, with what stands around it. */
function ipsec(protocol: 50 | 51, spi: number): Transport {
  const payload = new Uint8Array(32);
  const view = new DataView(payload.buffer);
  view.setUint32(protocol === 50 ? 0 : 4, spi);
  if (protocol === 51) view.setUint32(0, 0x3b04_0000);
  return { protocol, payload };
}

const size = fastCheck.constantFrom(0, 1, 4, 20, 60, 100);
const transport: Arbitrary<Transport> = fastCheck.oneof(
  fastCheck
    .tuple(
      fastCheck.constantFrom(80, 22, 443),
      size,
      fastCheck.boolean(),
      fastCheck.option(fastCheck.constantFrom(500, 1400, 1460)),
    )
    .map(([destinationPort, length, isMarked, mss]): Transport => ({
      protocol: 'tcp',
      sourcePort: 4000,
      destinationPort,
      flags: isMarked ? ['syn', 'ece'] : ['syn'],
      ...(mss === null ? {} : { mss }),
      payload: new Uint8Array(length),
    })),
  fastCheck.tuple(fastCheck.constantFrom(9, 53), size).map(([destinationPort, length]): Transport => ({
    protocol: 'udp',
    sourcePort: 4000,
    destinationPort,
    payload: new Uint8Array(length),
  })),
  fastCheck.constantFrom(...SPIS).map((spi) => ipsec(50, spi)),
);
const octet = { dscp: fastCheck.constantFrom(0, 0, 4, 20, 8, 46), ecn: fastCheck.constantFrom(0, 0, 1, 3) };

const packet4: Arbitrary<readonly [Network, Transport]> = fastCheck.tuple(
  fastCheck
    .record({ ...octet, options: fastCheck.constantFrom(new Uint8Array(0), new Uint8Array([1, 1, 1, 1])) })
    .map((more) => ipv4('10.99.0.9', '10.99.1.9', more)),
  fastCheck.oneof(
    { weight: 4, arbitrary: transport },
    fastCheck.constantFrom(...SPIS).map((spi) => ipsec(51, spi)),
  ),
);

const extension: Arbitrary<Ipv6Extension> = fastCheck.oneof(
  fastCheck.constant<Ipv6Extension>({ kind: 'destination-options', options: new Uint8Array(6) }),
  fastCheck
    .tuple(fastCheck.constantFrom(0, 2, 4), fastCheck.constantFrom(0, 1, 6))
    .map(([type, segmentsLeft]): Ipv6Extension => ({ kind: 'routing', type, segmentsLeft, data: new Uint8Array(4) })),
);
const hopByHop: Ipv6Extension = { kind: 'hop-by-hop', options: new Uint8Array(6) };
const packet6: Arbitrary<readonly [Network, Transport]> = fastCheck.tuple(
  fastCheck
    .tuple(fastCheck.record(octet), fastCheck.array(extension, { maxLength: 2 }), fastCheck.constantFrom(0, 0, 0, 1))
    .map(([more, others, first]) =>
      ipv6('fd99::9', 'fd99:0:0:1::9', { ...more, extensions: first === 1 ? [hopByHop, ...others] : others }),
    ),
  transport,
);

describeWithKernel('headers', () => {
  for (const [family, file, packet] of [
    [4, 'input.save', packet4],
    [6, 'input6.save', packet6],
  ] as const) {
    test(`of IPv${family}`, async (context) => {
      context.skip(spawnSync('iptables-legacy-restore', ['--version']).status !== 0, 'needs iptables-legacy-restore');
      const text = dump(file);
      const { written } = importIptables([{ path: file, text }], { keepOpaque: true, services });
      const built = buildPolicy({ policy: written!.policy, files: {} });
      if (built.kind === 'refused') throw new Error(`${renderFindings(built.diagnostics)}\n${written!.policy}`);
      const { differences, forwarded, compared } = await compareRouters(
        networkOf('-A FORWARD -i eth0 -o eth1'),
        { [family]: text },
        built.built.ruleset,
        script(packet),
      );
      expect(differences.slice(0, 10).join('\n'), written!.policy).toBe('');
      expect(forwarded).toBeGreaterThan(compared / 10);
      expect(forwarded).toBeLessThan((compared * 9) / 10);
    });
  }
});

/** Some go one way, some the other; some of IPsec come in fragments. */
function script(packet: Arbitrary<readonly [Network, Transport]>): PacketStep[] {
  let id = 0;
  return fastCheck.sample(packet, { seed, numRuns: PACKETS }).flatMap(([network, carried], index) => {
    const isBack = index % 3 === 0;
    const { source, destination } = network;
    const turned = isBack ? ({ ...network, source: destination, destination: source } as Network) : network;
    const whole = encodePacket(turned, carried, index + 1);
    const isCut = index % 2 === 0 && (carried.protocol === 50 || carried.protocol === 51);
    const pieces = isCut ? fragmentPacket(whole, FRAGMENT, index + 1) : [whole];
    return pieces.map((piece): PacketStep => {
      const bytes = Buffer.from(piece).toString('hex');
      return { kind: 'packet', id: ++id, round: 1 + Math.floor(index / ROUND), at: isBack ? 'eth1' : 'eth0', bytes };
    });
  });
}
