/** `-j CT --helper`: what a control connection announces is related under the policy as it is under the dump. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderFindings } from '../../compiler/diagnostics/render.ts';
import { importIptables } from '../../compiler/import/iptables/import.ts';
import { buildPolicy } from './conformance/build.ts';
import { labOptions } from './conformance/network.ts';
import { ipv4, udp } from './harness/crafting.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { encodePacket, type Ipv4, type Udp } from '../../cli/lab/packet.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { networkOf } from './import/dump-network.ts';

const services = readFileSync(new URL('../../stdlib/services.sluice', import.meta.url), 'utf8');

const DUMP = `*raw
:PREROUTING ACCEPT [0:0]
:zones - [0:0]
-A PREROUTING -i eth0 -j zones
-A zones -s 10.99.0.66/32 -j RETURN
-A zones -p udp -m udp --dport 69 -j CT --helper tftp
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i eth0 -o eth1 -p udp -m udp --dport 69 -j ACCEPT
COMMIT
`;

/** A TFTP read request (RFC 1350, section 5): opcode 1. */
const REQUEST = Uint8Array.of(0, 1, ...Buffer.from('file\0octet\0'));
const request: Udp = { protocol: 'udp', sourcePort: 40000, destinationPort: 69, payload: REQUEST };
const answer: Udp = { ...udp(40000), sourcePort: 3000 };

/** In order: by which interface, between whom, what, and whether it is forwarded. */
const PACKETS: readonly (readonly [at: string, network: Ipv4, datagram: Udp, isForwarded: boolean])[] = [
  ['eth1', ipv4('10.99.1.20', '10.99.0.10'), answer, false],
  ['eth0', ipv4('10.99.0.10', '10.99.1.20'), request, true],
  ['eth1', ipv4('10.99.1.21', '10.99.0.10'), answer, false],
  ['eth1', ipv4('10.99.1.20', '10.99.0.10'), answer, true],
  ['eth0', ipv4('10.99.0.66', '10.99.1.20'), request, true],
  ['eth1', ipv4('10.99.1.20', '10.99.0.66'), answer, false],
];

describeWithKernel('helpers of a dump', () => {
  test('answers of a TFTP server come from other ports', async (context) => {
    context.skip(spawnSync('iptables-legacy-restore', ['--version']).status !== 0, 'needs iptables-legacy-restore');
    const { written, findings } = importIptables([{ path: 'helpers.save', text: DUMP }], {
      keepOpaque: false,
      services,
    });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const built = buildPolicy({ policy: written!.policy, files: {} });
    if (built.kind === 'refused') throw new Error(`${renderFindings(built.diagnostics)}\n${written!.policy}`);
    const { ruleset } = built.built;
    const wanted = PACKETS.map(([, , , isForwarded]) => isForwarded);
    expect(await forwarded((lab) => lab.exec(['iptables-legacy-restore'], DUMP))).toEqual(wanted);
    expect(await forwarded((lab) => lab.load(ruleset)), written!.policy).toEqual(wanted);
  });
});

async function forwarded(load: (lab: Lab) => Promise<unknown>): Promise<boolean[]> {
  const lab = await Lab.create(labOptions(networkOf(DUMP)));
  try {
    await load(lab);
    const fates: boolean[] = [];
    for (const [index, [at, network, datagram]] of PACKETS.entries()) {
      const frame = lab.frame(index + 1, at, encodePacket(network, datagram, index + 1));
      const seen = (await lab.send([[frame]])).flat();
      fates.push(seen.some(({ kind }) => kind === 'forwarded'));
    }
    return fates;
  } finally {
    await lab.destroy();
  }
}
