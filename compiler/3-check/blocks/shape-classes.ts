/** What must hold of all classes of a shaper together: how many, their names, and what they are guaranteed. */
import { report } from '../../2-resolve/context.ts';
import type { Shape } from '../../model/policy.ts';
import {
  classesIn,
  everyClass,
  mostClasses,
  numberClasses,
  shareOf,
  type ClassNode,
} from '../../model/shape-classes.ts';
import type { RuleContext } from '../context.ts';
import { headOf } from './order.ts';
import { CLASS_NAMES, SHAPE_RATES, TOO_MANY_CLASSES } from '../problems.ts';

/** Reports what is wrong; of each kind the first, for a table may be wrong in each of its rows. */
export function checkClasses(shape: Shape, context: RuleContext): void {
  const nodes = classesIn(shape);
  const all = [...everyClass(nodes)];
  const head = headOf(shape.origin.span);
  const count = all.reduce((sum, { nested }) => sum + (nested.length > 0 ? 2 : 1), 0);
  const most = mostClasses(shape);
  if (count > most) {
    report(context, TOO_MANY_CLASSES, head, `${count} classes in one shaper, and ${most} are the most`, {
      hint: 'Shape in the zones where the packets leave, each with the classes of its own hosts.',
    });
    return;
  }
  checkNames(all, context);
  const limit = shareOf(shape);
  const wrong = firstWrongRate(nodes, limit);
  if (wrong) {
    report(context, SHAPE_RATES, wrong.node.source.origin.span, `${wrong.what}${rowText(wrong.node)}`, {
      hint: 'Lower it in the table, or raise what bounds it.',
    });
  }
  const groups = [
    ...treesOf(shape, nodes, limit),
    ...all.filter(({ nested }) => nested.length > 0).map((node) => groupOf(node, limit)),
  ];
  for (const group of groups) {
    const sum = group.nodes.reduce((total, node) => total + guaranteedTo(node), 0);
    if (sum <= group.limit) continue;
    const text = `the classes in ${group.name} are guaranteed ${rateText(sum)} together, and share ${rateText(group.limit)}`;
    report(context, SHAPE_RATES, group.span, text, {
      hint: 'Guarantee less: what nobody uses is shared all the same.',
    });
    return;
  }
}

/** The outermost classes by the tree that they share. */
function treesOf(shape: Shape, nodes: readonly ClassNode[], limit: number) {
  const name = `\`${shape.origin.name}\``;
  const span = headOf(shape.origin.span);
  if (shape.queues === undefined) return [{ nodes, limit, name, span }];
  const { trees, treeOf } = numberClasses(shape, [shape], nodes);
  return trees.map((_, tree) => ({
    nodes: nodes.filter((node) => treeOf(node) === tree),
    limit,
    name: `queue ${tree + 1} of ${name}`,
    span,
  }));
}

function checkNames(all: readonly ClassNode[], context: RuleContext): void {
  const known = new Map<string, ClassNode>();
  for (const node of all) {
    const { origin } = node.source;
    if (node.name === '') {
      report(context, CLASS_NAMES, origin.span, `a class without a name${rowText(node)}`, {
        hint: 'Name the class by a column that every row has a value in.',
      });
      return;
    }
    const first = known.get(node.path);
    known.set(node.path, node);
    if (!first) continue;
    report(context, CLASS_NAMES, origin.span, `there are two classes \`${node.path}\`${rowText(node)}`, {
      labels: first.source === node.source ? [] : [{ span: first.source.origin.span, text: 'the first one is here' }],
      hint: 'Name the classes of rows by a column that is a `key`.',
    });
    return;
  }
}

/** `, in line 7 of members.csv` */
function rowText({ source, row }: ClassNode): string {
  const cell = [source.name, source.guarantee, source.ceiling].find(
    (value) => typeof value === 'object' && 'kind' in value,
  );
  if (row === undefined || typeof cell !== 'object' || !('kind' in cell)) return '';
  const { name, path, lines } = cell.row.table;
  return path === undefined ? `, in row ${row + 1} of \`${name}\`` : `, in line ${lines[row]} of ${path}`;
}

/** guarantee ≤ ceiling ≤ what the classes share. Rates that stand in the policy itself were compared where they stand. */
function firstWrongRate(
  nodes: readonly ClassNode[],
  limit: number,
): { readonly node: ClassNode; readonly what: string } | undefined {
  for (const node of nodes) {
    const { guarantee = 0, ceiling = limit, source } = node;
    const isOfRow = [source.guarantee, source.ceiling].some((rate) => rate !== undefined && 'kind' in rate);
    if (isOfRow && guarantee > ceiling) return { node, what: 'the guarantee is greater than the ceiling' };
    if (isOfRow && ceiling > limit) {
      return { node, what: 'the ceiling is greater than the rate of what the class is in' };
    }
    const inside = firstWrongRate(node.nested, ceiling);
    if (inside) return inside;
  }
  return undefined;
}

/** The classes in a class, and what they share. */
function groupOf({ nested, path, guarantee, ceiling, source }: ClassNode, limit: number) {
  return { nodes: nested, limit: guarantee ?? ceiling ?? limit, name: `\`${path}\``, span: source.origin.span };
}

/** What a class is guaranteed, or the classes in it where it says nothing itself. */
function guaranteedTo({ guarantee, nested }: ClassNode): number {
  return guarantee ?? nested.reduce((sum, node) => sum + guaranteedTo(node), 0);
}

function rateText(bits: number): string {
  const [unit, size] = UNITS.find(([, least]) => bits >= least) ?? ['bit', 1];
  return `${Number((bits / size).toFixed(3))}${unit}`;
}

const UNITS = [
  ['gbit', 1e9],
  ['mbit', 1e6],
  ['kbit', 1e3],
] as const;
