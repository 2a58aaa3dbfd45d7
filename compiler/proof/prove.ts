/**
 * The proof that a Plan means what its Program means: both as functions of all packets, compared decision by decision and
 * register by register. It shares no code with the passes; what it takes for granted is in README.md.
 */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Table } from '../model/table.ts';
import { everyRule } from '../4-program/every-rule.ts';
import type { Program, ProgramItem, Stage } from '../4-program/program.ts';
import type { Plan, PlanNode, StagePlan } from '../6-plan/plan.ts';
import { likelyOrders } from './likely-orders.ts';
import { OutOfBudget } from './node-table.ts';
import { childrenOf } from './plan-meaning.ts';
import { PROBLEMS } from './problems.ts';
import { inSomeOrder } from './some-order.ts';
import { compareStage, type Difference } from './stage-proof.ts';
import { Unprovable } from './unprovable.ts';

/** What was proved of one stage. */
export interface ProvedStage {
  readonly stage: Stage['id'];
  /** Rules of the Program, one for each conjunction and family. */
  readonly rules: number;
  /** Tables whose rows were one unknown: the plan's lookup and the policy's `each` find it by the same key. */
  readonly byKey: readonly string[];
  /** Of a device before the host: how many of its rules, with which packets meet what they meet without them. */
  readonly ahead?: number;
}

/** Bytes for diagrams unless said otherwise. */
const PROOF_BUDGET = 2 ** 30;
/** Tables of no more rows than this are walked row by row where the short way finds a difference: then it names a row. */
const MOST_WALKED_ROWS = 4096;

/** Proves a plan. Without an error in `diagnostics`, every packet meets by the plan what it meets by the program. */
export function provePlan(
  program: Program,
  plan: Plan,
  budget: number = PROOF_BUDGET,
): { readonly proved: readonly ProvedStage[]; readonly diagnostics: readonly Diagnostic[] } {
  const proved: ProvedStage[] = [];
  const diagnostics: Diagnostic[] = [];
  program.stages.forEach((stage, index) => {
    const planned = plan.stages[index];
    const result = planned?.stage === stage ? proveStage(stage, planned, program, budget) : otherStage(stage);
    if ('code' in result) diagnostics.push(result);
    else proved.push(result);
  });
  const more = plan.stages[program.stages.length];
  if (more) diagnostics.push(otherStage(more.stage));
  return { proved, diagnostics };
}

function otherStage({ id, origin }: Stage): Diagnostic {
  return diagnostic(PROBLEMS.planDiffers, origin.span, `the plan and the policy have different rules for ${id}`);
}

/** `what` is held against the rules, for messages. */
export function proveStage(
  stage: Stage,
  plan: StagePlan,
  program: Program,
  budget = PROOF_BUDGET,
  what = 'the plan',
): ProvedStage | Diagnostic {
  const lookedUp = lookedUpTables(plan);
  // Tables that a pass has made stand in no `each`: they are walked row by row.
  const byKey = [...tablesOf([...stage.implied, ...stage.items])].filter((table) => lookedUp.has(table));
  const orders = likelyOrders(stage, program.zones);
  const compare = (unknown: readonly Table[]) =>
    inSomeOrder(orders, budget, (diagrams, layout) =>
      compareStage({ stage, plan, zones: program.zones, unknown: new Set(unknown), diagrams, layout }),
    );
  let answer = answered(() => compare(byKey));
  const rows = byKey.reduce((sum, { rowCount }) => sum + rowCount, 0);
  if (answer !== undefined && byKey.length > 0 && rows <= MOST_WALKED_ROWS) answer = answered(() => compare([]));
  if (answer) return finding(answer, stage, what);
  return { stage: stage.id, rules: countRules(stage), byKey: byKey.map(({ name }) => name) };
}

/** A difference, or why none was looked for; undefined: there is none. */
type Answer = Difference | Unprovable | OutOfBudget | undefined;

function answered(compare: () => Difference | undefined): Answer {
  try {
    return compare();
  } catch (error) {
    if (error instanceof Unprovable || error instanceof OutOfBudget) return error;
    throw error;
  }
}

function finding(answer: NonNullable<Answer>, stage: Stage, what: string): Diagnostic {
  if (answer instanceof OutOfBudget) {
    const message = `the proof of ${stage.id} needs more than ${answer.budget / 2 ** 20} MiB for its decision diagrams`;
    return diagnostic(PROBLEMS.proofTooLarge, stage.origin.span, message, {
      hint: 'Split the block into smaller policies, or leave the proof out with `--no-proof`; the output then says so.',
    });
  }
  if (answer instanceof Unprovable) {
    const message = `${what} of ${stage.id} could not be proved: ${answer.message}`;
    return diagnostic(PROBLEMS.noVerdict, answer.origin.span, message, {
      hint: 'This is a fault in Sluice. `--no-proof` writes the plan unproved, and says so in the output.',
    });
  }
  return differenceFinding(answer, stage, what);
}

function differenceFinding({ what, packet, policy, plan }: Difference, stage: Stage, subject: string): Diagnostic {
  const rules = [...new Map([...policy.rules, ...plan.rules].map((rule) => [rule.origin.span, rule])).values()];
  const message = [
    `${subject} of ${stage.id} does not mean what the policy says about the ${what} of this packet:`,
    packet,
    `by the policy: ${policy.outcome}`,
    `by ${subject}: ${plan.outcome}`,
  ].join('\n');
  return diagnostic(PROBLEMS.planDiffers, rules[0]?.origin.span ?? stage.origin.span, message, {
    labels: rules
      .slice(1, 1 + MOST_LABELS)
      .map(({ origin }) => ({ span: origin.span, text: 'the packet meets this, too' })),
    hint: 'This is a fault in Sluice: please report it. `--without PASS` leaves out a pass of the planner.',
  });
}

const MOST_LABELS = 4;

/** The tables of which the stage has rules for each row, in the order in which they come. */
function tablesOf(items: readonly ProgramItem[]): ReadonlySet<Table> {
  const tables = new Set<Table>();
  for (const item of items) {
    if (item.kind === 'rule') continue;
    if (item.kind === 'each') tables.add(item.row.table);
    for (const table of tablesOf(item.items)) tables.add(table);
  }
  return tables;
}

function lookedUpTables({ eachPacket, body }: StagePlan): ReadonlySet<Table> {
  const tables = new Set<Table>();
  const open: PlanNode[] = [eachPacket, body];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.kind === 'lookup') tables.add(node.row.table);
    open.push(...childrenOf(node));
  }
  return tables;
}

function countRules({ implied, items }: Stage): number {
  return everyRule([...implied, ...items]).length;
}
