/** Explained plans for people: a tree a stage, with what its steps cost, beside the lines that they carry out. */
import type {
  Expense,
  ExplainedPlane,
  ExplainedStage,
  ExplainedStep,
  PolicyLines,
  RuleExpense,
} from '../../compiler/explain/explained.ts';
import { classLines } from './class-table.ts';
import { formatCount, formatNanoseconds } from './numbers.ts';
import { tableLines } from './table.ts';

export interface PlanTextOptions {
  /** Lines of this file are shown without its name. */
  readonly mainPath: string;
  /** Show every step, however many there are. */
  readonly all: boolean;
}

/** So many ways that exclude each other are shown of a step, the dearest first. */
const MOST_WAYS = 6;
const LONGEST_TITLE = 76;

/** Lines, each with its end. */
export function planText({ target, plane, stages }: ExplainedPlane, options: PlanTextOptions): string {
  const lines = [`${target}, ${plane}`, ...stages.flatMap((stage) => ['', ...stageLines(stage, options)])];
  return `${lines.join('\n')}\n`;
}

function stageLines(stage: ExplainedStage, options: PlanTextOptions): readonly string[] {
  const { name, before, expense, steps, alternatives } = stage;
  const [head = '', ...rows] = tableLines(
    [
      [name, '', ...(expense ? ['expected', 'worst'] : ['', '']), 'lines'],
      ...rowsOf(steps, '', options),
      ...(expense ? [['in all', '', formatNanoseconds(expense.expected), formatNanoseconds(expense.worst), '']] : []),
    ],
    ['left', 'left', 'right', 'right', 'left'],
  );
  return [
    head,
    ...before.map((remark) => `  first, ${remark}`),
    ...rows,
    ...(stage.default === undefined ? [] : [`  what no rule decides about: ${stage.default}`]),
    ...alternatives.map(({ without, expense: other }) => `  without ${without}: ${expenseText(other)}`),
    ...(stage.classes ? ['', ...classLines(stage.classes, options.all)] : []),
  ];
}

function rowsOf(steps: readonly ExplainedStep[], indent: string, options: PlanTextOptions): string[][] {
  const shown = options.all || steps.length <= MOST_WAYS * 2 ? steps : dearest(steps);
  const rest = steps.length - shown.length;
  const rows = shown.flatMap((step, index) => {
    const isLast = index === shown.length - 1 && rest === 0;
    return [
      rowOf(step, `${indent}${isLast ? '└─ ' : '├─ '}`, options),
      ...rowsOf(step.steps, `${indent}${isLast ? '   ' : '│  '}`, options),
    ];
  });
  if (rest > 0) rows.push([`${indent}└─ … ${formatCount(rest)} more (--all shows them)`, '', '', '', '']);
  return rows;
}

/** Those of the highest cost, in their order. */
function dearest(steps: readonly ExplainedStep[]): readonly ExplainedStep[] {
  const ranked = steps.toSorted((a, b) => (b.expense?.worst ?? 0) - (a.expense?.worst ?? 0)).slice(0, MOST_WAYS);
  const chosen = new Set(ranked);
  return steps.filter((step) => chosen.has(step));
}

function rowOf(step: ExplainedStep, lead: string, { mainPath }: PlanTextOptions): string[] {
  const number = step.shared === undefined ? '' : ` [${step.shared}]`;
  const { expense } = step;
  return [
    `${lead}${shortened(step.title)}${number}`,
    step.lookup ?? '',
    expense ? formatNanoseconds(expense.expected) : '',
    expense ? formatNanoseconds(expense.worst) : '',
    step.lines.map((lines) => linesText(lines, mainPath)).join('; '),
  ];
}

function shortened(title: string): string {
  return title.length <= LONGEST_TITLE ? title : `${title.slice(0, LONGEST_TITLE - 1)}…`;
}

/** So many runs of lines are written out. */
const MOST_RUNS = 4;

/** `12, 14-20`, with the file's name unless it is the main one. */
function linesText({ path, lines }: PolicyLines, mainPath: string): string {
  const runs: [number, number][] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last && line === last[1] + 1) last[1] = line;
    else runs.push([line, line]);
  }
  const texts = runs.slice(0, MOST_RUNS).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  const text = `${texts.join(', ')}${runs.length > MOST_RUNS ? ', …' : ''}`;
  return path === mainPath ? text : `${path}:${text}`;
}

function expenseText({ expected, worst }: Expense): string {
  return `expected ${formatNanoseconds(expected)}, worst ${formatNanoseconds(worst)}`;
}

/** What a rule costs, a table row a stage. */
export function ruleText(rules: readonly RuleExpense[]): string {
  const lines = rules.flatMap(({ stage, text, expense }) => [
    `${stage}: ${text}`,
    ...(expense
      ? [`  alone:         ${expenseText(expense.alone)}`, `  at the margin: ${expenseText(expense.margin)}`]
      : ['  its plane finds all rules at once: no rule has a cost of its own']),
  ]);
  return `${lines.join('\n')}\n`;
}
