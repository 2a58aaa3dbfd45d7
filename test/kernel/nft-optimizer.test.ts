/**
 * Inputs on which `nft -o` of nftables 1.0.6 fails, and what Sluice makes of the same: it loads, and packets meet what the
 * rules say, one after another. Where another version of nft does better, a test is skipped and says so.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, type TestContext } from 'vitest';
import { formatIpv4 } from '../../compiler/net/address.ts';
import { importIptables } from '../../compiler/import/iptables/import.ts';
import { CLASSBENCH_INTERFACES, randomFrom, type Random } from '../builders/classbench/packets.ts';
import { artifactOf } from '../builders/ruleset.ts';
import { count, seed } from '../sampling.ts';
import { buildPolicy } from './conformance/build.ts';
import { drawWith } from './conformance/draw.ts';
import { drawScript } from './conformance/draw-script.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { encodePacket, tcpFlagNames } from '../../cli/lab/packet.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { compareRouters } from './import/compare.ts';
import { networkOf } from './import/dump-network.ts';

/** One list of rules, as nft and as Sluice write it. What none of them decides about is dropped. */
interface List {
  readonly name: string;
  readonly nft: readonly string[];
  readonly policy: readonly string[];
  /** A packet that the rules tell from others. */
  readonly packet: (random: Random, id: number) => Uint8Array;
  /** How nft 1.0.6 fails with `-o`. */
  readonly failure: 'does not load' | 'lets other packets through';
}

const PACKETS = count(1000, 20_000);

function prefixes(): { readonly nft: readonly string[]; readonly policy: readonly string[] } {
  const random = randomFrom(seed);
  const rules = Array.from({ length: 1000 }, () => {
    const length = 12 + random(19);
    const address = (0x0a00_0000 | (random(1 << 24) & (-1 << (32 - length)))) >>> 0;
    return { prefix: `${formatIpv4(address)}/${length}`, allow: random(2) === 0 };
  });
  return {
    nft: rules.map(({ prefix, allow }) => `ip saddr ${prefix} ${allow ? 'accept' : 'drop'}`),
    policy: rules.map(({ prefix, allow }) => `${allow ? 'allow' : 'drop'} from ${prefix}`),
  };
}

const from = (address: number, id: number): Uint8Array =>
  encodePacket(
    { version: 4, source: formatIpv4(address), destination: '203.0.113.9' },
    { protocol: 'udp', sourcePort: 40_000, destinationPort: 53 },
    id,
  );

const LISTS: readonly List[] = [
  {
    name: 'a network within another',
    nft: ['ip saddr 10.0.0.0/24 drop', 'ip saddr 10.0.0.0/16 accept'],
    policy: ['drop from 10.0.0.0/24', 'allow from 10.0.0.0/16'],
    packet: (random, id) => from(0x0a00_0000 | random(1 << (random(2) === 0 ? 10 : 18)), id),
    failure: 'does not load',
  },
  {
    name: 'one flag of TCP after another',
    nft: ['tcp flags syn accept', 'tcp flags ack accept'],
    policy: ['allow tcp flags syn', 'allow tcp flags ack'],
    packet: (random, id) =>
      encodePacket(
        { version: 4, source: '10.0.0.5', destination: '203.0.113.9' },
        {
          protocol: 'tcp',
          sourcePort: 40_000,
          destinationPort: 80,
          flags: tcpFlagNames.filter(() => random(3) === 0),
        },
        id,
      ),
    failure: 'lets other packets through',
  },
  {
    name: '1,000 prefixes that overlap',
    ...prefixes(),
    packet: (random, id) => from(0x0a00_0000 | random(1 << 24), id),
    failure: 'does not load',
  },
];

describeWithKernel('lists that nft -o fails on', () => {
  describe.each(LISTS)('$name', ({ nft, policy, packet, failure }) => {
    const linear = `table inet linear { chain forward {
  type filter hook forward priority filter; policy drop;
  ${nft.join('\n  ')}
}
}
`;
    const random = randomFrom(seed);
    const packets = Array.from({ length: PACKETS }, (_, id) => packet(random, id));

    test('Sluice: loads, and lets the same packets through as the rules do', async () => {
      const allowed = await allowedBy((lab) => lab.load(linear), packets);
      const text = `filter forward stateless default drop {\n${policy.join('\n')}\n}`;
      expect(await allowedBy((lab) => lab.load(artifactOf(text)), packets)).toEqual(allowed);
      expect(allowed.length).toBeGreaterThan(PACKETS / 20);
      expect(allowed.length).toBeLessThan(PACKETS * 0.95);
    });

    test(`nft -o: ${failure}`, async (context) => {
      const optimized = await allowedBy((lab) => loadOptimized(lab, linear), packets).catch(String);
      if (typeof optimized === 'string') {
        expect(optimized).toMatch(/Error|exit code/);
        expect(failure).toBe('does not load');
        return;
      }
      const allowed = await allowedBy((lab) => lab.load(linear), packets);
      isMended(context, JSON.stringify(optimized) === JSON.stringify(allowed));
      expect(failure).toBe('lets other packets through');
    });
  });
});

/** The numbers of the packets that are forwarded. */
async function allowedBy(
  load: (lab: Lab) => Promise<void>,
  packets: readonly Uint8Array[],
): Promise<readonly number[]> {
  const lab = await Lab.create({ interfaces: CLASSBENCH_INTERFACES });
  try {
    await load(lab);
    const observations = (await lab.send([packets.map((bytes, id) => lab.frame(id, 'in0', bytes))])).flat();
    return observations.filter(({ kind }) => kind === 'forwarded').map(({ id }) => id);
  } finally {
    await lab.destroy();
  }
}

async function loadOptimized(lab: Lab, ruleset: string): Promise<void> {
  await inFile(ruleset, (file) => lab.exec(['nft', '-o', '-f', file]));
}

/** Gives `use` a file with this content. */
async function inFile<Result>(content: string, use: (file: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-nft-'));
  try {
    const file = join(folder, 'input');
    writeFileSync(file, content);
    return await use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Ends the test where this version of nft does not fail: then the claim is no longer true of it. */
function isMended(context: TestContext, mended: boolean): void {
  const version = spawnSync('nft', ['--version'], { encoding: 'utf8' }).stdout.trim();
  context.skip(mended, `${version} no longer fails here`);
}

/** Dumps of ordinary routers: two lines of Internet, two proxies. */
const DUMPS = {
  'two ways out that masquerade': `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -o uplink0 -j MASQUERADE
-A POSTROUTING -o uplink1 -j MASQUERADE
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -s 10.99.2.0/24 -i lan0 -j ACCEPT
COMMIT
`,
  'two proxies that redirect': `*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -i lan0 -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128
-A PREROUTING -i lan0 -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 3129
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -i lan0 -p tcp -m tcp --dport 3128:3129 -j ACCEPT
COMMIT
`,
};

describeWithKernel('dumps that nft -o fails on', () => {
  const services = readFileSync(new URL('../../stdlib/services.sluice', import.meta.url), 'utf8');
  describe.each(Object.entries(DUMPS))('%s', (_name, dump) => {
    test('Sluice: loads, and packets meet what they meet under the dump', async (context) => {
      context.skip(spawnSync('iptables-legacy-restore', ['--version']).status !== 0, 'needs iptables-legacy-restore');
      const { written, findings } = importIptables([{ path: 'dump.save', text: dump }], {
        keepOpaque: false,
        services,
      });
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      const files = Object.fromEntries(written!.files.map((file) => [file.path, new TextDecoder().decode(file.bytes)]));
      const built = buildPolicy({ policy: written!.policy, files });
      if (built.kind === 'refused') throw new Error(built.diagnostics.map(({ message }) => message).join('; '));
      const network = networkOf(dump);
      const script = drawWith(seed, (draw) => drawScript(built.built.policy, network, draw, PACKETS));
      const comparison = await compareRouters(network, { 4: dump }, built.built.ruleset, script);
      expect(comparison.differences).toEqual([]);
      expect(comparison.forwarded + comparison.delivered).toBeGreaterThan(comparison.compared / 50);
    });

    test('nft -o: is killed by a signal', async (context) => {
      const lab = await Lab.create({ interfaces: CLASSBENCH_INTERFACES });
      try {
        context.skip(
          spawnSync('iptables-restore-translate', ['--version']).status !== 0,
          'needs iptables-restore-translate',
        );
        await lab.load(await inFile(dump, (file) => lab.exec(['iptables-restore-translate', '-f', file])));
        // As nft itself writes it down, and reads it again without `-o`.
        const listed = await lab.exec(['nft', 'list', 'ruleset', 'ip']);
        await lab.flush();
        await lab.load(listed);
        await lab.flush();
        const outcome = await loadOptimized(lab, listed).then(() => 'loads', String);
        isMended(context, outcome === 'loads');
        expect(outcome).toMatch(/exit code null/);
        expect(await lab.exec(['nft', 'list', 'ruleset', 'ip'])).toBe('');
      } finally {
        await lab.destroy();
      }
    });
  });
});
