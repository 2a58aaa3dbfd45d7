/** Explained plans for people: a tree a stage, with what its steps cost, beside the lines that they carry out. */
import type {
  Expense,
  ExplainedPlane,
  ExplainedStage,
  ExplainedStep,
  MetRule,
  RuleExpense,
} from '../../compiler/explain/explained.ts';
import { classLines } from './class-table.ts';
import { deviceLines } from './explained-device.ts';
import { formatBytes, formatCount, formatNanoseconds } from './numbers.ts';
import { linesText } from './policy-lines.ts';
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
export function planText({ target, plane, stages, device }: ExplainedPlane, options: PlanTextOptions): string {
  const lines = [
    `${target}, ${plane}`,
    ...stages.flatMap((stage) => ['', ...stageLines(stage, options)]),
    ...(device ? ['', ...deviceLines(device, options.mainPath)] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Shown where packets were counted. */
const PACKETS_COLUMN = 5;

function stageLines(stage: ExplainedStage, options: PlanTextOptions): readonly string[] {
  const { name, before, expense, steps, alternatives } = stage;
  const isCounted = steps.some(({ packets }) => packets !== undefined);
  const isMeasured = steps.some(({ memory }) => memory !== undefined);
  const rowsWithPackets = [
    [name, '', ...(expense ? ['expected', 'worst'] : ['', '']), isMeasured ? 'memory' : '', 'packets', 'lines'],
    ...rowsOf(steps, '', options),
    ...(expense ? [wholeRow(expense, steps)] : []),
  ];
  const [head = '', ...rows] = isCounted
    ? tableLines(rowsWithPackets, ['left', 'left', 'right', 'right', 'right', 'right', 'left'])
    : tableLines(
        rowsWithPackets.map((row) => row.toSpliced(PACKETS_COLUMN, 1)),
        ['left', 'left', 'right', 'right', 'right', 'left'],
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

function wholeRow({ expected, worst }: Expense, steps: readonly ExplainedStep[]): string[] {
  const memory = steps.reduce((sum, step) => sum + (step.memory ?? 0), 0);
  return ['in all', '', formatNanoseconds(expected), formatNanoseconds(worst), formatBytes(memory), '', ''];
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
  if (rest > 0) rows.push([`${indent}└─ … ${formatCount(rest)} more (--all shows them)`, '', '', '', '', '', '']);
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
    step.memory === undefined ? '' : formatBytes(step.memory),
    step.packets === undefined ? '' : formatCount(step.packets),
    step.lines.map((lines) => linesText(lines, mainPath, MOST_RUNS)).join('; '),
  ];
}

function shortened(title: string): string {
  return title.length <= LONGEST_TITLE ? title : `${title.slice(0, LONGEST_TITLE - 1)}…`;
}

/** So many runs of lines are written out. */
const MOST_RUNS = 4;

function expenseText({ expected, worst }: Expense): string {
  return `expected ${formatNanoseconds(expected)}, worst ${formatNanoseconds(worst)}`;
}

/** So many rules that were met are shown, those that most packets met. */
const MOST_MET = 20;

/** Rules by the packets that met them, and those that none has met. */
export function metText(rules: readonly MetRule[], { mainPath, all }: PlanTextOptions): string {
  const placeOf = ({ path, line }: MetRule): string => (path === mainPath ? `${line}` : `${path}:${line}`);
  const met = rules.filter(({ packets }) => packets > 0);
  const never = rules.filter(({ packets }) => packets === 0);
  const shown = all ? met : met.slice(0, MOST_MET);
  const rest = met.length - shown.length;
  const total = met.reduce((sum, { packets }) => sum + packets, 0);
  const rows = shown.map((rule) => [
    formatCount(rule.packets),
    `${((100 * rule.packets) / total).toFixed(1)} %`,
    placeOf(rule),
    rule.text,
  ]);
  const lines = [
    `rules that packets met (${formatCount(met.length)} of ${formatCount(rules.length)})`,
    ...tableLines(rows, ['right', 'right', 'left', 'left'], '  '),
    ...(rest > 0 ? [`  … ${formatCount(rest)} more (--all shows them)`] : []),
    ...(never.length > 0 ? ['', `rules that no packet met (${formatCount(never.length)})`] : []),
    ...tableLines(
      never.map((rule) => [placeOf(rule), rule.text]),
      ['left', 'left'],
      '  ',
    ),
  ];
  return `${lines.join('\n')}\n`;
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
