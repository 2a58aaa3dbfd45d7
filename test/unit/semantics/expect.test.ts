import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkPolicy } from '../../../compiler/check.ts';
import { runExpectations } from '../../../compiler/semantics/expect.ts';
import { lineText, positionOf } from '../../../grammar/source.ts';

const STANDARD = new URL('../../../stdlib/', import.meta.url);

const HEAD = `
use std.services (ssh, http, https, dns)
zone uplink = eth0
zone inside = eth1, eth2
zone phones = eth3 vlan 100-199
memory banned(address: ip) timeout 1h
`;

/** The findings about a policy, each as its code, its line's text, its message and where that was decided. */
function findings(text: string, now?: number): string[] {
  const { policy, diagnostics } = checkPolicy(
    { path: 'test.sluice', text: HEAD + text },
    {
      read: () => undefined,
      standard: (name) => readFileSync(new URL(`${name}.sluice`, STANDARD), 'utf8'),
      standardNames: readdirSync(STANDARD).map((file) => file.replace('.sluice', '')),
      today: { year: 2026, month: 1, day: 1 },
    },
  );
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  return runExpectations(policy!, now === undefined ? {} : { now }).map(({ code, span, message, labels }) => {
    const line = positionOf(span!.source, span!.start).line;
    const decided = labels.map(
      ({ text: label, span: at }) => `; ${label}: ${lineText(at.source, positionOf(at.source, at.start).line).trim()}`,
    );
    return `${code} ${lineText(span!.source, line).trim()}: ${message}${decided.join('')}`;
  });
}

const OUTWARD = `
nat { masquerade in inside out uplink }
filter forward default drop {
  allow in inside out uplink
  reject in uplink tcp/113
}
filter input default drop {
  allow in inside ssh
}
`;

describe('expectations that are met', () => {
  it('say nothing', () => {
    expect(
      findings(`${OUTWARD}
expect {
  given address 198.51.100.7, 2001:db8::7 on uplink
  allow tcp 10.1.2.3:40000 -> 203.0.113.9:443 in inside out uplink becomes 198.51.100.7:40000
  drop tcp 203.0.113.9:40000 -> 10.1.2.3:22 in uplink out inside
  reject tcp 203.0.113.9:40000 -> 10.1.2.3:113 in uplink out inside
  reject with tcp-reset tcp 203.0.113.9:40000 -> 10.1.2.3:113 in uplink out inside
  allow tcp 203.0.113.9:443 -> 10.1.2.3:40000 in uplink out inside reply
  allow tcp 10.1.2.3:40000 -> 203.0.113.9:443 in inside out uplink established tcp flags fin+ack
  drop tcp 10.1.2.3:40000 -> 203.0.113.9:443 in inside out uplink tcp flags ack
  allow tcp 10.1.2.3:40000 -> 10.0.0.1:22 in inside
  drop tcp 203.0.113.9:40000 -> 198.51.100.7:22 in uplink
  allow icmp echo-reply 203.0.113.9 -> 10.1.2.3 in uplink out inside reply
  allow icmp destination-unreachable 203.0.113.9 -> 10.1.2.3 in uplink out inside reply
  allow udp 198.51.100.7:1000 -> 203.0.113.9:53 out uplink
  allow tcp [2001:db8:1::3]:40000 -> [2001:db8:f::9]:443 in inside out uplink length 1280
  drop udp 10.9.0.1:40000 -> 203.0.113.9:53 in phones out uplink
}
`),
    ).toEqual([]);
  });

  it('know limits, memories, marks, counters and logs', () => {
    expect(
      findings(`
mitigate in uplink {
  drop from banned
  drop dns over 5/second per destination burst 3
  drop udp fragment later
}
filter forward default drop {
  allow ssh up to 2/minute per source burst 2 and log "ssh" and count as ssh
  allow mark is 7
}
expect {
  given memory banned 203.0.113.66
  drop udp 203.0.113.66:1 -> 10.0.0.1:99 in uplink out inside
  drop udp 203.0.113.9:1 -> 10.0.0.1:53 in uplink out inside after 3 packets
  drop udp 203.0.113.9 -> 10.0.0.1 in uplink out inside fragment later
  allow tcp 203.0.113.9:1 -> 10.0.0.1:22 in uplink out inside counted as ssh logged
  allow tcp 203.0.113.9:1 -> 10.0.0.1:22 in uplink out inside after 1 packets
  drop tcp 203.0.113.9:1 -> 10.0.0.1:22 in uplink out inside after 2 packets
  drop tcp 203.0.113.9:1 -> 10.0.0.1:22 in uplink out inside after 2 packets within 1s
  allow tcp 203.0.113.9:1 -> 10.0.0.1:22 in uplink out inside after 2 packets within 30s
  allow udp 203.0.113.9:1 -> 10.0.0.1:99 in uplink out inside mark 7
}
`),
    ).toEqual([]);
  });

  it('know sockets, routes and the time', () => {
    expect(
      findings(`
dispatch { https to 192.0.2.0/24 -> socket web }
filter input default drop { allow during 08:00-18:00 mon-fri }
expect {
  given time 2026-01-05 12:00
  allow tcp 203.0.113.9:1 -> 192.0.2.9:443 in uplink to socket web
}
expect {
  given time 2026-01-05 18:00
  drop tcp 203.0.113.9:1 -> 192.0.2.9:443 in uplink
}
expect {
  given time 2026-01-05 12:00
  given route 10.7.0.0/16 out phones
  allow udp 10.1.2.3:1 -> 10.7.0.9:5060 in inside out phones
}
`),
    ).toEqual([]);
  });
});

describe('how much a socket gets', () => {
  const POLICY =
    'dispatch { udp/53 to 192.0.2.0/24 -> socket resolver up to 5/minute per destination burst 3 udp/53 -> socket other }';
  const ask = (to: string) => `udp 203.0.113.9:1 -> ${to}:53 in uplink`;

  it('is counted by datagrams, and what is over it is for no other rule', () => {
    expect(
      findings(`${POLICY}
expect {
  allow ${ask('192.0.2.1')} to socket resolver after 2 packets within 1s
  drop ${ask('192.0.2.1')} after 3 packets within 1s
  allow ${ask('192.0.2.1')} to socket resolver after 3 packets within 10m
}
`),
    ).toEqual([]);
  });
});

describe('expectations that are not met', () => {
  it('say what happened instead, and who decided', () => {
    expect(
      findings(`${OUTWARD}
expect {
  given address 198.51.100.7 on uplink
  drop tcp 10.1.2.3:40000 -> 203.0.113.9:443 in inside out uplink
  allow tcp 203.0.113.9:40000 -> 10.1.2.3:22 in uplink out inside
  drop tcp 203.0.113.9:40000 -> 10.1.2.3:113 in uplink out inside
  reject with port-unreachable tcp 203.0.113.9:40000 -> 10.1.2.3:113 in uplink out inside
  allow tcp 10.1.2.3:40000 -> 203.0.113.9:443 in inside out uplink becomes 198.51.100.8:40000
  allow tcp 10.1.2.3:40000 -> 10.0.0.1:22 in inside logged
  allow tcp 10.1.2.3:40000 -> 10.0.0.1:22 in inside counted as ssh
  allow udp 10.1.2.3:40000 -> 203.0.113.9:443 in inside out uplink ttl 1
}
`),
    ).toEqual([
      'SL0401 drop tcp 10.1.2.3:40000 -> 203.0.113.9:443 in inside out uplink: expected `drop`, but the packet is allowed out of eth0; ' +
        'decided here: nat says masquerade: nat { masquerade in inside out uplink }',
      'SL0401 allow tcp 203.0.113.9:40000 -> 10.1.2.3:22 in uplink out inside: expected `allow`, but the packet is dropped; ' +
        'decided here: filter forward says drop by default: filter forward default drop {',
      'SL0401 drop tcp 203.0.113.9:40000 -> 10.1.2.3:113 in uplink out inside: expected `drop`, but the packet is rejected with a TCP reset; ' +
        'decided here: filter forward says reject: reject in uplink tcp/113',
      'SL0401 reject with port-unreachable tcp 203.0.113.9:40000 -> 10.1.2.3:113 in uplink out inside: expected `reject`, but the packet is rejected with a TCP reset; ' +
        'decided here: filter forward says reject: reject in uplink tcp/113',
      'SL0401 allow tcp 10.1.2.3:40000 -> 203.0.113.9:443 in inside out uplink becomes 198.51.100.8:40000: expected `allow`, but the packet becomes 198.51.100.7:40000 -> 203.0.113.9:443; ' +
        'decided here: nat says masquerade: nat { masquerade in inside out uplink }',
      'SL0401 allow tcp 10.1.2.3:40000 -> 10.0.0.1:22 in inside logged: expected `allow`, but the packet is not logged; ' +
        'decided here: filter input says allow: allow in inside ssh',
      'SL0401 allow tcp 10.1.2.3:40000 -> 10.0.0.1:22 in inside counted as ssh: expected `allow`, but the packet is not counted as `ssh`; ' +
        'decided here: filter input says allow: allow in inside ssh',
      'SL0401 allow udp 10.1.2.3:40000 -> 203.0.113.9:443 in inside out uplink ttl 1: expected `allow`, but the packet is refused by the host itself, with ICMP 11/0',
    ]);
  });

  it('say when it may fall either way', () => {
    expect(
      findings(`
mitigate in uplink { drop udp sample 1/10 }
expect { allow udp 203.0.113.9:1 -> 10.1.2.3:2 in uplink out inside }
`),
    ).toEqual([
      'SL0402 expect { allow udp 203.0.113.9:1 -> 10.1.2.3:2 in uplink out inside }: expected `allow`, but it may also be that the packet is dropped; ' +
        'decided here: mitigate says drop: mitigate in uplink { drop udp sample 1/10 }',
    ]);
  });

  it('ask for a route where none leads on', () => {
    expect(
      findings(`
nat { dnat in uplink to 192.0.2.80 https -> 10.0.0.5 }
expect { allow tcp 203.0.113.9:1 -> 192.0.2.80:443 in uplink becomes -> 10.0.0.5:443 }
`),
    ).toEqual([
      'SL0403 expect { allow tcp 203.0.113.9:1 -> 192.0.2.80:443 in uplink becomes -> 10.0.0.5:443 }: expected `allow`, but nothing leads to where the packet goes; ' +
        'decided here: nat says dnat: nat { dnat in uplink to 192.0.2.80 https -> 10.0.0.5 }',
    ]);
  });
});
