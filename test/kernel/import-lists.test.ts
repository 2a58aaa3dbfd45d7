/** Lists that packets write (`-m recent`): does the policy count what the kernel counts, packet by packet? */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { renderFindings } from '../../compiler/diagnostics/render.ts';
import { importIptables } from '../../compiler/import/iptables/import.ts';
import { count, seed } from '../sampling.ts';
import { buildPolicy } from './conformance/build.ts';
import { labOptions } from './conformance/network.ts';
import type { PacketStep } from './conformance/script.ts';
import { ipv4, ipv6 } from './harness/crafting.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { encodePacket } from '../../cli/lab/packet.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { compareRouters } from './import/compare.ts';
import { networkOf } from './import/dump-network.ts';

const PACKETS = count(400, 4000);
/** So many packets are sent together. */
const ROUND = 50;
const PORTS = [22, 80, 443];

const services = readFileSync(new URL('../../stdlib/services.sluice', import.meta.url), 'utf8');

/** Rules of FORWARD behind `-i eth0 -p tcp`. No entry grows too old while packets are sent. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  'the fourth of an hour is refused': [
    '--dport 22 -m recent --set --name ssh --rsource',
    '--dport 22 -m recent --update --seconds 3600 --hitcount 4 --name ssh --rsource -j DROP',
  ],
  'as ufw limits': [
    '--dport 22 -m conntrack --ctstate NEW -m recent --set --name DEFAULT --mask MASK --rsource',
    '--dport 22 -m conntrack --ctstate NEW -m recent --update --seconds 3000 --hitcount 6 --name DEFAULT --mask MASK --rsource -j REJECT',
  ],
  'a second time is enough': ['-m recent --update --hitcount 2 --name seen -j DROP', '-m recent --set --name seen'],
  'those are forgotten who ask elsewhere': [
    '--dport 443 -m recent --remove --name one',
    '--dport 22 -m recent --set --name one',
    '--dport 22 -m recent --rcheck --seconds 4000 --hitcount 3 --name one -j DROP',
  ],
  'only those pass who knocked three times': [
    '--dport 80 -m recent --set --name knocks -j DROP',
    '--dport 22 -m recent ! --rcheck --seconds 9000 --hitcount 3 --name knocks -j DROP',
  ],
  'one list, asked in several ways': [
    '--dport 22 -m recent --set --name all',
    '--dport 22 -m recent --rcheck --seconds 5000 --hitcount 5 --name all -j DROP',
    '--dport 22 -m recent --update --seconds 9000 --hitcount 3 --name all -j MARK2',
    '--dport 80 -m recent --rcheck --name all -j DROP',
  ],
  'the forty-first is refused, and of one host the second': [
    '--dport 22 -m recent --update --seconds 3600 --hitcount 41 --name rate --rsource -j DROP',
    '-m recent --set --name rate --rsource',
    '--dport 443 -m recent --update --seconds 36000 --hitcount 2 --name other --rdest -j DROP',
    '--dport 443 -m recent --set --name other --rdest',
  ],
  'a list of those that are asked': [
    '-m recent --rcheck --seconds 3600 --hitcount 9 --name asked --rdest -j DROP',
    '-m recent --set --name asked --rdest -j ACCEPT',
  ],
};

describeWithKernel('imported lists', () => {
  for (const family of [4, 6] as const) {
    for (const [name, rules] of Object.entries(LISTS)) {
      test(`${name}, IPv${family}`, async (context) => {
        context.skip(spawnSync('iptables-legacy-restore', ['--version']).status !== 0, 'needs iptables-legacy-restore');
        const dump = dumpOf(rules, family);
        const { policy, ruleset } = imported(dump);
        const network = networkOf(dump);
        const { differences, forwarded, compared } = await compareRouters(
          network,
          { [family]: dump },
          ruleset,
          packets(family),
        );
        expect(differences.slice(0, 10).join('\n'), policy).toBe('');
        // Of lists that refuse all but the first packets of a host, no more get through of many than of few.
        expect(forwarded).toBeGreaterThan(10);
        expect(forwarded).toBeLessThan(compared);
      });
    }
  }
});

/** Milliseconds at which one host opens a connection, and whether it is its third within three seconds. */
const VISITS: readonly (readonly [at: number, isThird: boolean])[] = [
  [0, false],
  [100, false],
  [2000, true],
  [4000, false],
  [4400, true],
  [6000, true],
  [10_000, false],
];

describeWithKernel('hits that grow too old', () => {
  test('are none any more, under the dump and under the policy', async (context) => {
    context.skip(spawnSync('iptables-legacy-restore', ['--version']).status !== 0, 'needs iptables-legacy-restore');
    const dump = dumpOf(
      [
        '--dport 22 -m recent --set --name ssh --rsource',
        '--dport 22 -m recent --rcheck --seconds 3 --hitcount 3 --name ssh --rsource -j DROP',
      ],
      4,
    );
    const { policy, ruleset } = imported(dump);
    const network = networkOf(dump);
    const passed = async (load: (lab: Lab) => Promise<unknown>): Promise<boolean[]> => {
      const lab = await Lab.create(labOptions(network));
      try {
        await load(lab);
        return await visit(lab);
      } finally {
        await lab.destroy();
      }
    };
    const [original, policys] = await Promise.all([
      passed((lab) => lab.exec(['iptables-legacy-restore'], dump)),
      passed((lab) => lab.load(ruleset)),
    ]);
    expect(original).toEqual(VISITS.map(([, isThird]) => !isThird));
    expect(policys, policy).toEqual(original);
  });
});

/** Which of the visits are forwarded. */
async function visit(lab: Lab): Promise<boolean[]> {
  const begun = Date.now();
  const forwarded: boolean[] = [];
  for (const [id, [at]] of VISITS.entries()) {
    await setTimeout(begun + at - Date.now());
    const bytes = encodePacket(
      ipv4('10.99.0.10', '10.99.1.20'),
      { protocol: 'tcp', flags: ['syn'], sourcePort: 2000 + id, destinationPort: 22 },
      id + 1,
    );
    const seen = (await lab.send([[lab.frame(id + 1, 'eth0', bytes)]])).flat();
    forwarded.push(seen.some(({ kind }) => kind === 'forwarded'));
  }
  return forwarded;
}

function dumpOf(rules: readonly string[], family: 4 | 6): string {
  const mask = family === 4 ? '255.255.255.255' : 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
  const lines = rules.map((rule) => `-A FORWARD -i eth0 -p tcp -m tcp ${rule.replace('MASK', mask)}`);
  return [
    `# Generated by ip${family === 6 ? '6' : ''}tables-save`,
    '*filter',
    ...['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `:${chain} ACCEPT [0:0]`),
    ':MARK2 - [0:0]',
    '-A MARK2 -j MARK --set-xmark 0x2/0x2',
    ...lines,
    'COMMIT',
    '',
  ].join('\n');
}

function imported(dump: string): { readonly policy: string; readonly ruleset: string } {
  const { written, findings } = importIptables([{ path: 'lists.save', text: dump }], { keepOpaque: false, services });
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const built = buildPolicy({ policy: written!.policy, files: {} });
  if (built.kind === 'refused') throw new Error(`${renderFindings(built.diagnostics)}\n${written!.policy}`);
  return { policy: written!.policy, ruleset: built.built.ruleset };
}

/** Flows that a few hosts open to a few others, in a random order. */
function packets(family: 4 | 6): PacketStep[] {
  const flow = fastCheck.tuple(fastCheck.nat(7), fastCheck.nat(2), fastCheck.constantFrom(...PORTS));
  return fastCheck.sample(flow, { seed, numRuns: PACKETS }).map(([host, far, destinationPort], index) => {
    const network =
      family === 4
        ? ipv4(`10.99.0.${10 + host}`, `10.99.1.${20 + far}`)
        : ipv6(`fd99::${10 + host}`, `fd99:0:0:1::${20 + far}`);
    const id = index + 1;
    const bytes = encodePacket(
      network,
      { protocol: 'tcp', flags: ['syn'], sourcePort: 2000 + id, destinationPort },
      id,
    );
    const round = 1 + Math.floor(index / ROUND);
    return { kind: 'packet', id, round, at: 'eth0', bytes: Buffer.from(bytes).toString('hex') };
  });
}
