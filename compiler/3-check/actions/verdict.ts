/** `allow`, `drop`, `reject [with …]`, `synproxy`, `leave` */
import type { RejectReason, Verdict as VerdictSyntax } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { wantInteger } from '../../2-resolve/wanted/scalars.ts';
import type { Condition } from '../../model/condition.ts';
import type { Verdict } from '../../model/policy.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import type { RuleContext } from '../context.ts';
import { protocolsOf } from '../families.ts';
import { LEAVE_OUTSIDE_GROUP, NEEDS_PROTOCOL } from '../problems.ts';
import { isActionLegal } from './legal.ts';

type Of<Kind extends VerdictSyntax['kind']> = Extract<VerdictSyntax, { readonly kind: Kind }>;

type Checkers = {
  readonly [Kind in VerdictSyntax['kind']]: (
    verdict: Of<Kind>,
    condition: Condition,
    context: RuleContext,
  ) => Verdict | undefined;
};

const checkers: Checkers = {
  allow: () => ({ kind: 'allow' }),
  drop: () => ({ kind: 'drop' }),
  reject: (verdict, condition, context) => {
    const { reason } = verdict;
    if (reason === 'tcp-reset' && !needsTcp('a TCP reset answers', verdict, condition, context)) return undefined;
    return { kind: 'reject', reason };
  },
  synproxy: checkSynproxy,
  leave: (verdict, _, context) => {
    if (context.groups.length > 0 || !context.place) return { kind: 'leave' };
    report(context, LEAVE_OUTSIDE_GROUP, verdict.span, '`leave` stands in no group here', {
      hint: 'In a block of its own, `allow` or `drop` end the way through its rules.',
    });
    return undefined;
  },
};

/** `condition` is what the rule's clauses come to. */
export function checkVerdict(verdict: VerdictSyntax, condition: Condition, context: RuleContext): Verdict | undefined {
  const legal = isActionLegal(verdict.kind, verdict.span, context);
  const check = checkers[verdict.kind] as (
    verdict: VerdictSyntax,
    condition: Condition,
    context: RuleContext,
  ) => Verdict | undefined;
  const checked = check(verdict, condition, context);
  return legal ? checked : undefined;
}

const GREATEST_WINDOW_SCALE = 14;

function checkSynproxy(verdict: Of<'synproxy'>, condition: Condition, context: RuleContext): Verdict | undefined {
  const mss =
    verdict.mss && wantInteger(verdict.mss, { title: 'a segment size', minimum: 536, maximum: 65495 }, context);
  const windowScale =
    verdict.windowScale &&
    wantInteger(verdict.windowScale, { title: 'a window scale', minimum: 0, maximum: GREATEST_WINDOW_SCALE }, context);
  if (!needsTcp('a SYN proxy works', verdict, condition, context)) return undefined;
  const { timestamps, selectiveAck } = verdict;
  return { kind: 'synproxy', mss, windowScale, timestamps, selectiveAck };
}

const TCP = IntervalSet.of(8, 6);

function needsTcp(what: string, verdict: VerdictSyntax, condition: Condition, context: RuleContext): boolean {
  if (protocolsOf(condition).isSubsetOf(TCP)) return true;
  report(context, NEEDS_PROTOCOL, verdict.span, `${what} for TCP only, and this rule is for other protocols too`, {
    hint: 'Add a service: `tcp`, `tcp/443`.',
  });
  return false;
}

/** Reasons as a filter's default may give them. */
export function defaultVerdict(verdict: 'allow' | 'drop' | 'reject', reason: RejectReason | undefined): Verdict {
  return verdict === 'reject' ? { kind: 'reject', reason } : { kind: verdict };
}
