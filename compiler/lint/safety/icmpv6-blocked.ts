import { coveragesOf } from '../packets/policy-coverage.ts';
import type { StageCoverage } from '../packets/stage-coverage.ts';
import { ruleOf } from '../packets/entries.ts';
import { isAllow } from '../rule-atoms.ts';
import type { Stage } from '../../4-program/program.ts';
import type { LintRule } from '../rule.ts';

interface Needed {
  readonly type: number;
  readonly what: string;
  /** What it is for. */
  readonly why: string;
}

/** RFC 4890, 4.3.1 and 4.4.1. */
const ERRORS: readonly Needed[] = [
  { type: 1, what: 'destination unreachable', why: 'connections hang instead of failing' },
  { type: 2, what: 'packet too big', why: 'path MTU discovery fails, and connections hang' },
];
const NEIGHBORS: readonly Needed[] = [
  { type: 135, what: 'neighbor solicitation', why: 'no host on the link finds another' },
  { type: 136, what: 'neighbor advertisement', why: 'no host on the link finds another' },
];

export const icmpv6Blocked: LintRule = {
  code: 'SL1412',
  name: 'icmpv6-blocked',
  group: 'safety',
  severity: 'warning',
  title: 'ICMPv6 that IPv6 cannot do without',
  finds: `A filter that refuses neighbor discovery (\`filter input\` and \`filter output\`), or the errors that end or shorten what a host
sends (\`packet too big\`, \`destination unreachable\`), from any address: RFC 4890, 4.3.1 and 4.4.1. In stateful filters the errors come
with their flow, so only a rule for each packet can refuse them.`,
  matters: 'IPv6 then works for small packets, or for minutes, or not at all: faults that take days to find.',
  remedy: 'Leave out `essential off`, or allow these types: `std.essential` has the list.',
  bad: `filter input default drop {
  essential off
  allow tcp/443
}
`,
  good: `filter input default drop {
  allow tcp/443
}
`,
  *run(context) {
    for (const coverage of coveragesOf(context)) {
      const { stage } = coverage.entries;
      for (const needed of neededBy(stage)) {
        const refusal = refusalOf(coverage, needed.type);
        if (refusal === undefined) continue;
        yield {
          span: refusal.span,
          message: `\`${stage.id}\` refuses ICMPv6 ${needed.type} (${needed.what}): ${needed.why}`,
        };
      }
    }
  },
};

function neededBy({ id, stateful }: Stage): readonly Needed[] {
  if (id === 'filter input' || id === 'filter output') return stateful ? NEIGHBORS : [...NEIGHBORS, ...ERRORS];
  return id === 'filter forward' && !stateful ? ERRORS : [];
}

/** What refuses a message of the type that has nothing special about it; undefined: nothing does. */
function refusalOf(coverage: StageCoverage, type: number) {
  const { entries } = coverage;
  const point = new Map<string, number | bigint>([
    ['transport', 58 << 17],
    ['icmp6/real', type << 8],
    ['icmp4/real', 65_536],
    ['tcp flags/real', 256],
    ['source port/real', 65_536],
    ['source/real', LINK_LOCAL + 1n],
    ['destination/real', type === 135 ? SOLICITED : LINK_LOCAL + 2n],
    ['ttl/real', type >= 133 ? 255 : 60],
  ]);
  const decider = coverage.firstAt(point, 6);
  if (decider === undefined) {
    const { default: verdict, origin } = entries.stage;
    return verdict && verdict.kind !== 'allow' ? origin : undefined;
  }
  const rule = ruleOf(entries, decider);
  return isAllow(rule) || rule.decision?.kind !== 'verdict' ? undefined : rule.origin;
}

/** fe80:: */
const LINK_LOCAL = 0xfe80n << 112n;
/** ff02::1:ff00:2 */
const SOLICITED = (0xff02n << 112n) | 0x1_ff00_0002n;
