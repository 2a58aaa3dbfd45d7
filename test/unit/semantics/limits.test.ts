import { describe, expect, it } from 'vitest';
import { charge } from '../../../compiler/semantics/limits.ts';
import { Router, ZONES, fromInside, fromUplink, inside, ping, tcp, udp, uplink } from '../../builders/packets.ts';
import {
  all,
  allow,
  comesIn,
  connections,
  countAs,
  drop,
  effects,
  filter,
  from,
  gated,
  mitigate,
  over,
  per,
  policy,
  rate,
  sample,
  service,
  upTo,
  ANY,
} from '../../builders/policy.ts';

/** How many of so many packets, some milliseconds apart, are let through. */
function passing(router: Router, packets: number, apart: number, source = '198.51.100.7'): number {
  let passed = 0;
  for (let i = 0; i < packets; i++) {
    const outcome = router.take(fromUplink(udp(`${source}:${1000 + i}`, '10.0.0.9:53')));
    if (outcome.fate.kind === 'forwarded') passed++;
    router.wait(apart);
  }
  return passed;
}

describe('the rate algorithm', () => {
  const threeASecond = rate(3, 1);

  it('is exact: T = 1/3 second is no rounded number', () => {
    // In units of nanoseconds times the amount, T is 10^9.
    const T = 1_000_000_000n;
    expect(charge(threeASecond, 1, 0n, 0n, 100)).toBe(T);
    expect(charge(threeASecond, 1, T, T - 1n, 100)).toBeUndefined();
    expect(charge(threeASecond, 1, T, T, 100)).toBe(2n * T);
  });

  it('lets a burst through at once, and then one for each T', () => {
    const T = 1_000_000_000n;
    expect(charge(threeASecond, 3, 2n * T, 0n, 100)).toBe(3n * T);
    expect(charge(threeASecond, 3, 3n * T, 0n, 100)).toBeUndefined();
    expect(charge(threeASecond, 3, 3n * T, T, 100)).toBe(4n * T);
  });

  it('forgets what a silent time would have allowed beyond the burst', () => {
    expect(charge(threeASecond, 5, 7n, 1_000_000_000_000n, 100)).toBe(1_001_000_000_000n);
  });

  it('charges packets by their length where the rate is of bytes or bits', () => {
    const bytes = rate(1000, 1, 'bytes');
    expect(charge(bytes, 1500, 0n, 0n, 1500)).toBe(1500n * 1_000_000_000n);
    expect(charge(bytes, 1500, 0n, 0n, 1501)).toBeUndefined();
    expect(charge(rate(8000, 1, 'bits'), 1500, 0n, 0n, 1500)).toBe(12000n * 1_000_000_000n);
  });
});

describe('limits', () => {
  const limited = (gate = over(rate(10, 1), { burst: 3 })) =>
    new Router(policy(ZONES, mitigate([uplink], drop({ gates: [gate] }))));

  it('drop what is over a rate', () => {
    expect(passing(limited(), 10, 0)).toBe(3);
    expect(passing(limited(), 10, 100)).toBe(10);
    expect(passing(limited(), 10, 50)).toBe(7);
  });

  it('allow what is up to a rate', () => {
    const router = new Router(
      policy(
        ZONES,
        filter('forward', { default: 'drop', stateless: true }, allow({ gates: [upTo(rate(10, 1), { burst: 3 })] })),
      ),
    );
    expect(passing(router, 10, 0)).toBe(3);
  });

  it('have a burst of five', () => {
    expect(passing(limited(over(rate(1, 1))), 20, 0)).toBe(5);
  });

  it('keep a bucket for each key', () => {
    const router = limited(over(rate(1, 3600), { burst: 2, per: [per('source')] }));
    expect(passing(router, 5, 0, '198.51.100.7')).toBe(2);
    expect(passing(router, 5, 0, '198.51.100.8')).toBe(2);
    expect(passing(router, 5, 0, '198.51.100.7')).toBe(0);
  });

  it('cut addresses of a key to their prefix', () => {
    const router = limited(over(rate(1, 3600), { burst: 2, per: [per('source', 24, 64)] }));
    expect(passing(router, 5, 0, '198.51.100.7')).toBe(2);
    expect(passing(router, 5, 0, '198.51.100.8')).toBe(0);
    expect(passing(router, 5, 0, '198.51.101.8')).toBe(2);
  });

  it('share one bucket between the families where there is no key', () => {
    const router = limited(over(rate(1, 3600), { burst: 2 }));
    expect(passing(router, 1, 0)).toBe(1);
    expect(router.fate(fromUplink(udp('[2001:db8:f::7]:1', '[2001:db8:1::9]:53')))).toMatch(/^out eth1/);
    expect(router.fate(fromUplink(udp('[2001:db8:f::7]:1', '[2001:db8:1::9]:53')))).toBe('gone: policy mitigate');
    expect(passing(router, 1, 0)).toBe(0);
  });

  it('charge only packets that meet all other clauses', () => {
    const router = new Router(
      policy(ZONES, mitigate([uplink], drop({ if: service('udp/53'), gates: [over(rate(1, 3600), { burst: 1 })] }))),
    );
    for (let i = 0; i < 5; i++) router.take(fromUplink(udp('198.51.100.7:1', '10.0.0.9:54')));
    expect(passing(router, 2, 0)).toBe(1);
  });

  it('charge nothing for what does not conform', () => {
    const router = limited(over(rate(1, 1), { burst: 1 }));
    expect(passing(router, 100, 0)).toBe(1);
    router.wait(1000);
    expect(passing(router, 1, 0)).toBe(1);
  });

  it('do not hold of packets without the key', () => {
    const router = limited(over(rate(1, 3600), { burst: 1, per: [per('source port')] }));
    for (let i = 0; i < 3; i++) expect(router.fate(fromUplink(ping('198.51.100.7', '10.0.0.9')))).toMatch(/^out eth1/);
  });

  it('answer by "when full" for new keys in a full table', () => {
    const few = (whenFull: 'match' | 'miss') =>
      limited(over(rate(1, 3600), { burst: 2, per: [per('source')], bounds: { keys: 1, whenFull } }));
    for (const [whenFull, passed] of [
      ['match', 0],
      ['miss', 3],
    ] as const) {
      const router = few(whenFull);
      expect(passing(router, 1, 0, '198.51.100.7')).toBe(1);
      // Full is full: there is no second answer.
      expect(router.outcomes(fromUplink(udp('198.51.100.8:1', '10.0.0.9:53'))).length).toBe(1);
      expect(passing(router, 3, 0, '198.51.100.8')).toBe(passed);
      expect(passing(router, 3, 0, '198.51.100.7')).toBe(1);
    }
  });

  it('in a stateful filter count flows', () => {
    const rule = allow({ if: comesIn(inside), gates: [upTo(rate(1, 3600), { burst: 2 })] });
    const router = new Router(policy(ZONES, filter('forward', { default: 'drop' }, rule)));
    const fates = [1, 1, 1, 2, 3, 1].map((port) =>
      router.fate(fromInside(udp(`10.0.0.9:${port}`, '198.51.100.7:53'))).slice(0, 3),
    );
    expect(fates).toEqual(['out', 'out', 'out', 'out', 'gon', 'out']);
  });

  it('ask gates in order and stop at the first that is closed', () => {
    const first = upTo(rate(1, 3600), { burst: 1 });
    const second = upTo(rate(1, 3600), { burst: 3 });
    const router = new Router(
      policy(
        ZONES,
        filter(
          'forward',
          { default: 'drop', stateless: true },
          allow({ if: from('198.51.100.7'), gates: [first, second] }),
          allow({ gates: [second] }),
        ),
      ),
    );
    // One of the first packets charges both buckets; the others are left two of the second rule.
    expect(passing(router, 5, 0)).toBe(3);
  });
});

describe('limits of effects', () => {
  it('belong to the effect, not to the verdict', () => {
    const log = gated(countAs('logged'), ANY, upTo(rate(1, 3600), { burst: 2 }));
    const router = new Router(policy(ZONES, mitigate([uplink], drop({ and: [log] }))));
    expect(passing(router, 5, 0)).toBe(0);
    expect(router.state.counters.get('logged')?.packets).toBe(2);
  });
});

describe('connections', () => {
  const few = (sense: 'over' | 'up to') => {
    const gate = connections(sense, 2, per('source'));
    const body =
      sense === 'over'
        ? [drop({ if: service('tcp/22'), gates: [gate] }), allow()]
        : [allow({ if: service('tcp/22'), gates: [gate] })];
    return new Router(policy(ZONES, filter('forward', { default: 'drop' }, ...body)));
  };
  const open = (router: Router, port: number, source = '198.51.100.7') =>
    router.fate(fromUplink(tcp(`${source}:${port}`, '10.0.0.9:22'))).slice(0, 4);

  it('count what is open at the same time, this one included', () => {
    for (const sense of ['over', 'up to'] as const) {
      const router = few(sense);
      expect([1, 2, 3].map((port) => open(router, port))).toEqual(['out ', 'out ', 'gone']);
      expect(open(router, 1, '198.51.100.8')).toBe('out ');
    }
  });

  it('make room when one was used and is closed', () => {
    const router = few('over');
    open(router, 1);
    open(router, 2);
    const [client, server] = ['198.51.100.7:1', '10.0.0.9:22'];
    router.take(fromInside(tcp(server, client, { tcpFlags: ['syn', 'ack'], sequence: 50, acknowledgement: 1 })));
    router.take(fromUplink(tcp(client, server, { tcpFlags: ['ack'], sequence: 1, acknowledgement: 51 })));
    expect(open(router, 3)).toBe('gone');
    router.take(fromInside(tcp(server, client, { tcpFlags: ['rst'], sequence: 51 })));
    expect(open(router, 3)).toBe('out ');
  });

  it('make room when one is refused or forgotten', () => {
    const router = few('over');
    open(router, 1);
    open(router, 2);
    router.take(fromInside(tcp('10.0.0.9:22', '198.51.100.7:1', { tcpFlags: ['rst', 'ack'], acknowledgement: 1 })));
    expect(open(router, 3)).toBe('out ');
    expect(open(router, 4)).toBe('gone');
    router.wait(122_000);
    expect(open(router, 5)).toBe('out ');
  });
});

describe('samples', () => {
  it('may fall either way', () => {
    const router = new Router(policy(ZONES, mitigate([uplink], drop({ gates: [sample(1, 10)] }))));
    const kinds = router.outcomes(fromUplink(udp('198.51.100.7:1', '10.0.0.9:53'))).map(({ fate }) => fate.kind);
    expect(kinds.toSorted()).toEqual(['forwarded', 'gone']);
  });

  it('of all are no draw', () => {
    const router = new Router(
      policy(ZONES, mitigate([uplink], drop({ if: all(), gates: [sample(3, 3)] }), effects([countAs('rest')]))),
    );
    expect(router.outcomes(fromUplink(udp('198.51.100.7:1', '10.0.0.9:53'))).map(({ fate }) => fate.kind)).toEqual([
      'gone',
    ]);
  });
});
