import { describe, expect, it } from 'vitest';
import type { Translation } from '../../../compiler/model/policy.ts';
import { policyOf, rulesOf } from './check-text.ts';

const names = `
zone uplink = eth0
zone inside = eth1
table users(id: u32, room: prefix4, public: ipv4, public6: ipv6) = { (1, 10.0.0.0/24, 192.0.2.1, 2001:db8::1) }
table forwards(public: ipv4, proto: proto, port: port, room: ipv4, inner: port) = {
  (192.0.2.1, tcp, 8080, 10.0.0.1, 80)
}
`;

function translationOf(rule: string): Translation | undefined {
  return rulesOf(policyOf(`${names} nat { ${rule} }`).nat)[0]?.translation;
}

const v4 = (...bytes: number[]): bigint => bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n);

describe('translations', () => {
  it('lead to one address, one range, or one of each family', () => {
    expect(translationOf('snat from 10.0.0.0/8 out uplink -> 192.0.2.1')).toEqual({
      kind: 'snat',
      target: {
        v4: { kind: 'range', low: v4(192, 0, 2, 1), high: v4(192, 0, 2, 1) },
        v6: undefined,
        ports: undefined,
      },
      random: false,
      persistent: false,
    });
    expect(translationOf('snat out uplink -> 192.0.2.1-192.0.2.9, 2001:db8::1 persistent')).toMatchObject({
      target: {
        v4: { kind: 'range', low: v4(192, 0, 2, 1), high: v4(192, 0, 2, 9) },
        v6: { kind: 'range' },
      },
      persistent: true,
    });
  });

  it('map a prefix to one of the same length host by host', () => {
    expect(translationOf('snat from 10.0.1.0/24 out uplink -> 192.0.2.0/24')).toMatchObject({
      target: {
        v4: {
          kind: 'prefix',
          from: { value: v4(10, 0, 1, 0), length: 24 },
          to: { value: v4(192, 0, 2, 0), length: 24 },
        },
      },
    });
    expect(translationOf('snat from 10.0.0.0/8 out uplink -> 192.0.2.0/24')).toMatchObject({
      target: { v4: { kind: 'range', low: v4(192, 0, 2, 0), high: v4(192, 0, 2, 255) } },
    });
  });

  it('take addresses and ports from a row', () => {
    expect(
      translationOf('each f in forwards { dnat in uplink to f.public f.proto/f.port -> f.room:f.inner hairpin }'),
    ).toMatchObject({
      kind: 'dnat',
      hairpin: true,
      target: { v4: { kind: 'cell', column: 'room' }, v6: undefined, ports: { kind: 'cell', column: 'inner' } },
    });
    expect(translationOf('each u in users { snat from u.room out uplink -> u.public, u.public6 }')).toMatchObject({
      target: { v4: { kind: 'cell', column: 'public' }, v6: { kind: 'cell', column: 'public6' } },
    });
  });

  it('know masquerade and redirect', () => {
    expect(translationOf('masquerade out uplink random')).toEqual({
      kind: 'masquerade',
      ports: undefined,
      random: true,
    });
    expect(translationOf('redirect in inside tcp/80 -> 3128')).toEqual({
      kind: 'redirect',
      ports: { kind: 'range', low: 3128, high: 3128 },
    });
  });
});
