/** What the page of `sluice explain --html` shows: the plans of `--json`, in the form in which a browser draws them. */
import type {
  ExplainedDevice,
  ExplainedPlane,
  ExplainedStage,
  ExplainedStep,
  Expense,
} from '../../compiler/explain/explained.ts';
import { keyText } from '../terminal/explained-device.ts';
import { formatNanoseconds } from '../terminal/numbers.ts';
import { linesText } from '../terminal/policy-lines.ts';
import { withinBudget } from './budget.ts';
import type { PageData, PageDevice, PagePlane, PageStep } from './page-step.ts';

/** So many runs of lines are written out. */
const MOST_RUNS = 40;

export interface PageSource {
  /** Sluice's version. */
  readonly version: string;
  /** The policy's name, for people. */
  readonly policy: string;
  /** Lines of this file are shown without its name. */
  readonly mainPath: string;
  readonly planes: readonly ExplainedPlane[];
}

/** Planes whose prices tell times come first: there is more to see. */
export function pageData({ version, policy, mainPath, planes }: PageSource): PageData {
  const made = planes.map((plane) => pagePlane(plane, mainPath));
  return {
    sluice: version,
    policy,
    planes: [...made.filter(({ isTimed }) => isTimed), ...made.filter(({ isTimed }) => !isTimed)],
  };
}

function pagePlane({ target, plane, stages, device }: ExplainedPlane, mainPath: string): PagePlane {
  const isTimed = stages.some(({ expense }) => expense !== undefined);
  const blocks = stages.map((stage) => block(stage, mainPath));
  const share = blocks.reduce((sum, one) => sum + one.share, 0);
  const root = withinBudget({ id: 0, kind: 'plane', title: `${target}, ${plane}`, share, steps: blocks });
  return { target, plane, isTimed, ...(device && { device: pageDevice(device, mainPath) }), root: numbered(root) };
}

function pageDevice({ name, tables, rules }: ExplainedDevice, mainPath: string): PageDevice {
  return {
    name,
    tables: tables.map(({ keys, ...table }) => ({ ...table, keys: keys.map(keyText) })),
    rules: rules.map(({ path, line, text, decides, why }) => ({
      rule: text,
      lines: linesText({ path, lines: [line] }, mainPath, 1),
      decides,
      ...(why === undefined ? {} : { why }),
    })),
  };
}

/** Steps by their numbers, from the top on: what three views show is told by them. */
function numbered(root: PageStep): PageStep {
  let next = 0;
  const visit = (step: PageStep): PageStep => {
    const id = next++;
    return { ...step, id, steps: step.steps.map(visit) };
  };
  return visit(root);
}

function block(stage: ExplainedStage, mainPath: string): PageStep {
  const { name, expense, before, alternatives, steps } = stage;
  const names = new Map<number, string>();
  nameShared(steps, names);
  const notes = [
    ...before.map((remark) => `First, ${remark}.`),
    ...(stage.default === undefined ? [] : [`What no rule decides about: ${stage.default}.`]),
    ...alternatives.map(({ without, expense: other }) => `Without ${without}: ${expenseText(other)}.`),
  ];
  return {
    id: 0,
    kind: 'block',
    title: name,
    share: expense?.expected ?? 0,
    ...times(expense),
    ...(notes.length > 0 ? { notes } : {}),
    steps: steps.map((step) => pageStep(step, names, mainPath)),
  };
}

/** What stands where a number is met first: the other places name it too. */
function nameShared(steps: readonly ExplainedStep[], names: Map<number, string>): void {
  for (const { shared, title, steps: below } of steps) {
    if (shared !== undefined && !names.has(shared)) names.set(shared, title);
    nameShared(below, names);
  }
}

function pageStep(step: ExplainedStep, names: ReadonlyMap<number, string>, mainPath: string): PageStep {
  const { kind, lookup, expense, share = 0, memory, rule, lines, shared, steps } = step;
  const isAgain = shared !== undefined && steps.length === 0 && names.get(shared) !== step.title;
  const title = isAgain ? `${step.title}: ${names.get(shared)}` : step.title;
  return {
    id: 0,
    kind,
    title: shared === undefined ? title : `${title} [${shared}]`,
    share,
    ...(lookup === undefined ? {} : { lookup }),
    ...times(expense),
    ...(memory === undefined ? {} : { memory }),
    ...(rule === undefined ? {} : { rule }),
    ...(lines.length === 0 ? {} : { lines: lines.map((one) => linesText(one, mainPath, MOST_RUNS)).join('; ') }),
    steps: steps.map((below) => pageStep(below, names, mainPath)),
  };
}

function times(expense: Expense | undefined): Pick<PageStep, 'expected' | 'worst'> {
  return expense ? { expected: expense.expected, worst: expense.worst } : {};
}

function expenseText({ expected, worst }: Expense): string {
  return `expected ${formatNanoseconds(expected)}, worst ${formatNanoseconds(worst)}`;
}
