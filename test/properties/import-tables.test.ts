/** Dumps whose rules become tables mean what they meant: packets through the reference, and through the dump itself. */
import { readFileSync } from 'node:fs';
import fastCheck from 'fast-check';
import { expect, it } from 'vitest';
import { importIptables } from '../../compiler/import/iptables/import.ts';
import { checkPolicy } from '../../compiler/check.ts';
import { HOSTS, PORTS, repetitiveDump } from '../arbitraries/repetitive-dump.ts';
import { ENVIRONMENT, endsText, on, Router, tcp, udp } from '../builders/packets.ts';
import { count } from '../sampling.ts';
import { walkDump, type ForwardedPacket, type Way } from '../oracles/iptables-walk.ts';

const services = readFileSync(new URL('../../stdlib/services.sluice', import.meta.url), 'utf8');

const address = fastCheck.constantFrom(...HOSTS, '10.1.1.200', '10.2.9.9', '10.9.9.9');
const outside = fastCheck.constantFrom('198.51.100.7', '203.0.113.50', '203.0.113.51', '203.0.113.52');
const common = {
  protocol: fastCheck.constantFrom('tcp' as const, 'udp' as const),
  port: fastCheck.constantFrom(...PORTS, 8080),
};
const packet: fastCheck.Arbitrary<ForwardedPacket> = fastCheck.oneof(
  fastCheck.record({ ...common, in: fastCheck.constant('eth1'), source: address, destination: outside }),
  fastCheck.record({ ...common, in: fastCheck.constant('eth1'), source: address, destination: address }),
  fastCheck.record({
    ...common,
    in: fastCheck.constant('eth0'),
    source: outside,
    destination: fastCheck.oneof(address, outside),
  }),
);

it('a dump of many rules of few forms keeps its meaning', () => {
  let [tables, dumps] = [0, 0];
  fastCheck.assert(
    fastCheck.property(repetitiveDump, fastCheck.array(packet, { minLength: 25, maxLength: 25 }), (dump, packets) => {
      const { written, findings } = importIptables([{ path: 'random.save', text: dump }], {
        keepOpaque: true,
        services,
      });
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      const { policy, diagnostics } = checkPolicy(
        { path: 'policy.sluice', text: written!.policy },
        {
          read: (path) => written!.files.find((file) => file.path === path)?.bytes,
          standard: () => services,
          standardNames: ['services'],
          today: undefined,
        },
      );
      expect(
        diagnostics.filter(({ severity }) => severity === 'error'),
        written!.policy,
      ).toEqual([]);
      dumps += 1;
      if (written!.files.length > 0) tables += 1;
      for (const one of packets) {
        const [seen, wanted] = [seenBy(policy!, one), expected(dump, one)];
        if (seen !== wanted) expect(`${JSON.stringify(one)} ${seen}`, `${dump}\n${written!.policy}`).toBe(wanted);
      }
    }),
    { endOnFailure: true, numRuns: count(20, 1000) },
  );
  expect(tables).toBeGreaterThan(dumps / 2);
});

/** As the router of `ENVIRONMENT` has its routes. */
function routeTo(destination: string): string {
  return destination.startsWith('10.') ? 'eth1' : 'eth0';
}

function expected(dump: string, one: ForwardedPacket): string {
  return textOf(walkDump(dump, one, routeTo));
}

function textOf({ verdict, out, mark, source, destination, port }: Way): string {
  return verdict === 'forwarded' ? `out ${out} mark ${mark} ${source} > ${destination}:${port}` : verdict;
}

function seenBy(policy: Router['policy'], one: ForwardedPacket): string {
  const build = one.protocol === 'tcp' ? tcp : udp;
  const { fate } = new Router(policy, ENVIRONMENT).take(
    on(one.in, build(`${one.source}:40000`, `${one.destination}:${one.port}`)),
  );
  if (fate.kind !== 'forwarded') return fate.kind;
  const { out, mark, packets } = fate.leaving;
  return `out ${out} mark ${mark} ${endsText(packets[0]!).replace(':40000', '')}`;
}
