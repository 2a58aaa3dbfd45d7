import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { servicesIn, valuesOf } from './library.ts';

const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, dccp: 33, sctp: 132 };
const TITLES = new Map(Object.entries(PROTOCOLS).map(([name, number]) => [number, name]));

/** Debian's list (package netbase): chosen and kept by other people from the same registry. */
const NETBASE = '/etc/services';

/**
 * Transports that netbase lists, from the time when IANA gave every name both, and that a rule should not open: none of
 * these is answered there.
 */
const NOT_USED = new Set([
  'tacacs udp/49', // RFC 8907: TCP
  'snmp tcp/161', // RFC 3430, experimental and not deployed
  'radius tcp/1812', // RFC 6613 is spoken as radsec
  'radius-acct tcp/1813',
  'ldaps udp/636', // no DTLS for LDAP was ever specified
  'nut udp/3493', // network-ups-tools: TCP
]);

/** What IANA has registered and the protocol is specified for or run over, and netbase leaves out. */
const NOT_IN_NETBASE = new Set([
  'qotd udp/17', // RFC 865
  'netbios-ns tcp/137', // RFC 1002
  'epmap udp/135', // DCE 1.1
  'syslog-tls udp/6514', // RFC 6012
  'sip sctp/5060', // RFC 4168
  'amanda udp/10080', // its older `bsd` authentication
  'ms-wbt-server udp/3389', // MS-RDPEUDP
  'http-alt tcp/8008', // the second port of that name
  ...Array.from({ length: 63 }, (_, display) => `x11 tcp/${6001 + display}`), // RFC 1198; `x11-1` and so on there
]);

/** `domain udp/53` for every name and port of netbase's list. */
function entriesOfNetbase(): string[] {
  return readFileSync(NETBASE, 'utf8')
    .split('\n')
    .map((line) => /^([^#\s]+)\s+(\d+)\/(tcp|udp|dccp|sctp)\b/.exec(line))
    .filter((match) => match !== null)
    .map(([, name, port, protocol]) => `${name} ${protocol}/${port}`);
}

function nameOf(entry: string): string {
  return entry.slice(0, entry.indexOf(' '));
}

describe('std.services', () => {
  const values = valuesOf('services');

  /** `domain udp/53` for every port of a service. */
  function entriesOf(name: string): string[] {
    return [...servicesIn(values, name).service.numberIntervals()].flatMap(([low, high]) =>
      Array.from({ length: high - low + 1 }, (_, k) => low + k).map(
        (port) => `${name} ${TITLES.get(port >>> 16)}/${port & 0xffff}`,
      ),
    );
  }

  it('has a few hundred names, each of which stands for something', () => {
    expect(values.size).toBeGreaterThan(300);
    for (const name of values.keys()) expect(servicesIn(values, name).isEmpty(), name).toBe(false);
  });

  it('speaks of protocols that have ports, and of those that `ipsec` is made of', () => {
    const withWholeProtocols = [...values.keys()].filter((name) => !servicesIn(values, name).protocol.isEmpty());
    expect(withWholeProtocols).toEqual(['ipsec']);
    expect([...servicesIn(values, 'ipsec').protocol.numberIntervals()]).toEqual([[50, 51]]);
    for (const name of values.keys()) {
      for (const entry of entriesOf(name)) expect(entry).toMatch(/^\S+ (?:tcp|udp|dccp|sctp)\/[1-9]\d*$/);
    }
  });

  it('agrees with netbase wherever both have a name', (context) => {
    context.skip(!existsSync(NETBASE), `no ${NETBASE}: install netbase`);
    const theirs = entriesOfNetbase();
    const shared = new Set(theirs.map(nameOf).filter((name) => values.has(name)));
    expect(shared.size).toBeGreaterThan(100);
    const ours = [...shared].flatMap(entriesOf);
    const missing = theirs.filter((entry) => shared.has(nameOf(entry)) && !ours.includes(entry));
    const more = ours.filter((entry) => !theirs.includes(entry));
    expect(new Set(missing)).toEqual(NOT_USED);
    expect(new Set(more)).toEqual(NOT_IN_NETBASE);
  });

  it.each([
    ['dns', 'domain'],
    ['smb', 'microsoft-ds'],
    ['rdp', 'ms-wbt-server'],
    ['vnc', 'rfb'],
    ['smtps', 'submissions'],
    ['mssql', 'ms-sql-s'],
    ['rtp', 'avt-profile-1'],
    ['whois', 'nicname'],
    ['jetdirect', 'pdl-datastream'],
  ])('calls %s what is registered as %s', (short, registered) => {
    expect(servicesIn(values, short).service.equals(servicesIn(values, registered).service)).toBe(true);
  });
});
