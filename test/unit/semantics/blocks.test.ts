import { decodePacket } from '../../../compiler/semantics/packet/decode.ts';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../compiler/model/condition.ts';
import type { Shape, ShapeClass } from '../../../compiler/model/policy.ts';
import { segmentSizeOf } from '../../../compiler/semantics/packet/rewrite.ts';
import { ipPacket, tcpPacket } from '../../../compiler/semantics/packet/build.ts';
import { frameOf } from '../../../compiler/semantics/packet/frame.ts';
import type { Outcome } from '../../../compiler/semantics/evaluate.ts';
import {
  ENVIRONMENT,
  Router,
  ZONES,
  ends,
  fromInside,
  fromUplink,
  inside,
  on,
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
  any,
  cell,
  comesIn,
  count,
  countAs,
  countAsCell,
  dispatch,
  drop,
  each,
  effects,
  filter,
  flowState,
  forget,
  from,
  gated,
  goesOut,
  host,
  icmp4,
  isIn,
  leave,
  log,
  mangle,
  markSet,
  memory,
  mitigate,
  nat,
  not,
  number,
  origin,
  policy,
  raw,
  redirect,
  reject,
  remember,
  scope,
  service,
  socket,
  synproxy,
  table,
  tcpFlags,
  to,
  masquerade,
  zone,
} from '../../builders/policy.ts';

function shapeClass(name: ShapeClass['name'], condition: Condition): ShapeClass {
  const none = { guarantee: undefined, ceiling: undefined, priority: undefined, burst: undefined, latency: undefined };
  return {
    kind: 'class',
    origin: origin('class'),
    name,
    condition,
    ...none,
    leaf: undefined,
    ecn: undefined,
    nested: [],
  };
}

const outward = udp('10.0.0.9:40000', '198.51.100.7:53');

function leaving(outcome: Outcome) {
  return outcome.fate.kind === 'forwarded' ? outcome.fate.leaving : undefined;
}

describe('rules', () => {
  it('are read from top to bottom, and the first that decides, decides', () => {
    const rules = filter(
      'forward',
      { default: 'drop', stateless: true },
      effects([countAs('first')]),
      drop({ if: service('udp/53') }),
      effects([countAs('second')]),
      allow(),
    );
    const router = new Router(policy(ZONES, rules));
    expect(router.fate(fromInside(outward))).toBe('gone: policy filter forward');
    expect(router.fate(fromInside(udp('10.0.0.9:40000', '198.51.100.7:54')))).toMatch(/^out/);
    expect(router.state.counters.get('first')?.packets).toBe(2);
    expect(router.state.counters.get('second')?.packets).toBe(1);
  });

  it('of each row stand one row after another', () => {
    const rows = table('rows', { net: 'prefix4', id: 'u32' }, [
      ['10.0.0.0/8', '1'],
      ['10.0.0.0/24', '2'],
    ]);
    const rules = (body: Parameters<typeof each>[1]) =>
      new Router(policy(ZONES, filter('forward', { default: 'drop', stateless: true }, each(rows, body))));
    // Row 1's second rule stands before row 2's first.
    const router = rules((row) => [
      drop({ if: all(from(cell(row, 'net')), service('udp/54')) }),
      allow({ if: from(cell(row, 'net')), and: [countAsCell(cell(row, 'id'))] }),
    ]);
    router.take(fromInside(outward));
    expect(router.state.counters.get('rows.id=1')?.packets).toBe(1);
    expect(router.state.counters.get('rows.id=2')).toBeUndefined();
  });

  it('of each row speak for the rows that were selected only', () => {
    const rows = table('rows', { net: 'prefix4' }, [['10.0.0.0/8'], ['192.168.0.0/16']]);
    const router = new Router(
      policy(
        ZONES,
        filter(
          'forward',
          { default: 'drop', stateless: true },
          each(rows, (row) => [allow({ if: from(cell(row, 'net')) })], [1]),
        ),
      ),
    );
    expect(router.fate(fromInside(outward))).toBe('gone: policy filter forward');
  });

  it('of a large table give the same answers as of a small one', () => {
    const rows = table(
      'rows',
      { net: 'prefix4', port: 'port', id: 'u32' },
      Array.from({ length: 500 }, (_, k) => [`10.0.${k % 250}.${k < 250 ? '0/24' : '9'}`, `${k}`, `${k}`]),
    );
    const body: Parameters<typeof each>[1] = (row) => [
      drop({ if: all(host(cell(row, 'net')), number('destination port', '7')) }),
      effects([countAsCell(cell(row, 'id'))], { if: host(cell(row, 'net')) }),
      allow({ if: all(from(cell(row, 'net')), { kind: 'number', field: 'destination port', in: cell(row, 'port') }) }),
    ];
    const router = new Router(policy(ZONES, filter('forward', { default: 'drop', stateless: true }, each(rows, body))));
    expect(router.fate(fromInside(udp('10.0.7.9:1', '198.51.100.7:257')))).toMatch(/^out/);
    expect(router.fate(fromInside(udp('10.0.7.8:1', '198.51.100.7:257')))).toBe('gone: policy filter forward');
    expect(router.fate(fromInside(udp('10.0.7.8:1', '198.51.100.7:7')))).toBe('gone: policy filter forward');
    expect(router.state.counters.get('rows.id=7')?.packets).toBe(2);
    expect(router.state.counters.get('rows.id=257')?.packets).toBe(1);
    // A rule that asks for no cell speaks for each row in turn.
    const all500 = new Router(
      policy(
        ZONES,
        filter(
          'forward',
          { stateless: true },
          each(rows, (row) => [effects([countAsCell(cell(row, 'id'))])]),
        ),
      ),
    );
    expect(all500.take(fromInside(outward)).counted.length).toBe(500);
  });

  it('of a group end with it, or at its leave', () => {
    const group = scope(
      'web',
      allow({ if: service('udp/53') }),
      leave({ if: service('udp/54') }),
      drop({ if: service('udp/50-60') }),
    );
    const router = new Router(
      policy(
        ZONES,
        filter(
          'forward',
          { default: 'drop', stateless: true },
          group,
          effects([countAs('behind')]),
          allow({ if: from('10.0.0.9') }),
        ),
      ),
    );
    const fate = (port: number) => router.fate(fromInside(udp('10.0.0.9:1', `198.51.100.7:${port}`))).slice(0, 4);
    expect([53, 54, 55, 61].map(fate)).toEqual(['out ', 'out ', 'gone', 'out ']);
    expect(router.state.counters.get('behind')?.packets).toBe(2);
  });

  it('leave through an each inside the group', () => {
    const rows = table('rows', { net: 'prefix4' }, [['10.0.0.0/8'], ['10.0.0.0/24']]);
    const group = scope(
      'g',
      each(rows, (row) => [leave({ if: from(cell(row, 'net')) })]),
      drop(),
    );
    const router = new Router(policy(ZONES, filter('forward', { stateless: true }, group)));
    expect(router.fate(fromInside(outward))).toMatch(/^out/);
  });

  it('say who spoke, in order', () => {
    const rules = filter(
      'forward',
      { stateless: true },
      effects([log('dns')], { if: service('udp/53') }),
      reject({ if: service('udp/53') }),
    );
    const outcome = new Router(policy(ZONES, mangle('prerouting', effects([markSet(1)])), rules)).take(
      fromInside(outward),
    );
    expect(outcome.spoke.map(({ block, did }) => `${block}: ${did}`)).toEqual([
      'mangle prerouting: mark set',
      'filter forward: log',
      'filter forward: reject',
    ]);
    expect(outcome.logs).toEqual([{ block: 'filter forward', prefix: 'dns', level: 'info', group: undefined }]);
  });
});

describe('mitigate', () => {
  it('sees frames of its zones before anything else', () => {
    const router = new Router(
      policy(ZONES, mitigate([uplink], drop({ if: service('udp/53') })), raw(effects([countAs('raw')]))),
    );
    expect(router.fate(fromUplink(udp('198.51.100.7:1', '10.0.0.9:53')))).toBe('gone: policy mitigate');
    expect(router.fate(fromInside(outward))).toMatch(/^out/);
    expect(router.state.counters.get('raw')?.packets).toBe(1);
  });

  it('sees every frame of any zone where it names none', () => {
    const everywhere = policy(ZONES, mitigate(undefined, drop()));
    expect(new Router(everywhere).fate(fromInside(outward))).toBe('gone: policy mitigate');
    const unzoned = {
      ...ENVIRONMENT,
      interfaces: [...ENVIRONMENT.interfaces, { name: 'eth9', mtu: 1500, addresses: [] }],
    };
    expect(new Router(everywhere, unzoned).fate(on('eth9', outward))).toMatch(/^out/);
  });

  it('allows within itself only', () => {
    const blocks = [
      mitigate([inside], allow({ if: from('10.0.0.9') }), drop()),
      filter('forward', { default: 'drop' }),
    ];
    expect(new Router(policy(ZONES, ...blocks)).fate(fromInside(outward))).toBe('gone: policy filter forward');
    expect(new Router(policy(ZONES, ...blocks)).fate(fromInside(udp('10.0.0.8:1', '198.51.100.7:53')))).toBe(
      'gone: policy mitigate',
    );
  });

  it('ends with the first block that allows', () => {
    const blocks = [mitigate([inside], allow({ if: from('10.0.0.9') })), mitigate(undefined, drop())];
    expect(new Router(policy(ZONES, ...blocks)).fate(fromInside(outward))).toMatch(/^out/);
    expect(new Router(policy(ZONES, ...blocks)).fate(fromInside(udp('10.0.0.8:1', '198.51.100.7:53')))).toBe(
      'gone: policy mitigate',
    );
  });

  it('sees fragments as fragments, and addresses as on the wire', () => {
    const later = ipPacket(
      { ...ends('198.51.100.7', '10.0.0.9'), fragment: { offset: 1480, more: false } },
      17,
      new Uint8Array(8),
    );
    const first = ipPacket(
      { ...ends('198.51.100.7', '10.0.0.9'), fragment: { offset: 0, more: true } },
      17,
      new Uint8Array(16),
    );
    const dropping = (which: string) =>
      new Router(policy(ZONES, mitigate([uplink], drop({ if: number('fragment', which) })), filter('forward', {})));
    expect(dropping('2').fate(fromUplink(later))).toBe('gone: policy mitigate');
    expect(dropping('2').fate(fromUplink(first))).toBe('held');
    expect(dropping('1').fate(fromUplink(first))).toBe('gone: policy mitigate');
    expect(dropping('0').fate(fromUplink(first))).toBe('held');
  });

  it('does not speak of what is no IP packet', () => {
    const arp = {
      kind: 'received',
      in: 'eth0',
      frame: { source: 1n, destination: 2n, tags: [], etherType: 0x0806, packet: undefined },
    } as const;
    expect(new Router(policy(ZONES, mitigate([uplink], drop()))).fate(arp)).toBe('not judged');
  });

  it('knows the VLAN of a frame, and zones by it', () => {
    const lan = zone('lan', 'eth1 vlan 100-199');
    const tagged = {
      kind: 'received',
      in: 'eth1',
      frame: frameOf(outward, 1n, 2n, [{ etherType: 0x8100, control: 0x2000 + 150 }]),
    } as const;
    const router = new Router(policy([lan], mitigate([lan], drop({ if: number('vlan', '150') }))));
    expect(router.fate(tagged)).toBe('gone: policy mitigate');
    expect(router.fate(fromInside(outward))).toMatch(/^out/);
  });
});

describe('raw', () => {
  it('keeps packets from being tracked, which are then judged by themselves', () => {
    const untracked = [
      raw(effects([{ kind: 'notrack' }], { if: service('udp/53') })),
      filter('forward', { default: 'drop' }, allow({ if: all(comesIn(inside), flowState(4)) })),
    ];
    const router = new Router(policy(ZONES, ...untracked));
    expect(router.fate(fromInside(outward))).toMatch(/^out/);
    expect(router.fate(fromUplink(udp('198.51.100.7:53', '10.0.0.9:40000')))).toBe('gone: policy filter forward');
    expect(router.state.flows.size).toBe(0);
  });

  it('leaves fragments alone that mitigate told not to track', () => {
    const later = ipPacket(
      { ...ends('198.51.100.7', '10.0.0.9'), fragment: { offset: 1480, more: false } },
      17,
      new Uint8Array(8),
    );
    const router = new Router(policy(ZONES, mitigate([uplink], effects([{ kind: 'notrack' }])), filter('forward', {})));
    expect(router.fate(fromUplink(later))).toBe('out eth1 198.51.100.7 > 10.0.0.9');
  });
});

describe('mangle', () => {
  it('runs every rule that matches, at its hook', () => {
    const blocks = [
      mangle(
        'forward',
        effects([{ kind: 'dscp set', value: 46 }], { if: service('udp/53') }),
        effects([markSet(0x10, 0xf0)]),
      ),
      mangle('postrouting', effects([markSet(1, 0x0f)])),
    ];
    const outcome = new Router(policy(ZONES, ...blocks)).take(fromInside(outward));
    expect(leaving(outcome)).toMatchObject({ mark: 0x11, packets: [{ dscp: 46 }] });
  });

  it('sees the wire before routing, and the real hosts after', () => {
    const seenAt = (hook: 'prerouting' | 'forward') =>
      new Router(
        policy(
          ZONES,
          nat(masquerade({ if: goesOut(uplink) })),
          mangle(hook, effects([countAs('mine')], { if: to('10.0.0.9') })),
        ),
      );
    for (const [hook, packets] of [
      ['prerouting', undefined],
      ['forward', 1],
    ] as const) {
      const router = seenAt(hook);
      router.take(fromInside(outward));
      router.take(fromUplink(udp('198.51.100.7:53', '203.0.113.2:40000')));
      expect(router.state.counters.get('mine')?.packets).toBe(packets);
    }
  });

  it('clamps the segment size to what fits both ways', () => {
    const narrow = {
      ...ENVIRONMENT,
      interfaces: ENVIRONMENT.interfaces.map((at) => (at.name === 'eth0' ? { ...at, mtu: 1400 } : at)),
    };
    const clamp = policy(
      ZONES,
      mangle('postrouting', effects([{ kind: 'mss', size: undefined }], { if: tcpFlags('syn') })),
    );
    const syn = (source: string, destination: string) =>
      tcpPacket(ends(source, destination), {
        sourcePort: 1,
        destinationPort: 80,
        flags: 2,
        options: Uint8Array.of(2, 4, 5, 180),
      });
    const size = (arrival: Parameters<Router['take']>[0]) =>
      segmentSizeOf(leaving(new Router(clamp, narrow).take(arrival))!.packets[0]!);
    expect(size(fromInside(syn('10.0.0.9', '198.51.100.7')))).toBe(1360);
    expect(size(fromUplink(syn('198.51.100.7', '10.0.0.9')))).toBe(1360);
    expect(size(fromInside(syn('2001:db8:1::9', '2001:db8:f::7')))).toBe(1340);
  });
});

describe('marks', () => {
  it('set by a stateful rule are the flow’s, and both directions carry them', () => {
    const marking = filter('forward', { default: 'drop' }, allow({ if: comesIn(inside), and: [markSet(7, 0xff)] }));
    const router = new Router(policy(ZONES, marking));
    expect(leaving(router.take(fromInside(outward)))?.mark).toBe(7);
    expect(leaving(router.take(fromUplink(udp('198.51.100.7:53', '10.0.0.9:40000'))))?.mark).toBe(7);
  });

  it('are no marks of what this host has to say about a packet, even where that packet has no place in the flow', () => {
    const marking = filter('forward', { default: 'drop' }, allow({ if: comesIn(inside), and: [markSet(7, 0xff)] }));
    const router = new Router(policy(ZONES, marking));
    router.take(fromInside(tcp('10.0.0.9:40000', '198.51.100.7:80', { sequence: 1000 })));
    const misplaced = tcp('10.0.0.9:40000', '198.51.100.7:80', { tcpFlags: ['syn', 'ack'], ttl: 1 });
    const outcome = router.take(fromInside(misplaced));
    expect(outcome.tracking).toBe('invalid');
    expect(outcome.fate).toMatchObject({ kind: 'rejected', answer: { mark: 0 } });
  });

  it('set by a packet rule are gone with the packet', () => {
    const marking = mangle('prerouting', effects([markSet(7, 0xff)], { if: comesIn(inside) }));
    const router = new Router(policy(ZONES, marking, filter('forward', {})));
    expect(leaving(router.take(fromInside(outward)))?.mark).toBe(7);
    expect(leaving(router.take(fromUplink(udp('198.51.100.7:53', '10.0.0.9:40000'))))?.mark).toBe(0);
  });

  it('are tested under their mask', () => {
    const condition = { kind: 'masked', field: 'mark', value: 0x10, mask: 0xf0 } as const;
    const router = new Router(
      policy(
        ZONES,
        mangle('prerouting', effects([markSet(0x1f)])),
        filter('forward', { default: 'drop', stateless: true }, allow({ if: condition })),
      ),
    );
    expect(router.fate(fromInside(outward))).toMatch(/^out/);
  });
});

describe('count', () => {
  it('counts packets and bytes at the end of the path', () => {
    const rows = table('users', { room: 'prefix4', id: 'u32' }, [
      ['10.0.0.0/24', '17'],
      ['10.0.1.0/24', '18'],
    ]);
    const traffic = count(
      each(rows, (row) => [effects([countAsCell(cell(row, 'id'))], { if: host(cell(row, 'room')) })]),
    );
    const router = new Router(policy(ZONES, traffic, filter('forward', {}, drop({ if: service('udp/54') }))));
    router.take(fromInside(udp('10.0.0.9:1', '198.51.100.7:53', { payload: new Uint8Array(72) })));
    router.take(fromUplink(udp('198.51.100.7:53', '10.0.0.9:1')));
    router.take(fromInside(udp('10.0.0.9:1', '198.51.100.7:54')));
    router.take(fromInside(udp('10.0.0.9:1', '10.0.0.1:53')));
    expect(router.state.counters.get('users.id=17')).toEqual({ packets: 2, bytes: 128 });
    expect(router.state.counters.get('users.id=18')).toBeUndefined();
  });

  it('counts what the host sends, and each direction by itself', () => {
    const traffic = count(
      effects([countAs('dns', 'sent')], { if: from('203.0.113.2') }),
      effects([countAs('dns', 'received')], { if: to('203.0.113.2') }),
    );
    const router = new Router(policy(ZONES, traffic));
    router.take(sentByHost(udp('203.0.113.2:1', '198.51.100.7:53')));
    expect(router.state.counters.get('dns sent')?.packets).toBe(1);
    expect(router.state.counters.get('dns received')).toBeUndefined();
  });
});

describe('memory', () => {
  const banned = memory('banned', { timeout: 60_000 });
  const banning = policy(
    ZONES,
    mitigate(
      [uplink],
      drop({ if: isIn(banned, 'source') }),
      effects([remember(banned, ['source'])], { if: service('tcp/23') }),
    ),
  );
  const knock = tcp('198.51.100.7:1', '10.0.0.9:23');
  const visit = tcp('198.51.100.7:1', '10.0.0.9:80');

  it('remembers until its time is over', () => {
    const router = new Router(banning);
    expect(router.fate(fromUplink(visit))).toMatch(/^out/);
    router.take(fromUplink(knock));
    expect(router.fate(fromUplink(visit))).toBe('gone: policy mitigate');
    expect(router.fate(fromUplink(tcp('198.51.100.8:1', '10.0.0.9:80')))).toMatch(/^out/);
    router.wait(59_999);
    expect(router.fate(fromUplink(visit))).toBe('gone: policy mitigate');
    router.wait(1);
    expect(router.fate(fromUplink(visit))).toMatch(/^out/);
  });

  it('of several hits asks for as many, each of late', () => {
    const often = memory('often', { timeout: 60_000, hits: 3 });
    const rules = mitigate(
      [uplink],
      effects([remember(often, ['source'])], { if: service('tcp/23') }),
      effects([forget(often, ['source'])], { if: service('tcp/24') }),
      drop({ if: all(isIn(often, 'source'), service('tcp/80')) }),
    );
    const router = new Router(policy(ZONES, rules));
    const fate = (port: number) => router.fate(fromUplink(tcp('198.51.100.7:1', `10.0.0.9:${port}`))).slice(0, 4);
    fate(23);
    router.wait(30_000);
    fate(23);
    expect(fate(80)).toBe('out ');
    router.wait(10_000);
    fate(23);
    expect(fate(80)).toBe('gone');
    router.wait(20_000);
    expect(fate(80)).toBe('out ');
    fate(23);
    expect(fate(80)).toBe('gone');
    fate(24);
    fate(23);
    expect(fate(80)).toBe('out ');
  });

  it('begins its time anew when remembering again, and forgets when told', () => {
    const rules = mitigate(
      [uplink],
      effects([remember(banned, ['source'], 10_000)], { if: service('tcp/23') }),
      effects([forget(banned, ['source'])], { if: service('tcp/24') }),
      drop({ if: all(isIn(banned, 'source'), service('tcp/80')) }),
    );
    const router = new Router(policy(ZONES, rules));
    const fate = (port: number) => router.fate(fromUplink(tcp('198.51.100.7:1', `10.0.0.9:${port}`))).slice(0, 4);
    fate(23);
    router.wait(9_000);
    fate(23);
    router.wait(9_000);
    expect(fate(80)).toBe('gone');
    fate(24);
    expect(fate(80)).toBe('out ');
  });

  it('tells families apart', () => {
    const router = new Router(
      policy(ZONES, mitigate([uplink], drop({ if: isIn(banned, 'source') }), effects([remember(banned, ['source'])]))),
    );
    router.take(fromUplink(udp('0.0.0.9:1', '10.0.0.9:53')));
    expect(router.fate(fromUplink(udp('[::9]:1', '[2001:db8:1::9]:53')))).not.toBe('gone: policy mitigate');
  });

  it('holds so many keys, and answers by "when full" for the rest', () => {
    for (const [whenFull, fate] of [
      ['miss', 'out '],
      ['match', 'gone'],
    ] as const) {
      const small = memory('small', { bounds: { keys: 1, whenFull } });
      const rules = mitigate([uplink], drop({ if: isIn(small, 'source') }), effects([remember(small, ['source'])]));
      const router = new Router(policy(ZONES, rules));
      router.take(fromUplink(udp('198.51.100.7:1', '10.0.0.9:53')));
      expect(router.fate(fromUplink(udp('198.51.100.8:1', '10.0.0.9:53'))).slice(0, 4)).toBe(fate);
      expect(router.fate(fromUplink(udp('198.51.100.8:1', '10.0.0.9:53'))).slice(0, 4)).toBe(fate);
      expect(router.fate(fromUplink(udp('198.51.100.7:1', '10.0.0.9:53')))).toBe('gone: policy mitigate');
    }
  });

  it('can be written by an effect that hangs on a verdict', () => {
    const rules = filter(
      'forward',
      { default: 'drop', stateless: true },
      drop({ if: isIn(banned, 'source') }),
      allow({ and: [gated(remember(banned, ['source']), service('tcp/23'))] }),
    );
    const router = new Router(policy(ZONES, rules));
    expect(router.fate(fromUplink(knock))).toMatch(/^out/);
    expect(router.fate(fromUplink(knock))).toBe('gone: policy filter forward');
  });
});

describe('essential rules', () => {
  it('stand before the policy’s own, behind what is invalid', () => {
    const essential = [allow({ if: icmp4(8) })];
    const router = new Router(policy(ZONES, filter('input', { default: 'drop', essential }, drop())));
    expect(router.fate(fromUplink(ping('198.51.100.7', '203.0.113.2')))).toMatch(/^to this host/);
    expect(router.fate(fromUplink(udp('198.51.100.7:1', '203.0.113.2:53')))).toBe('gone: policy filter input');
  });
});

describe('dispatch', () => {
  const sockets = dispatch(
    socket('web', { if: all(service('tcp/443'), to('192.0.2.0/24')) }),
    socket('spectrum', { if: all(service('tcp'), to('192.0.2.0/24')) }),
  );

  it('gives packets to sockets, for addresses that are then this host’s', () => {
    const router = new Router(policy(ZONES, sockets));
    expect(router.fate(fromUplink(tcp('198.51.100.7:1', '192.0.2.9:443')))).toBe(
      'to web 198.51.100.7:1 > 192.0.2.9:443',
    );
    expect(router.fate(fromUplink(tcp('198.51.100.7:1', '192.0.2.9:5555')))).toBe(
      'to spectrum 198.51.100.7:1 > 192.0.2.9:5555',
    );
    expect(router.fate(fromUplink(udp('198.51.100.7:1', '192.0.2.9:443')))).toBe(
      'to this host 198.51.100.7:1 > 192.0.2.9:443',
    );
    expect(router.fate(fromUplink(tcp('198.51.100.7:1', '10.0.0.9:443')))).toMatch(/^out eth1/);
  });

  it('leaves broadcasts to every socket that wants them', () => {
    const router = new Router(policy(ZONES, dispatch(socket('chosen', { if: service('udp/53') }))));
    const fate = (address: string): string => router.fate(fromUplink(udp('203.0.113.7:1', `${address}:53`)));
    expect(fate('203.0.113.2')).toMatch(/^to chosen/);
    expect(fate('255.255.255.255')).toMatch(/^to resolver/);
    expect(fate('203.0.113.255')).toMatch(/^to resolver/);
  });

  it('comes behind the input filter', () => {
    const router = new Router(
      policy(ZONES, sockets, filter('input', { default: 'drop' }, allow({ if: service('tcp/443') }))),
    );
    expect(router.fate(fromUplink(tcp('198.51.100.7:1', '192.0.2.9:443')))).toMatch(/^to web/);
    expect(router.fate(fromUplink(tcp('198.51.100.7:1', '192.0.2.9:444')))).toBe('gone: policy filter input');
  });
});

describe('synproxy', () => {
  it('answers a SYN in the server’s place', () => {
    const router = new Router(
      policy(ZONES, filter('forward', { default: 'drop' }, synproxy({ if: service('tcp/80') }))),
    );
    const outcome = router.take(fromUplink(tcp('198.51.100.7:1234', '10.0.0.9:80', { sequence: 99 })));
    expect(outcome.fate).toMatchObject({
      kind: 'answered by synproxy',
      answer: { out: 'eth0', packets: [{ tcpFlags: 18, tcp: { acknowledgement: 100 } }] },
    });
    expect(router.state.flows.size).toBe(0);
  });

  it('answers a SYN also where both ends have a flow, and keeps it from that', () => {
    const rules = filter('forward', {}, synproxy({ if: all(comesIn(uplink), service('tcp/40000')) }));
    const router = new Router(policy(ZONES, rules, filter('output', { default: 'drop' })));
    router.take(fromInside(tcp('10.0.0.9:40000', '198.51.100.7:80', { sequence: 1000 })));
    const known = router.state.flows.entries();
    const syn = tcp('198.51.100.7:80', '10.0.0.9:40000', { sequence: 99 });
    const outcome = router.take(fromUplink(syn));
    expect(outcome.fate).toMatchObject({ kind: 'answered by synproxy', answer: { out: 'eth0' } });
    expect(outcome.tracking).toBe('untracked');
    expect(router.state.flows.entries()).toEqual(known);
    // What the host has to say about such a SYN passes as the proxy's own answers do.
    const late = tcp('198.51.100.8:80', '10.0.0.9:40000', { ttl: 1 });
    expect(router.fate(fromUplink(late))).toBe('rejected with icmp 11/0 out eth0 203.0.113.2 > 198.51.100.8');
  });

  it('answers nobody who calls everybody', () => {
    const router = new Router(policy(ZONES, filter('input', {}, synproxy({ if: service('tcp/80') }))));
    const { fate } = router.take(fromInside(tcp('10.0.0.9:40000', '255.255.255.255:80')));
    expect(fate).toEqual({ kind: 'answered by synproxy', answer: undefined });
  });

  it('keeps what comes after from being dropped as invalid', () => {
    const router = new Router(
      policy(ZONES, filter('forward', { default: 'drop' }, synproxy({ if: service('tcp/80') }))),
    );
    const ack = (port: number) => fromUplink(tcp('198.51.100.7:1234', `10.0.0.9:${port}`, { tcpFlags: ['ack'] }));
    expect(router.fate(ack(80))).toBe('answered by synproxy');
    expect(router.fate(ack(81))).toBe('gone: policy filter forward');
  });
});

describe('shape', () => {
  const users = table('users', { room: 'prefix4', id: 'u32' }, [
    ['10.0.1.0/24', '17'],
    ['10.0.2.0/24', '18'],
  ]);
  const voice = { ...shapeClass('voice', number('dscp', '46')), nested: [shapeClass('sip', service('udp/5060'))] };
  const perUser = each(users, () => []);
  const shape: Shape = {
    origin: origin('shape'),
    zone: uplink,
    direction: 'egress',
    rate: { of: 'bits', amount: 1e9, perSeconds: 1 },
    link: 'ethernet',
    overhead: 0,
    queues: undefined,
    policed: false,
    body: [
      voice,
      {
        kind: 'each',
        origin: origin('each'),
        row: perUser.row,
        rows: undefined,
        body: [shapeClass(cell(perUser.row, 'id'), host(cell(perUser.row, 'room')))],
      },
    ],
    default: 'fair',
  };

  it('picks the first class that matches, and within it the first nested one', () => {
    const router = new Router({ ...policy(ZONES, nat(masquerade({ if: goesOut(uplink) }))), shapes: [shape] });
    const classes = (packet: Parameters<typeof fromInside>[0]) => router.take(fromInside(packet)).shaped[0]?.classes;
    expect(classes(udp('10.0.2.9:1', '198.51.100.7:53'))).toEqual(['18']);
    expect(classes(udp('10.0.2.9:1', '198.51.100.7:5060', { dscp: 46 }))).toEqual(['voice', 'sip']);
    expect(classes(udp('10.0.2.9:1', '198.51.100.7:5061', { dscp: 46 }))).toEqual(['voice']);
    expect(classes(udp('10.0.9.9:1', '198.51.100.7:53'))).toEqual([]);
    expect(router.take(fromUplink(udp('198.51.100.7:53', '203.0.113.2:1'))).shaped).toEqual([]);
  });

  it('sees of fragments that are policed nothing behind the header of IP', () => {
    const dns = { ...shape, body: [shapeClass('dns', service('udp/53')), shapeClass('udp', number('protocol', '17'))] };
    const classes = (policed: boolean, packet: Parameters<typeof fromUplink>[0]) =>
      new Router({ ...policy(ZONES), shapes: [{ ...dns, direction: 'ingress', policed }] }).take(fromUplink(packet))
        .shaped[0]?.classes;
    const whole = udp('198.51.100.7:9', '10.0.2.9:53');
    const first = decodePacket(whole.bytes.with(6, 0x20), 4);
    expect([whole, first].map((packet) => classes(false, packet))).toEqual([['dns'], ['dns']]);
    expect([whole, first].map((packet) => classes(true, packet))).toEqual([['dns'], ['udp']]);
  });

  it('has what comes in wait behind `mitigate`, whatever becomes of it then', () => {
    const arriving: Shape = { ...shape, direction: 'ingress' };
    const router = new Router({
      ...policy(ZONES, mitigate(undefined, drop({ if: service('udp/19') })), filter('forward', { default: 'drop' })),
      shapes: [arriving],
    });
    const taken = (packet: Parameters<typeof fromUplink>[0]) => router.take(fromUplink(packet));
    const dropped = taken(udp('198.51.100.7:53', '10.0.2.9:5060', { dscp: 46 }));
    expect(dropped.fate).toMatchObject({ kind: 'gone', by: 'policy' });
    expect(dropped.shaped).toEqual([{ zone: 'uplink', direction: 'ingress', classes: ['voice', 'sip'] }]);
    expect(taken(udp('198.51.100.7:53', '10.0.2.9:1')).shaped[0]?.classes).toEqual(['18']);
    expect(taken(udp('198.51.100.7:53', '10.0.2.9:19')).shaped).toEqual([]);
    expect(router.take(fromInside(udp('10.0.2.9:1', '198.51.100.7:53'))).shaped).toEqual([]);
  });
});

describe('views', () => {
  it('of the wire are those of the moment', () => {
    const rules = filter('forward', { default: 'drop' }, allow({ if: any(not(to('10.0.0.1')), ANY) }));
    const router = new Router(
      policy(
        ZONES,
        nat(redirect({ if: service('tcp/80') })),
        rules,
        filter('input', { default: 'drop' }, allow({ if: to('10.0.0.1') })),
      ),
    );
    expect(router.fate(fromInside(tcp('10.0.0.9:1', '198.51.100.7:80')))).toBe('to this host 10.0.0.9:1 > 10.0.0.1:80');
  });
});
