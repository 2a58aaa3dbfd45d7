/** The whole policy from its statements: a line for each kind. */
import type { FilterHook, MangleHook } from '../../grammar/ast/index.ts';
import type { SourceFile } from '../../grammar/source.ts';
import type { Findings } from '../2-resolve/findings.ts';
import type { BoundPolicy } from '../2-resolve/modules.ts';
import type { Inputs } from '../inputs.ts';
import type { ExpectationBlock, Policy } from '../model/policy.ts';
import { checkBalances } from './blocks/balance.ts';
import { essentialRules } from './blocks/essential.ts';
import { checkFilter } from './blocks/filter.ts';
import { Gathered } from './blocks/gathered.ts';
import { checkMitigates } from './blocks/mitigate.ts';
import { checkRuleBlock } from './blocks/rules.ts';
import { checkShapes } from './blocks/shape.ts';
import type { CheckSession } from './context.ts';
import { RULE_BUDGET } from './items/group-use.ts';
import { checkItems } from './items/index.ts';
import { policyName } from './origin.ts';
import { checkDefinitions } from './statements/definitions.ts';
import { checkExpects } from './statements/expect.ts';
import { reportSameNames } from './statements/names.ts';
import { checkQuestions } from './statements/questions.ts';
import { checkTargets } from './statements/target.ts';
import { unsupportedParts } from './statements/unsupported.ts';
import { reportOverlaps } from './statements/zones.ts';

const FILTER_HOOKS: readonly FilterHook[] = ['input', 'forward', 'output'];
const MANGLE_HOOKS: readonly MangleHook[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];

export interface CheckedBound {
  readonly policy: Policy;
  /** What `questions` ask. */
  readonly questions: readonly ExpectationBlock[];
}

/** Where something is wrong it is reported, and the policy lacks that part: nobody may use it then. */
export function checkBound(
  bound: BoundPolicy,
  main: SourceFile,
  inputs: Inputs,
  findings: Findings,
  questions: readonly SourceFile[] = [],
): CheckedBound {
  const session: CheckSession = {
    today: inputs.today,
    checkItems,
    usedGroups: new Set(),
    blockNames: new Set(),
    sharedLimits: new Map(),
    groupSizes: new Map(),
    sharedBodies: { rules: new Map(), keepsState: new Map() },
    groupSides: new Map(),
    ruleBudget: RULE_BUDGET,
  };
  const { zones, tables, memories } = bound;
  reportOverlaps(zones, findings);
  reportSameNames('zone', zones, findings);
  reportSameNames('table', tables, findings);
  reportSameNames('memory', memories, findings);
  const statements = new Gathered(bound, session);
  const essential = essentialRules(bound, session);
  const policy: Policy = {
    name: policyName(main),
    zones,
    tables,
    memories,
    mitigate: checkMitigates(statements.of('mitigate')),
    raw: checkRuleBlock(statements.of('raw'), 'raw', { kind: 'raw' }),
    // Which way a rule of `nat` translates decides what may stand in it; both begin as the same kind of place.
    nat: checkRuleBlock(statements.of('nat'), 'nat', { kind: 'dnat' }),
    filters: byHook(FILTER_HOOKS, statements.of('filter'), (written, hook) => checkFilter(written, hook, essential)),
    mangles: byHook(MANGLE_HOOKS, statements.of('mangle'), (written, hook) => {
      const block = checkRuleBlock(written, `mangle ${hook}`, { kind: 'mangle', hook });
      return block && { ...block, hook };
    }),
    count: checkRuleBlock(statements.of('count-block'), 'count', { kind: 'count' }),
    shapes: checkShapes(statements.of('shape')),
    balances: checkBalances(statements.of('balance'), bound),
    dispatch: checkRuleBlock(statements.of('dispatch'), 'dispatch', { kind: 'dispatch' }),
    expectations: checkExpects(statements.of('expect')),
    targets: checkTargets(statements.of('target'), zones),
    unsupported: unsupportedParts(statements),
  };
  checkDefinitions(bound, session);
  return { policy, questions: checkQuestions(questions, bound, session, findings) };
}

/** A block for each hook that has one. */
function byHook<Hook extends string, Written extends { readonly block: { readonly hook: Hook } }, Block>(
  hooks: readonly Hook[],
  written: readonly Written[],
  check: (written: readonly Written[], hook: Hook) => Block | undefined,
): Partial<Record<Hook, Block>> {
  const blocks: Partial<Record<Hook, Block>> = {};
  for (const hook of hooks) {
    const block = check(
      written.filter((each) => each.block.hook === hook),
      hook,
    );
    if (block) blocks[hook] = block;
  }
  return blocks;
}
