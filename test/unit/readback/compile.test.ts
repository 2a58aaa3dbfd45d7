/** A compile compares what was written with the policy: a difference, or what is not understood, ends it. */
import { expect, it } from 'vitest';
import { nftables } from '../../../backends/nftables/index.ts';
import { compile } from '../../../compiler/compile.ts';
import type { Plane } from '../../../compiler/plane.ts';
import { inputsWith } from '../../builders/ruleset.ts';

const POLICY = `zone lan = eth1
filter forward default drop {
  allow in lan tcp/22
  allow udp where payload[0] == 1
}
`;

/** nftables, with a fault in what it writes. */
function faulty(from: string, to: string): Plane {
  return {
    ...nftables,
    lower: (plan, prices) => {
      const lowered = nftables.lower(plan, prices);
      const change = (content: readonly Uint8Array[]) => [
        new TextEncoder().encode(Buffer.concat(content).toString('utf8').replace(from, to)),
      ];
      return {
        ...lowered,
        write: (context) => {
          const written = lowered.write(context);
          const artifacts = (build: string) =>
            written.artifacts(build).map((artifact) => ({ ...artifact, content: change(artifact.content) }));
          return { ...written, artifacts };
        },
      };
    },
  };
}

function compileWith(plane: Plane, policy: string) {
  const { diagnostics, targets } = compile({ path: 'test.sluice', text: policy }, inputsWith({}), {
    planes: [plane],
    nameBuild: () => 'test',
  });
  return { findings: diagnostics.map(({ code, message }) => `${code} ${message}`), targets };
}

it('says of each part whether it was compared', () => {
  const { findings, targets } = compileWith(nftables, POLICY.replace('allow udp', '# allow udp'));
  expect(findings).toEqual([]);
  expect(targets[0]!.planes[0]!.compared).toEqual([{ kind: 'the same', part: 'filter forward' }]);
});

it('says what was not compared, and why', () => {
  const { findings, targets } = compileWith(nftables, POLICY);
  expect(findings).toEqual([]);
  expect(targets[0]!.planes[0]!.compared).toEqual([
    { kind: 'not compared', part: 'filter forward', reason: 'a clause of `payload`' },
  ]);
});

it('ends with a packet that shows the difference', () => {
  const plane = faulty('tcp dport 22', 'tcp dport 23');
  const { findings, targets } = compileWith(plane, POLICY.replace('allow udp', '# allow udp'));
  expect(targets).toEqual([]);
  expect(findings).toEqual([
    expect.stringMatching(/^SL1101 the rules that were emitted for filter forward do not mean/),
  ]);
  expect(findings[0]).toMatch(
    /the verdict: (accept|drop) by the policy, (drop|accept) by the rules, of tcp .* port 2[23]/,
  );
});

it('ends where it does not understand what was written', () => {
  const { findings, targets } = compileWith(faulty('tcp dport 22', 'queue num 3'), POLICY);
  expect(targets).toEqual([]);
  expect(findings).toEqual([expect.stringMatching(/^SL0702 ruleset\.nft:\d+: `queue num` is no statement/)]);
});
