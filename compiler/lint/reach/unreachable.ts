import type { Label } from '../../../grammar/diagnostic.ts';
import { lineText, positionOf, type Span } from '../../../grammar/source.ts';
import { coverOfRule, type Cover } from '../packets/irreducible-cover.ts';
import { sourceRulesOf, type SourceRule } from '../packets/policy-coverage.ts';
import type { LintContext } from '../context.ts';
import { removalOf } from '../removal.ts';
import type { LintRule, Observation } from '../rule.ts';

export const unreachable: LintRule = {
  code: 'SL1401',
  name: 'unreachable',
  group: 'reach',
  severity: 'warning',
  title: 'a rule that no packet reaches',
  finds: `A rule that decides nothing, since the rules before it decide about all packets that it is for: one of them, or several
together. This is exact, over all packets: no such rule is missed, and none is named that some packet reaches. The rules that are
named keep all packets from it, and none of them could be left out; where at most twelve come into question, there is no smaller
set. Limits keep nothing for certain, so a rule behind one is reached. Questions that no field of a packet answers (memories, times,
addresses of interfaces) count as the same only where they are the same question. What rules write and others read (marks, DSCP,
memories) is taken for unknown: a rule that no packet reaches for its sake alone is not told.`,
  matters: `Its author believes that it does something. A \`drop\` that comes too late leaves a door open; an \`allow\` that comes too late
is a call at night. In long policies such rules pile up, and hide those that matter.`,
  remedy: 'Move the rule before those that are named, narrow these, or remove it.',
  bad: `filter forward default drop {
  allow from 10.1.2.0/25
  allow from 10.1.2.128/25
  drop from 10.1.2.0/24 tcp/25
}
`,
  good: `filter forward default drop {
  drop from 10.1.2.0/24 tcp/25
  allow from 10.1.2.0/25
  allow from 10.1.2.128/25
}
`,
  *run(context) {
    for (const rule of sourceRulesOf(context)) {
      if (rule.reach === 'unreached') yield unreachedBy(rule, coverOfRule(rule.entries), context);
      else if (rule.reach === 'unknown') yield undecided(rule);
    }
  },
};

const MOST_LABELS = 12;

function unreachedBy({ origin }: SourceRule, cover: Cover | undefined, context: LintContext): Observation {
  const { span } = origin;
  const fix = removalOf(span, context);
  if (!cover) return { span, message: 'no packet reaches this rule', fix };
  const { origins, packet, isSmallest } = cover;
  const one = origins.length === 1;
  const how = one ? 'the rule before it decides' : `${origins.length} rules before it decide together`;
  const labels = origins
    .slice(0, MOST_LABELS)
    .map((keeper): Label => ({ span: keeper.span, text: textOf(keeper.span, packet, one) }));
  const more = origins.length > MOST_LABELS ? ` (the first ${MOST_LABELS} are shown)` : '';
  const size = one || isSmallest ? '' : '; no rule of these could be left out';
  return {
    span,
    message: `no packet reaches this rule: ${how} about all that it is for${size}${more}`,
    hint: `For one: ${packet.text} is decided ${placeText(packet.keeper.span, span)}. Move the rule, or remove it.`,
    labels,
    fix,
  };

  function textOf(keeper: Span, { keeper: deciding }: Cover['packet'], isOnly: boolean): string {
    if (isOnly) return 'decides about all of its packets';
    return keeper === deciding.span
      ? 'decides about some of its packets, the one below among them'
      : 'about some of its packets';
  }
}

/** `in line 12, by allow from 10.0.0.0/9` */
function placeText({ source, start }: Span, own: Span): string {
  const { line } = positionOf(source, start);
  const file = source === own.source ? '' : ` of ${source.path}`;
  return `in line ${line}${file} (\`${lineText(source, line).trim()}\`)`;
}

function undecided({ origin }: SourceRule): Observation {
  return {
    span: origin.span,
    severity: 'note',
    message: 'whether a packet reaches this rule was not settled: the decision diagrams for it would be too large',
  };
}
