/**
 * Words that mean something in one place only: each list is closed, so a misspelt word gets a proposal, and none of
 * them is lost to names elsewhere.
 */

/** Every word with a hyphen that the language knows. Other names are `snake_case`, or quoted. */
export const HYPHENATED_WORDS: ReadonlySet<string> = new Set([
  // reasons of a reject
  'tcp-reset',
  'port-unreachable',
  'host-unreachable',
  'net-unreachable',
  'protocol-unreachable',
  'admin-prohibited',
  'net-prohibited',
  'host-prohibited',
  // ICMP and ICMPv6 types, as IANA and nft name them
  'echo-request',
  'echo-reply',
  'destination-unreachable',
  'time-exceeded',
  'parameter-problem',
  'packet-too-big',
  'source-quench',
  'timestamp-request',
  'timestamp-reply',
  'address-mask-request',
  'address-mask-reply',
  'info-request',
  'info-reply',
  'extended-echo-request',
  'extended-echo-reply',
  'router-solicitation',
  'router-advertisement',
  'router-renumbering',
  'neighbour-solicitation',
  'neighbour-advertisement',
  'neighbor-solicitation',
  'neighbor-advertisement',
  'inverse-neighbour-solicitation',
  'inverse-neighbour-advertisement',
  'inverse-neighbor-solicitation',
  'inverse-neighbor-advertisement',
  'listener-query',
  'listener-report',
  'listener-done',
  'listener-report-v2',
  'certification-path-solicitation',
  'certification-path-advertisement',
  'multicast-router-advertisement',
  'multicast-router-solicitation',
  'multicast-router-termination',
  // NICs
  'ipu-e2000',
  'pensando-dsc',
]);

/** A bond's mode is written like this in every manual, though it begins with a number. */
export const LACP_MODE = '802.3ad';

/**
 * Protocols that stand for themselves where a service is expected: `drop gre`, `allow udp`. The same names are known
 * to the checker by number; `proto N` is for the others.
 */
export const PROTOCOL_WORDS: ReadonlySet<string> = new Set([
  'igmp',
  'ipip',
  'tcp',
  'egp',
  'udp',
  'dccp',
  'rsvp',
  'gre',
  'esp',
  'ah',
  'icmpv6',
  'eigrp',
  'ospf',
  'etherip',
  'pim',
  'ipcomp',
  'vrrp',
  'l2tp',
  'isis',
  'sctp',
  'udplite',
  'mpls_in_ip',
  'hip',
  'shim6',
]);

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export const TCP_FLAGS = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'] as const;

export const FLOW_STATES = ['new', 'established', 'related', 'invalid', 'untracked'] as const;

export const LOG_LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'] as const;

export const REJECT_REASONS = [
  'tcp-reset',
  'port-unreachable',
  'host-unreachable',
  'net-unreachable',
  'protocol-unreachable',
  'admin-prohibited',
  'net-prohibited',
  'host-prohibited',
] as const;

export const COLUMN_TYPES = [
  'u8',
  'u16',
  'u32',
  'u64',
  'bool',
  'string',
  'ipv4',
  'ipv6',
  'ip',
  'prefix4',
  'prefix6',
  'prefix',
  'port',
  'ports',
  'proto',
  'mac',
  'rate',
  'size',
  'duration',
  'date',
  'enum',
] as const;

export const FILTER_HOOKS = ['input', 'forward', 'output'] as const;

export const MANGLE_HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const;

/** How a plane may be attached or built; what is none of these behind a plane's name is the next setting. */
export const PLANE_VARIANTS: ReadonlySet<string> = new Set([
  'bmv2',
  'dpdk',
  'generic',
  'ipu-e2000',
  'native',
  'offload',
  'pensando-dsc',
  'pna',
  'psa',
  'tna',
  'v1model',
]);

/** What a line of a `host` block may begin with. */
export const HOST_SETTINGS: ReadonlySet<string> = new Set(['bond', 'queues', 'sockets', 'conntrack', 'reverse_path']);
