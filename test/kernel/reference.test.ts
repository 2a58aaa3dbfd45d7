/**
 * Does the reference agree with the kernel where it hands over to it: routing, connection tracking, translation? The rule
 * sets here are written by hand, so that nothing of the compiler stands between the two.
 */
import { expect, test } from 'vitest';
import {
  all,
  allow,
  comesIn,
  dnat,
  filter,
  from,
  goesOut,
  masquerade,
  nat,
  policy,
  reject,
  service,
  snat,
  to,
  zone,
} from '../builders/policy.ts';
import { count, seed } from '../sampling.ts';
import { NETWORK } from './conformance/network.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { compareTraffic } from './reference/comparing.ts';

const uplink = zone('uplink', 'uplink0');
const inside = zone('inside', 'lan0', 'lan1');
const dmz = zone('dmz', 'dmz0');
const ZONES = [uplink, inside, dmz];
const STRICT = { 'net.netfilter.nf_conntrack_tcp_loose': '0' };
const PACKETS = count(3000, 20_000);

/** A chain of a table, a rule a line. */
function chain(name: string, hook: string, ...rules: readonly string[]): string {
  const [type, priority] =
    hook === 'prerouting' ? ['nat', -100] : hook === 'postrouting' ? ['nat', 100] : ['filter', 0];
  return [`chain ${name} {`, `type ${type} hook ${hook} priority ${priority}`, ...rules, '}'].join('\n');
}

function ruleset(...chains: readonly string[]): string {
  return ['table inet t {', ...chains, '}', ''].join('\n');
}

const STATEFUL = ['ct state established,related accept', 'ct status confirmed accept', 'ct state invalid drop'];

describeWithKernel('the reference and the kernel', () => {
  const agree = (
    name: string,
    rules: string,
    subject: ReturnType<typeof policy>,
    sysctls: Readonly<Record<string, string>> = STRICT,
  ) =>
    test(name, async () => {
      const { difference, fates } = await compareTraffic(NETWORK, rules, subject, sysctls, PACKETS, seed);
      expect(difference).toBeUndefined();
      expect((fates['forwarded'] ?? 0) + (fates['rejected'] ?? 0)).toBeGreaterThan(PACKETS / 20);
      expect(fates['gone']).toBeGreaterThan(PACKETS / 100);
    });

  agree(
    'follow flows alike',
    ruleset(
      chain(
        'f',
        'forward',
        'policy drop',
        ...STATEFUL,
        'iifname { "lan0", "lan1" } oifname "uplink0" accept',
        'meta l4proto . th dport { tcp . 80, udp . 53 } accept',
        'ip6 daddr 2001:db8::/32 accept',
      ),
    ),
    policy(
      ZONES,
      filter(
        'forward',
        { default: 'drop' },
        allow({ if: all(comesIn(inside), goesOut(uplink)) }),
        allow({ if: service('tcp/80', 'udp/53') }),
        allow({ if: to('2001:db8::/32') }),
      ),
    ),
  );

  agree(
    'pick up flows in their middle alike',
    ruleset(chain('f', 'forward', ...STATEFUL)),
    policy(ZONES, filter('forward', { pickup: true })),
    {},
  );

  agree(
    'reject alike',
    ruleset(
      chain(
        'f',
        'forward',
        ...STATEFUL,
        'meta l4proto tcp reject with tcp reset',
        'reject with icmpx port-unreachable',
      ),
      chain(
        'i',
        'input',
        'iifname "lo" accept',
        ...STATEFUL,
        'tcp dport 80 reject with tcp reset',
        'ip daddr 10.0.0.1 reject with icmpx admin-prohibited',
      ),
    ),
    policy(
      ZONES,
      filter('forward', {}, reject()),
      filter('input', {}, reject({ if: service('tcp/80') }), reject({ if: to('10.0.0.1'), with: 'admin-prohibited' })),
    ),
  );

  agree(
    'translate alike',
    ruleset(
      chain(
        'd',
        'prerouting',
        'iifname "uplink0" ip daddr 198.51.100.50 tcp dport 80 dnat ip to 10.0.0.5:8080',
        'iifname "uplink0" ip daddr 198.51.100.50 dnat ip to 192.0.2.80',
        'iifname "uplink0" ip6 daddr 2001:db8:b::50 dnat ip6 to 2001:db8:a::5',
      ),
      chain(
        's',
        'postrouting',
        'iifname "lan0" oifname "uplink0" ip saddr 10.0.0.5 snat ip to 198.51.100.60',
        'iifname "lan0" oifname "uplink0" ip saddr 10.0.0.6 snat ip to 198.51.100.60-198.51.100.61',
        'iifname "dmz0" oifname "uplink0" meta l4proto udp meta nfproto ipv4 snat ip to 198.51.100.62:5000-5002',
        'oifname "uplink0" iifname "lan0" masquerade',
      ),
      chain('f', 'forward', ...STATEFUL),
    ),
    policy(
      ZONES,
      filter('forward', {}),
      nat(
        dnat({ if: all(comesIn(uplink), to('198.51.100.50'), service('tcp/80')), to: ['10.0.0.5'], ports: '8080' }),
        dnat({ if: all(comesIn(uplink), to('198.51.100.50')), to: ['192.0.2.80'] }),
        dnat({ if: all(comesIn(uplink), to('2001:db8:b::50')), to: ['2001:db8:a::5'] }),
        snat({ if: all(comesIn(inside), goesOut(uplink), from('10.0.0.5')), to: ['198.51.100.60'] }),
        snat({ if: all(comesIn(inside), goesOut(uplink), from('10.0.0.6')), to: ['198.51.100.60-198.51.100.61'] }),
        snat({ if: all(comesIn(dmz), goesOut(uplink), service('udp')), to: ['198.51.100.62'], ports: '5000-5002' }),
        masquerade({ if: all(goesOut(uplink), comesIn(zone('inside', 'lan0'))) }),
      ),
    ),
  );
});
