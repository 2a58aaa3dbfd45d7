/** Ports as dumps have them: numbers, names of /etc/services, ranges with a colon. */

/** The names that iptables without `-n` and hand-written files use most (IANA). iptables-save itself writes numbers. */
const NAMES: Readonly<Record<string, number>> = {
  ftp: 21,
  'ftp-data': 20,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  bootps: 67,
  bootpc: 68,
  tftp: 69,
  http: 80,
  www: 80,
  kerberos: 88,
  pop3: 110,
  sunrpc: 111,
  auth: 113,
  ident: 113,
  nntp: 119,
  ntp: 123,
  epmap: 135,
  'netbios-ns': 137,
  'netbios-dgm': 138,
  'netbios-ssn': 139,
  imap: 143,
  imap2: 143,
  snmp: 161,
  snmptrap: 162,
  bgp: 179,
  ldap: 389,
  https: 443,
  'microsoft-ds': 445,
  isakmp: 500,
  syslog: 514,
  ipp: 631,
  ldaps: 636,
  rsync: 873,
  imaps: 993,
  pop3s: 995,
  openvpn: 1194,
  mysql: 3306,
  sip: 5060,
  postgresql: 5432,
  mdns: 5353,
  'ipsec-nat-t': 4500,
};

const GREATEST = 65535;

export type PortRange = readonly [low: number, high: number];

export function parsePort(text: string): number | undefined {
  const port = /^\d+$/.test(text) ? Number(text) : NAMES[text];
  return port === undefined || port > GREATEST ? undefined : port;
}

/** `22`, `1024:65535`, `:1023`, `1024:`; undefined where it is no range. */
export function parsePorts(text: string): PortRange | undefined {
  const [low = '', high] = text.split(':');
  const first = low === '' ? 0 : parsePort(low);
  const last = high === undefined ? first : high === '' ? GREATEST : parsePort(high);
  return first === undefined || last === undefined || first > last ? undefined : [first, last];
}

/** What is in none of the ranges. */
export function complement(ranges: readonly PortRange[]): PortRange[] {
  const rest: PortRange[] = [];
  let next = 0;
  for (const [low, high] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (low > next) rest.push([next, low - 1]);
    next = Math.max(next, high + 1);
  }
  if (next <= GREATEST) rest.push([next, GREATEST]);
  return rest;
}

export function portItem([low, high]: PortRange): string {
  return low === high ? String(low) : `${low}-${high}`;
}
