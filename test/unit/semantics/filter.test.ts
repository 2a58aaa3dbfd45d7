import { describe, expect, it } from 'vitest';
import { errorAbout } from '../../builders/packets.ts';
import {
  allow,
  all,
  comesIn,
  countAs,
  drop,
  effects,
  filter,
  from,
  goesOut,
  policy,
  reject,
  service,
  to,
  tcpFlags,
  upTo,
  rate,
} from '../../builders/policy.ts';
import {
  ENVIRONMENT,
  Router,
  ZONES,
  fromInside,
  fromUplink,
  inside,
  ping,
  sentByHost,
  tcp,
  udp,
  uplink,
} from '../../builders/packets.ts';

const outward = filter('forward', { default: 'drop' }, allow({ if: all(comesIn(inside), goesOut(uplink)) }));

describe('a stateful filter', () => {
  it('lets a flow through by its first packet, and its replies with it', () => {
    const router = new Router(policy(ZONES, outward));
    expect(router.fate(fromInside(tcp('10.0.0.9:40000', '198.51.100.7:80')))).toBe(
      'out eth0 10.0.0.9:40000 > 198.51.100.7:80',
    );
    const answer = tcp('198.51.100.7:80', '10.0.0.9:40000', { tcpFlags: ['syn', 'ack'], acknowledgement: 1 });
    expect(router.fate(fromUplink(answer))).toBe('out eth1 198.51.100.7:80 > 10.0.0.9:40000');
  });

  it('drops by default what no rule allows', () => {
    const router = new Router(policy(ZONES, outward));
    const outcome = router.take(fromUplink(tcp('198.51.100.7:80', '10.0.0.9:22')));
    expect(outcome.fate).toEqual({ kind: 'gone', by: 'policy', why: 'filter forward' });
    expect(outcome.spoke.map(({ block, did }) => `${block}: ${did}`)).toEqual(['filter forward: drop by default']);
  });

  it('lets further packets of an unanswered flow through without asking again', () => {
    const once = allow({ if: comesIn(inside), gates: [upTo(rate(1, 3600), { burst: 1 })] });
    const router = new Router(policy(ZONES, filter('forward', { default: 'drop' }, once)));
    const first = udp('10.0.0.9:40000', '198.51.100.7:53');
    expect(router.fate(fromInside(first))).toBe('out eth0 10.0.0.9:40000 > 198.51.100.7:53');
    expect(router.fate(fromInside(first))).toBe('out eth0 10.0.0.9:40000 > 198.51.100.7:53');
    expect(router.fate(fromInside(udp('10.0.0.9:40001', '198.51.100.7:53')))).toBe('gone: policy filter forward');
  });

  it('counts flows, not packets', () => {
    const counting = allow({ if: comesIn(inside), and: [countAs('flows')] });
    const router = new Router(policy(ZONES, filter('forward', { default: 'drop' }, counting)));
    for (let i = 0; i < 3; i++) router.take(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53')));
    expect(router.state.counters.get('flows')?.packets).toBe(1);
  });

  it('lets errors about a flow through, and drops those about none', () => {
    const router = new Router(policy(ZONES, outward));
    router.take(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53')));
    const about = (packet: ReturnType<typeof udp>) => errorAbout(packet, '198.51.100.1', '10.0.0.9');
    expect(router.fate(fromUplink(about(udp('10.0.0.9:40000', '198.51.100.7:53'))))).toBe(
      'out eth1 198.51.100.1 > 10.0.0.9',
    );
    expect(router.fate(fromUplink(about(udp('10.0.0.9:40001', '198.51.100.7:53'))))).toBe(
      'gone: policy filter forward',
    );
  });

  it('begins TCP flows with a SYN only', () => {
    const open = policy(ZONES, filter('forward', { default: 'allow' }));
    const ack = tcp('10.0.0.9:40000', '198.51.100.7:80', { tcpFlags: ['ack'] });
    expect(new Router(open).fate(fromInside(ack))).toBe('gone: policy filter forward');
    const pickup = policy(ZONES, filter('forward', { default: 'allow', pickup: true }));
    expect(new Router(pickup).fate(fromInside(ack))).toBe('out eth0 10.0.0.9:40000 > 198.51.100.7:80');
  });

  it('judges invalid packets by its rules where it says so', () => {
    const passing = policy(
      ZONES,
      filter('forward', { default: 'drop', invalid: 'pass' }, allow({ if: service('tcp/80') })),
    );
    const ack = (port: number) => tcp('10.0.0.9:40000', `198.51.100.7:${port}`, { tcpFlags: ['ack'] });
    expect(new Router(passing).fate(fromInside(ack(80)))).toBe('out eth0 10.0.0.9:40000 > 198.51.100.7:80');
    expect(new Router(passing).fate(fromInside(ack(81)))).toBe('gone: policy filter forward');
  });

  it('asks "each packet" rules of every packet, before all else', () => {
    const noBits = drop({ if: all(service('udp/53'), from('10.0.0.9')), gates: [], eachPacket: true });
    const router = new Router(policy(ZONES, filter('forward', { default: 'drop' }, allow({ if: comesIn(inside) }))));
    router.take(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53')));
    const stricter = new Router(
      policy(ZONES, filter('forward', { default: 'drop' }, noBits, allow({ if: comesIn(inside) }))),
    );
    stricter.state = router.state;
    expect(stricter.fate(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53')))).toBe('gone: policy filter forward');
    expect(stricter.fate(fromUplink(udp('198.51.100.7:53', '10.0.0.9:40000')))).toBe(
      'out eth1 198.51.100.7:53 > 10.0.0.9:40000',
    );
  });

  it('never looks at loopback', () => {
    const closed = policy(ZONES, filter('input', { default: 'drop' }), filter('output', { default: 'drop' }));
    expect(new Router(closed).fate(sentByHost(udp('127.0.0.1:40000', '127.0.0.1:53')))).toBe(
      'to resolver 127.0.0.1:40000 > 127.0.0.1:53',
    );
    expect(new Router(closed).fate(sentByHost(udp('203.0.113.2:40000', '198.51.100.7:53')))).toBe(
      'gone: policy filter output',
    );
  });

  it('lets the replies to what the host sent come in', () => {
    const host = policy(ZONES, filter('input', { default: 'drop' }));
    const router = new Router(host);
    router.take(sentByHost(udp('203.0.113.2:40000', '198.51.100.7:53')));
    expect(router.fate(fromUplink(udp('198.51.100.7:53', '203.0.113.2:40000')))).toBe(
      'to this host 198.51.100.7:53 > 203.0.113.2:40000',
    );
    expect(router.fate(fromUplink(udp('198.51.100.7:54', '203.0.113.2:40000')))).toBe('gone: policy filter input');
  });
});

describe('a stateless filter', () => {
  it('judges every packet by itself', () => {
    const rules = [
      allow({ if: all(comesIn(inside), goesOut(uplink)) }),
      allow({ if: all(comesIn(uplink), tcpFlags('ack')) }),
    ];
    const router = new Router(policy(ZONES, filter('forward', { default: 'drop', stateless: true }, ...rules)));
    expect(router.fate(fromUplink(tcp('198.51.100.7:80', '10.0.0.9:40000', { tcpFlags: ['ack'] })))).toBe(
      'out eth1 198.51.100.7:80 > 10.0.0.9:40000',
    );
    expect(router.fate(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53')))).toBe(
      'out eth0 10.0.0.9:40000 > 198.51.100.7:53',
    );
    expect(router.fate(fromUplink(udp('198.51.100.7:53', '10.0.0.9:40000')))).toBe('gone: policy filter forward');
  });
});

describe('rejecting', () => {
  const rejecting = policy(
    ZONES,
    filter('forward', {}, effects([countAs('seen')]), reject({ if: to('198.51.100.0/24') })),
  );

  it('sends errors to a link-local address back by its link, and routes resets as ever', () => {
    const everything = policy(ZONES, filter('forward', {}, reject()));
    expect(new Router(everything).fate(fromInside(udp('[fe80::9]:40000', '[2001:db8:f::7]:53')))).toBe(
      'rejected with icmp 1/2 out eth1 fe80::1 > fe80::9',
    );
    const noLinkLocal = ENVIRONMENT.interfaces.map((one) => ({
      ...one,
      addresses: one.addresses.filter(({ value }) => value >> 118n !== 0x3fan),
    }));
    const router = new Router(everything, { ...ENVIRONMENT, interfaces: noLinkLocal });
    // To an address of the same interface's network, so that it is not beyond the scope of its source.
    expect(router.fate(fromInside(tcp('[fe80::9]:40000', '[2001:db8:1::7]:25')))).toBe(
      'rejected with tcp-reset out eth0 [2001:db8:1::7]:25 > [fe80::9]:40000',
    );
  });

  it('resets TCP and says "port unreachable" about the rest', () => {
    expect(new Router(rejecting).fate(fromInside(tcp('10.0.0.9:40000', '198.51.100.7:25')))).toBe(
      'rejected with tcp-reset out eth1 198.51.100.7:25 > 10.0.0.9:40000',
    );
    expect(new Router(rejecting).fate(fromInside(udp('10.0.0.9:40000', '198.51.100.7:53')))).toBe(
      'rejected with icmp 3/3 out eth1 10.0.0.1 > 10.0.0.9',
    );
    expect(new Router(rejecting).fate(fromInside(ping('10.0.0.9', '198.51.100.7')))).toBe(
      'rejected with icmp 3/3 out eth1 10.0.0.1 > 10.0.0.9',
    );
  });

  it('leaves no flow behind', () => {
    const router = new Router(rejecting);
    router.take(fromInside(tcp('10.0.0.9:40000', '198.51.100.7:25')));
    expect(router.state.flows.size).toBe(0);
    expect(router.state.counters.get('seen')?.packets).toBe(1);
  });
});
