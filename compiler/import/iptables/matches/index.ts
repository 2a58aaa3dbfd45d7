/** All matches, one a line. */
import type { Extension } from '../options.ts';
import { addrtype } from './addrtype.ts';
import { comment } from './comment.ts';
import { connmark } from './connmark.ts';
import { conntrack } from './conntrack.ts';
import { dccp } from './dccp.ts';
import { dscp } from './dscp.ts';
import { hashlimit } from './hashlimit.ts';
import { hl } from './hl.ts';
import { icmp } from './icmp.ts';
import { icmp6 } from './icmp6.ts';
import { iprange } from './iprange.ts';
import { length } from './length.ts';
import { limit } from './limit.ts';
import { mac } from './mac.ts';
import { mark } from './mark.ts';
import { multiport } from './multiport.ts';
import { policy } from './policy.ts';
import { recent } from './recent.ts';
import { rpfilter } from './rpfilter.ts';
import { sctp } from './sctp.ts';
import { state } from './state.ts';
import { tcp } from './tcp.ts';
import { ttl } from './ttl.ts';
import { udp } from './udp.ts';
import { udplite } from './udplite.ts';

export const MATCHES: readonly Extension[] = [
  addrtype,
  comment,
  connmark,
  conntrack,
  dccp,
  dscp,
  hashlimit,
  hl,
  icmp,
  icmp6,
  iprange,
  length,
  limit,
  mac,
  mark,
  multiport,
  policy,
  recent,
  rpfilter,
  sctp,
  state,
  tcp,
  ttl,
  udp,
  udplite,
];
