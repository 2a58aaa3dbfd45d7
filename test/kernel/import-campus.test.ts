/** A small campus as iptables rules, in chains and flat: the kernel treats packets under its tables as under the rules. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastCheck, { type Arbitrary } from 'fast-check';
import { expect, test, type TestContext } from 'vitest';
import { importIptables } from '../../compiler/import/iptables/import.ts';
import { count, seed } from '../sampling.ts';
import { sharedBytes } from '../shared-data.ts';
import { buildPolicy } from './conformance/build.ts';
import type { PacketStep } from './conformance/script.ts';
import { ipv4 } from './harness/crafting.ts';
import { encodePacket, type Transport } from '../../cli/lab/packet.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { compareRouters } from './import/compare.ts';
import { networkOf } from './import/dump-network.ts';

const PACKETS = count(2000, 20_000);
/** So many packets are sent together. */
const ROUND = 64;
const services = readFileSync(new URL('../../stdlib/services.sluice', import.meta.url), 'utf8');

describeWithKernel('an imported campus', () => {
  for (const [name, flags] of [
    ['in chains', []],
    ['as long lists', ['--flat']],
  ] as const) {
    test(name, async (context) => {
      const dump = campus(context, flags);
      const { written } = importIptables([{ path: 'campus.save', text: dump }], { keepOpaque: false, services });
      const files = Object.fromEntries(
        written!.files.map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)] as const),
      );
      expect(Object.keys(files)).toContain('data/closed_ports.csv');
      const built = buildPolicy({ policy: written!.policy, files });
      if (built.kind === 'refused') throw new Error(built.diagnostics.map(({ message }) => message).join('; '));
      const script = packetsFor(dump);
      const router = networkOf(dump);
      const { differences, forwarded, compared } = await compareRouters(
        router,
        { 4: dump },
        built.built.ruleset,
        script,
      );
      expect(differences.slice(0, 10).join('\n'), written!.policy).toBe('');
      expect(forwarded).toBeGreaterThan(compared / 4);
    });
  }
});

/** The rules of the generator beside the checkout, for a few members. */
function campus(context: TestContext, flags: readonly string[]): string {
  const generator = sharedBytes(context, 'tools/campus.py');
  context.skip(spawnSync('iptables-legacy-restore', ['--version']).status !== 0, 'needs iptables-legacy-restore');
  const folder = mkdtempSync(join(tmpdir(), 'sluice-campus-'));
  try {
    execFileSync('python3', ['-', folder, '--members', '20', '--devices', '4', ...flags], {
      input: generator,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    return readFileSync(join(folder, 'rules.save'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface End {
  readonly address: string;
  readonly protocol: string;
  readonly port: number;
}

/** Packets from and to what the rules name: out of the campus, between its rooms, and in. */
function packetsFor(dump: string): PacketStep[] {
  const hosts = [...dump.matchAll(/ -s (10\.[\d.]+)\/32 /g)].map(([, address = '']) => address);
  const named = [...dump.matchAll(/ -[sd] ([\d.]+)\/32 .*-p (\w+) -m \w+ --dport (\d+)/g)].map(
    ([, address = '', protocol = '', port = '']): End => ({ address, protocol, port: Number(port) }),
  );
  const host = fastCheck.constantFrom(...hosts, '10.0.3.253', '10.0.200.7');
  const outside = fastCheck.nat(200).map((last) => `9.9.9.${last + 1}`);
  const end = fastCheck.constantFrom(...named);
  const from = (at: string, source: Arbitrary<string>, destination: Arbitrary<string>) =>
    fastCheck.tuple(fastCheck.constant(at), source, destination, end);
  const packet = fastCheck.oneof(
    from('other0', host, outside),
    from('other0', host, host),
    from('uplink0', outside, host),
    fastCheck
      .tuple(outside, end)
      .map(([source, one]) => ['uplink0', source, one.address, one] as [string, string, string, End]),
    fastCheck
      .tuple(outside, end)
      .map(([far, one]) => ['other0', one.address, far, one] as [string, string, string, End]),
  );
  return fastCheck
    .sample(packet, { seed, numRuns: PACKETS })
    .map(([at, source, destination, { protocol, port }], index) => {
      const bytes = encodePacket(ipv4(source, destination), transportOf(index, protocol, port));
      const round = 1 + Math.floor(index / ROUND);
      return { kind: 'packet', id: index + 1, round, at, bytes: Buffer.from(bytes).toString('hex') };
    });
}

/** Every eighth packet is a ping. */
function transportOf(index: number, protocol: string, destinationPort: number): Transport {
  const payload = new Uint8Array(18);
  if (index % 8 === 0) return { protocol: 'icmp', type: 8, code: 0, payload };
  const ports = { sourcePort: 1024 + (index % 60_000), destinationPort, payload };
  return protocol === 'tcp' ? { protocol: 'tcp', flags: ['syn'], ...ports } : { protocol: 'udp', ...ports };
}
