/** All targets, one a line. */
import type { Extension } from '../options.ts';
import { accept } from './accept.ts';
import { audit } from './audit.ts';
import { changeSet } from './change-set.ts';
import { checksum } from './checksum.ts';
import { classify } from './classify.ts';
import { clusterip } from './clusterip.ts';
import { connmark } from './connmark.ts';
import { connsecmark } from './connsecmark.ts';
import { ct } from './ct.ts';
import { dnat } from './dnat.ts';
import { dnpt } from './dnpt.ts';
import { drop } from './drop.ts';
import { dscp } from './dscp.ts';
import { ecn } from './ecn.ts';
import { hl } from './hl.ts';
import { hmark } from './hmark.ts';
import { idletimer } from './idletimer.ts';
import { led } from './led.ts';
import { log } from './log.ts';
import { mark } from './mark.ts';
import { masquerade } from './masquerade.ts';
import { netmap } from './netmap.ts';
import { nflog } from './nflog.ts';
import { nfqueue } from './nfqueue.ts';
import { notrack } from './notrack.ts';
import { rateest } from './rateest.ts';
import { redirect } from './redirect.ts';
import { reject } from './reject.ts';
import { returns } from './return.ts';
import { secmark } from './secmark.ts';
import { snat } from './snat.ts';
import { snpt } from './snpt.ts';
import { synproxy } from './synproxy.ts';
import { tcpmss } from './tcpmss.ts';
import { tcpoptstrip } from './tcpoptstrip.ts';
import { tee } from './tee.ts';
import { tos } from './tos.ts';
import { tproxy } from './tproxy.ts';
import { trace } from './trace.ts';
import { ttl } from './ttl.ts';
import { ulog } from './ulog.ts';

export const TARGETS: readonly Extension[] = [
  accept,
  audit,
  changeSet,
  checksum,
  classify,
  clusterip,
  connmark,
  connsecmark,
  ct,
  dnat,
  dnpt,
  drop,
  dscp,
  ecn,
  hl,
  hmark,
  idletimer,
  led,
  log,
  mark,
  masquerade,
  netmap,
  nflog,
  nfqueue,
  notrack,
  rateest,
  redirect,
  reject,
  returns,
  secmark,
  snat,
  snpt,
  synproxy,
  tcpmss,
  tcpoptstrip,
  tee,
  tos,
  tproxy,
  trace,
  ttl,
  ulog,
];
