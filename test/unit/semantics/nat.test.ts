import { describe, expect, it } from 'vitest';
import { PersistentMap } from '../../../compiler/semantics/persistent-map.ts';
import { embeddedPacket } from '../../../compiler/semantics/packet/embedded.ts';
import { hasRightChecksum } from '../../../compiler/semantics/kernel/checksums.ts';
import {
  ENVIRONMENT,
  Router,
  ZONES,
  describe as inWords,
  endsText,
  errorAbout,
  fromInside,
  fromUplink,
  inside,
  ping,
  sentByHost,
  tcp,
  udp,
  uplink,
} from '../../builders/packets.ts';
import {
  ANY,
  all,
  allow,
  cell,
  comesIn,
  dnat,
  each,
  filter,
  from,
  goesOut,
  host,
  masquerade,
  nat,
  policy,
  prefixTarget,
  redirect,
  seen,
  service,
  snat,
  table,
  to,
  drop,
  count,
  effects,
  countAs,
} from '../../builders/policy.ts';
import type { Outcome } from '../../../compiler/semantics/evaluate.ts';

const PUBLIC = '203.0.113.80';
const outward = all(comesIn(inside), goesOut(uplink));
const masquerading = policy(ZONES, nat(masquerade({ if: outward })));

/** What leaves for a packet that is sent on. */
function left(outcome: Outcome) {
  return outcome.fate.kind === 'forwarded' ? outcome.fate.leaving.packets[0]! : undefined;
}

describe('source translation', () => {
  it('masquerades as the address of the way out, and back', () => {
    const router = new Router(masquerading);
    expect(router.fate(fromInside(tcp('10.0.0.9:40000', '198.51.100.7:80')))).toBe(
      'out eth0 203.0.113.2:40000 > 198.51.100.7:80',
    );
    const reply = tcp('198.51.100.7:80', '203.0.113.2:40000', { tcpFlags: ['syn', 'ack'], acknowledgement: 1 });
    expect(router.fate(fromUplink(reply))).toBe('out eth1 198.51.100.7:80 > 10.0.0.9:40000');
  });

  it('takes an address of the family, and in IPv6 of the scope', () => {
    const router = new Router(masquerading);
    expect(router.fate(fromInside(udp('[2001:db8:1::9]:40000', '[2001:db8:f::7]:53')))).toBe(
      'out eth0 [2001:db8::2]:40000 > [2001:db8:f::7]:53',
    );
  });

  it('keeps the port while it is free, and else takes any of its class', () => {
    const router = new Router(masquerading);
    router.take(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53')));
    const clash = router.outcomes(fromInside(udp('10.0.0.8:40000', '198.51.100.7:53')))[0]!;
    expect(left(clash)?.sourcePort).toBeGreaterThanOrEqual(1024);
    expect(left(clash)?.sourcePort).not.toBe(40000);
    // Another destination is another reply: there is no clash.
    expect(router.fate(fromInside(udp('10.0.0.8:40000', '198.51.100.8:53')))).toBe(
      'out eth0 203.0.113.2:40000 > 198.51.100.8:53',
    );
  });

  it('accepts whatever port was chosen and remembers it', () => {
    const router = new Router(masquerading);
    router.take(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53')));
    const [outcome] = router.outcomes(fromInside(udp('10.0.0.8:40000', '198.51.100.7:53')));
    const seenWith = (port: number) => ({
      leaving: [{ out: 'eth0', bytes: udp(`203.0.113.2:${port}`, '198.51.100.7:53', { ttl: 63 }).bytes }],
      delivered: [],
    });
    expect(outcome?.accepts(seenWith(50123))).toBe(true);
    expect(outcome?.accepts(seenWith(40000))).toBe(false);
    expect(outcome?.accepts(seenWith(1023))).toBe(false);
    router.state = outcome!.next(seenWith(50123));
    expect(router.fate(fromUplink(udp('198.51.100.7:53', '203.0.113.2:50123')))).toBe(
      'out eth1 198.51.100.7:53 > 10.0.0.8:40000',
    );
    expect(router.fate(fromUplink(udp('198.51.100.7:53', '203.0.113.2:40000')))).toBe(
      'out eth1 198.51.100.7:53 > 10.0.0.9:40000',
    );
  });

  it('knows no identifier that was chosen and not shown', () => {
    const router = new Router(masquerading);
    const query = (room: string, type: number) => fromInside(ping(room, '2001:db8:f::7', { type, identifier: 7 }));
    // Node information queries keep theirs, whatever tracking calls it.
    router.take(query('2001:db8:1::9', 139));
    expect(left(router.take(query('2001:db8:1::8', 139)))?.icmp?.identifier).toBe(7);
    const [echo] = router.outcomes(query('2001:db8:1::8', 128));
    const bytes = ping('2001:db8::2', '2001:db8:f::7', { identifier: 5000, ttl: 63 }).bytes;
    expect(echo?.accepts({ leaving: [{ out: 'eth0', bytes }], delivered: [] })).toBe(true);
  });

  it('masquerades nobody for IPv6 only', () => {
    const router = new Router(policy(ZONES, nat(masquerade({ if: goesOut(uplink) }))));
    expect(router.fate(fromUplink(udp('[::]:68', '[2001:db8:f::7]:67')))).toBe(
      'out eth0 [2001:db8::2]:68 > [2001:db8:f::7]:67',
    );
    expect(router.fate(sentByHost(udp('0.0.0.0:68', '198.51.100.7:67')))).toBe('out eth0 0.0.0.0:68 > 198.51.100.7:67');
  });

  it('uses again what it made of the same source before', () => {
    const router = new Router(masquerading);
    router.take(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53')));
    const [outcome] = router.outcomes(fromInside(udp('10.0.0.8:40000', '198.51.100.7:53')));
    router.state = outcome!.next({
      leaving: [{ out: 'eth0', bytes: udp('203.0.113.2:50123', '198.51.100.7:53', { ttl: 63 }).bytes }],
      delivered: [],
    });
    expect(router.fate(fromInside(udp('10.0.0.8:40000', '198.51.100.9:53')))).toBe(
      'out eth0 203.0.113.2:50123 > 198.51.100.9:53',
    );
  });

  it('changes the port of a flow that no rule translates, where another has taken its replies', () => {
    const router = new Router(policy(ZONES, nat(snat({ if: from('10.0.0.9'), to: ['10.0.0.8'] }))));
    expect(router.fate(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53')))).toBe(
      'out eth0 10.0.0.8:40000 > 198.51.100.7:53',
    );
    const [outcome] = router.outcomes(fromInside(udp('10.0.0.8:40000', '198.51.100.7:53')));
    expect(left(outcome!)?.sourcePort).not.toBe(40000);
    expect(outcome?.state.flows.size).toBe(2);
  });

  it('chooses ports from the range of the rule', () => {
    const router = new Router(policy(ZONES, nat(snat({ if: outward, to: ['203.0.113.9'], ports: '5000-5001' }))));
    const port = () => left(router.take(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53'))))?.sourcePort;
    const first = port();
    expect([5000, 5001]).toContain(first);
    const second = left(router.take(fromInside(udp('10.0.0.8:40000', '198.51.100.7:53'))))?.sourcePort;
    expect([5000, 5001].filter((one) => one !== first)).toContain(second);
    // No port is left: there would be two flows with the same replies.
    expect(router.outcomes(fromInside(tcp('10.0.0.7:1', '198.51.100.7:53')))[0]?.fate.kind).toBe('forwarded');
    expect(
      router.outcomes(fromInside(udp('10.0.0.7:40000', '198.51.100.7:53'))).map(({ fate }) => fate.kind),
    ).toContain('gone');
  });

  it('chooses an address from a range', () => {
    const router = new Router(policy(ZONES, nat(snat({ if: outward, to: ['203.0.113.8-203.0.113.9'] }))));
    const ends = router.outcomes(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53'))).map(({ fate }) => inWords(fate));
    expect(ends.toSorted()).toEqual([
      'out eth0 203.0.113.8:40000 > 198.51.100.7:53',
      'out eth0 203.0.113.9:40000 > 198.51.100.7:53',
    ]);
  });

  it('maps prefixes one to one', () => {
    const router = new Router(
      policy(ZONES, nat(snat({ if: outward, to: prefixTarget('10.0.0.0/24', '203.0.113.0/24') }))),
    );
    expect(router.fate(fromInside(udp('10.0.0.77:40000', '198.51.100.7:53')))).toBe(
      'out eth0 203.0.113.77:40000 > 198.51.100.7:53',
    );
    const six = new Router(
      policy(ZONES, nat(snat({ if: outward, to: prefixTarget('2001:db8:1::/64', '2001:db8:2::/64') }))),
    );
    expect(six.fate(fromInside(udp('[2001:db8:1::9]:40000', '[2001:db8:f::7]:53')))).toBe(
      'out eth0 [2001:db8:2::9]:40000 > [2001:db8:f::7]:53',
    );
  });

  it('reads its target from the row', () => {
    const users = table('users', { room: 'prefix4', public: 'prefix4' }, [
      ['10.0.1.0/24', '203.0.113.11'],
      ['10.0.2.0/24', '203.0.113.12'],
    ]);
    const members = nat(
      each(users, (u) => [snat({ if: all(from(cell(u, 'room')), goesOut(uplink)), to: cell(u, 'public') })]),
    );
    const router = new Router(policy(ZONES, members));
    expect(router.fate(fromInside(udp('10.0.2.5:40000', '198.51.100.7:53')))).toBe(
      'out eth0 203.0.113.12:40000 > 198.51.100.7:53',
    );
    expect(router.fate(fromInside(udp('10.0.3.5:40000', '198.51.100.7:53')))).toBe(
      'out eth0 10.0.3.5:40000 > 198.51.100.7:53',
    );
    // There is no target for IPv6, so the rule does not match.
    expect(router.fate(fromInside(udp('[2001:db8:1::9]:1', '[2001:db8:f::7]:53')))).toBe(
      'out eth0 [2001:db8:1::9]:1 > [2001:db8:f::7]:53',
    );
  });

  it('translates identifiers of pings like ports', () => {
    const router = new Router(masquerading);
    router.take(fromInside(ping('10.0.0.9', '198.51.100.7', { identifier: 7 })));
    const other = left(router.take(fromInside(ping('10.0.0.8', '198.51.100.7', { identifier: 7 }))))!;
    expect(other.icmp?.identifier).not.toBe(7);
    const answer = ping('198.51.100.7', '203.0.113.2', { type: 0, identifier: other.icmp!.identifier! });
    const back = left(router.take(fromUplink(answer)))!;
    expect(endsText(back)).toBe('198.51.100.7 > 10.0.0.8');
    expect(back.icmp?.identifier).toBe(7);
  });
});

describe('destination translation', () => {
  const forwards = nat(
    dnat({ if: all(comesIn(uplink), to(PUBLIC), service('tcp/80')), to: ['10.0.0.5'], ports: '8080' }),
    dnat({ if: all(comesIn(uplink), to(PUBLIC)), to: ['10.0.0.6'] }),
  );

  it('leads to the first rule that matches, and back', () => {
    const router = new Router(policy(ZONES, forwards));
    expect(router.fate(fromUplink(tcp('198.51.100.7:1234', `${PUBLIC}:80`)))).toBe(
      'out eth1 198.51.100.7:1234 > 10.0.0.5:8080',
    );
    const reply = tcp('10.0.0.5:8080', '198.51.100.7:1234', { tcpFlags: ['syn', 'ack'], acknowledgement: 1 });
    expect(router.fate(fromInside(reply))).toBe(`out eth0 ${PUBLIC}:80 > 198.51.100.7:1234`);
    expect(router.fate(fromUplink(udp('198.51.100.7:1234', `${PUBLIC}:53`)))).toBe(
      'out eth1 198.51.100.7:1234 > 10.0.0.6:53',
    );
  });

  it('is decided before the filter, which sees the real host', () => {
    const guarded = filter(
      'forward',
      { default: 'drop' },
      allow({ if: all(comesIn(uplink), to('10.0.0.5'), service('tcp/8080')) }),
    );
    const router = new Router(policy(ZONES, forwards, guarded));
    expect(router.fate(fromUplink(tcp('198.51.100.7:1234', `${PUBLIC}:80`)))).toMatch(/^out eth1/);
    expect(router.fate(fromUplink(tcp('198.51.100.7:1234', `${PUBLIC}:81`)))).toBe('gone: policy filter forward');
    expect(router.fate(fromUplink(tcp('198.51.100.7:1235', '10.0.0.5:8080')))).toMatch(/^out eth1/);
  });

  it('can be seen as it was before', () => {
    const guarded = filter('forward', { default: 'drop' }, allow({ if: seen('original', to(PUBLIC)) }));
    const router = new Router(policy(ZONES, forwards, guarded));
    expect(router.fate(fromUplink(tcp('198.51.100.7:1234', `${PUBLIC}:80`)))).toMatch(/^out eth1/);
    expect(router.fate(fromUplink(tcp('198.51.100.7:1235', '10.0.0.5:8080')))).toBe('gone: policy filter forward');
  });

  it('shows what was called to blocks that ask for it, in both directions', () => {
    const counting = count(
      effects([countAs('called')], { if: seen('original', to(PUBLIC)) }),
      effects([countAs('answered')], { if: seen('original', from(PUBLIC)) }),
    );
    const router = new Router(policy(ZONES, forwards, counting));
    router.take(fromUplink(udp('198.51.100.7:1234', `${PUBLIC}:53`)));
    router.take(fromInside(udp('10.0.0.6:53', '198.51.100.7:1234')));
    expect(router.state.counters.get('called')?.packets).toBe(1);
    expect(router.state.counters.get('answered')?.packets).toBe(1);
  });

  it('has effects by themselves on one of its walks, once a flow', () => {
    const on = (walk: 'dnat' | 'snat', name: string, address: string) => {
      return { ...effects([countAs(name)], { if: to(address) }), walk };
    };
    const noted = nat(
      on('dnat', 'called before', PUBLIC),
      on('snat', 'called behind', PUBLIC),
      on('snat', 'real behind', '10.0.0.5'),
      ...forwards.nat!.body,
    );
    const router = new Router(policy(ZONES, noted));
    router.take(fromUplink(udp('198.51.100.7:1234', `${PUBLIC}:80`)));
    router.take(fromUplink(tcp('198.51.100.7:1234', `${PUBLIC}:80`)));
    router.take(fromInside(tcp('10.0.0.5:8080', '198.51.100.7:1234')));
    expect(router.state.counters.get('called before')?.packets).toBe(2);
    expect(router.state.counters.get('called behind')).toBeUndefined();
    expect(router.state.counters.get('real behind')?.packets).toBe(1);
  });

  it('redirects to the address of the way in, and from this host to loopback', () => {
    const proxy = nat(redirect({ if: service('tcp/80'), ports: '3128' }));
    expect(new Router(policy(ZONES, proxy)).fate(fromInside(tcp('10.0.0.9:40000', '198.51.100.7:80')))).toBe(
      'to this host 10.0.0.9:40000 > 10.0.0.1:3128',
    );
    expect(new Router(policy(ZONES, proxy)).fate(sentByHost(tcp('203.0.113.2:40000', '198.51.100.7:80')))).toBe(
      'to this host 203.0.113.2:40000 > 127.0.0.1:3128',
    );
    expect(new Router(policy(ZONES, proxy)).fate(fromInside(tcp('[2001:db8:1::9]:40000', '[2001:db8:f::7]:80')))).toBe(
      'to this host [2001:db8:1::9]:40000 > [2001:db8:1::1]:3128',
    );
  });

  it('decides independently of the source', () => {
    const both = nat(dnat({ if: to(PUBLIC), to: ['10.0.0.5'] }), snat({ if: goesOut(inside), to: ['10.0.0.1'] }));
    const router = new Router(policy(ZONES, both));
    expect(router.fate(fromUplink(udp('198.51.100.7:1234', `${PUBLIC}:53`)))).toBe(
      'out eth1 10.0.0.1:1234 > 10.0.0.5:53',
    );
    expect(router.fate(fromInside(udp('10.0.0.5:53', '10.0.0.1:1234')))).toBe(
      `out eth0 ${PUBLIC}:53 > 198.51.100.7:1234`,
    );
  });

  it('is not asked of flows that were let through before it stood there', () => {
    const before = new Router(policy(ZONES, nat(snat({ if: from('192.0.2.1'), to: ['192.0.2.2'] }))));
    before.take(fromUplink(udp('198.51.100.7:1234', '10.0.0.9:53')));
    const after = new Router(policy(ZONES, nat(dnat({ if: ANY, to: ['10.0.0.5'] }))));
    after.state = before.state;
    expect(after.fate(fromUplink(udp('198.51.100.7:1234', '10.0.0.9:53')))).toBe(
      'out eth1 198.51.100.7:1234 > 10.0.0.9:53',
    );
  });
});

describe('hairpin', () => {
  const forwards = (hairpin: boolean) =>
    nat(dnat({ if: all(comesIn(uplink), to(PUBLIC), service('tcp/80')), to: ['10.0.0.5'], ports: '8080', hairpin }));

  it('serves the inside under the same address, masqueraded', () => {
    const router = new Router(policy(ZONES, forwards(true)));
    expect(router.fate(fromInside(tcp('10.0.0.9:40000', `${PUBLIC}:80`)))).toBe(
      'out eth1 10.0.0.1:40000 > 10.0.0.5:8080',
    );
    const reply = tcp('10.0.0.5:8080', '10.0.0.1:40000', { tcpFlags: ['syn', 'ack'], acknowledgement: 1 });
    expect(router.fate(fromInside(reply))).toBe(`out eth1 ${PUBLIC}:80 > 10.0.0.9:40000`);
    // From outside nothing changes.
    expect(router.fate(fromUplink(tcp('198.51.100.7:1234', `${PUBLIC}:80`)))).toBe(
      'out eth1 198.51.100.7:1234 > 10.0.0.5:8080',
    );
  });

  it('is not there unless said', () => {
    expect(new Router(policy(ZONES, forwards(false))).fate(fromInside(tcp('10.0.0.9:40000', `${PUBLIC}:80`)))).toBe(
      `out eth0 10.0.0.9:40000 > ${PUBLIC}:80`,
    );
  });
});

describe('errors about translated flows', () => {
  it('are translated with the packet that they carry', () => {
    const router = new Router(masquerading);
    const sent = left(router.take(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53'))))!;
    const error = left(router.take(fromUplink(errorAbout(sent, '198.51.100.1', '203.0.113.2'))))!;
    expect(endsText(error)).toBe('198.51.100.1 > 10.0.0.9');
    expect(endsText(embeddedPacket(error)!)).toBe('10.0.0.9:40000 > 198.51.100.7:53');
    expect(hasRightChecksum(error)).toBe(true);
  });

  it('come from the address that was called', () => {
    const router = new Router(policy(ZONES, nat(dnat({ if: to(PUBLIC), to: ['10.0.0.5'] }))));
    const sent = left(router.take(fromUplink(udp('198.51.100.7:1234', `${PUBLIC}:53`))))!;
    const error = left(router.take(fromInside(errorAbout(sent, '10.0.0.5', '198.51.100.7'))))!;
    expect(endsText(error)).toBe(`${PUBLIC} > 198.51.100.7`);
    expect(endsText(embeddedPacket(error)!)).toBe(`198.51.100.7:1234 > ${PUBLIC}:53`);
  });

  it('are translated in IPv6 as well', () => {
    const router = new Router(masquerading);
    const sent = left(router.take(fromInside(udp('[2001:db8:1::9]:40000', '[2001:db8:f::7]:53'))))!;
    const error = left(router.take(fromUplink(errorAbout(sent, '2001:db8:f::1', '2001:db8::2'))))!;
    expect(endsText(error)).toBe('2001:db8:f::1 > 2001:db8:1::9');
    expect(endsText(embeddedPacket(error)!)).toBe('[2001:db8:1::9]:40000 > [2001:db8:f::7]:53');
    expect(hasRightChecksum(error)).toBe(true);
  });
});

describe('translation and the other blocks', () => {
  it('shows the real hosts to what comes after, in both directions', () => {
    const counting = count(effects([countAs('room')], { if: host('10.0.0.9') }));
    const router = new Router(policy(ZONES, nat(masquerade({ if: outward })), counting));
    router.take(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53')));
    router.take(fromUplink(udp('198.51.100.7:53', '203.0.113.2:40000')));
    expect(router.state.counters.get('room')?.packets).toBe(2);
  });

  it('leaves no flow of a packet that a filter drops', () => {
    const router = new Router(
      policy(ZONES, nat(masquerade({ if: outward })), filter('forward', { default: 'drop' }, drop())),
    );
    router.take(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53')));
    expect(router.state.flows.size).toBe(0);
    expect(router.state.tuples.size).toBe(0);
  });

  it('masquerades by no address where the way out has none', () => {
    const bare = {
      ...ENVIRONMENT,
      interfaces: ENVIRONMENT.interfaces.map((at) => (at.name === 'eth0' ? { ...at, addresses: [] } : at)),
    };
    expect(new Router(masquerading, bare).fate(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53')))).toBe(
      'gone: host no address to masquerade as',
    );
  });
});

describe('a persistent map', () => {
  it('keeps every version', () => {
    const empty = PersistentMap.empty<string, number>();
    const one = empty.set('a', 1);
    const two = one.set('a', 2).set('b', 3);
    const less = two.delete('a');
    expect([empty.get('a'), one.get('a'), two.get('a'), less.get('a')]).toEqual([undefined, 1, 2, undefined]);
    expect([empty.size, one.size, two.size, less.size]).toEqual([0, 1, 2, 1]);
    const branch = one.set('c', 9);
    expect(two.get('b')).toBe(3);
    expect(branch.get('b')).toBeUndefined();
    expect(branch.entries().toSorted()).toEqual([
      ['a', 1],
      ['c', 9],
    ]);
  });
});
