/** All targets, one a line. */
import type { Extension } from '../options.ts';
import { accept } from './accept.ts';
import { classify } from './classify.ts';
import { connmark } from './connmark.ts';
import { ct } from './ct.ts';
import { dnat } from './dnat.ts';
import { drop } from './drop.ts';
import { dscp } from './dscp.ts';
import { log } from './log.ts';
import { mark } from './mark.ts';
import { masquerade } from './masquerade.ts';
import { nflog } from './nflog.ts';
import { notrack } from './notrack.ts';
import { redirect } from './redirect.ts';
import { reject } from './reject.ts';
import { returns } from './return.ts';
import { snat } from './snat.ts';
import { tcpmss } from './tcpmss.ts';

export const TARGETS: readonly Extension[] = [
  accept,
  classify,
  connmark,
  ct,
  dnat,
  drop,
  dscp,
  log,
  mark,
  masquerade,
  nflog,
  notrack,
  redirect,
  reject,
  returns,
  snat,
  tcpmss,
];
