/** Where frames and boxes stand: nothing overlaps, nothing is lost, however large the plan. */
import { expect, test } from 'vitest';
import { withinBudget } from '../../../cli/explain-page/budget.ts';
import { flameFrames, wayTo, type Frame } from '../../../cli/explain-page/flame.ts';
import { everyStep, type PageStep } from '../../../cli/explain-page/page-step.ts';
import {
  BOX_WIDTH,
  FIRST_SHOWN,
  openedAtFirst,
  planLayout,
  type PlanBox,
} from '../../../cli/explain-page/plan-layout.ts';

let next = 0;
function step(
  title: string,
  share: number,
  steps: readonly PageStep[] = [],
  kind: PageStep['kind'] = 'rule',
): PageStep {
  return { id: next++, kind, title, share, steps, ...(kind === 'rule' ? { rule: title } : {}) };
}

/** Numbers as the page gives them: from the top on, those below a step at once. */
function numbered(root: PageStep): PageStep {
  let id = 0;
  const visit = (one: PageStep): PageStep => ({ ...one, id: id++, steps: one.steps.map(visit) });
  return visit(root);
}

function plane(...blocks: readonly PageStep[]): PageStep {
  return numbered(
    step(
      'host, nftables',
      blocks.reduce((sum, { share }) => sum + share, 0),
      blocks,
      'plane',
    ),
  );
}

const many = (count: number, share: number) => Array.from({ length: count }, (_, at) => step(`rule ${at}`, share));

const PLAN = plane(
  step('nat', 20, [step('snat', 20)], 'block'),
  step(
    'filter',
    80,
    [step('by source', 60, [step('a', 20), step('b', 10)], 'values'), step('rest', 20, many(100, 0.2), 'rules')],
    'block',
  ),
);

function overlaps(one: Frame, other: Frame): boolean {
  return (
    one !== other &&
    one.row === other.row &&
    one.left < other.left + other.width - 1e-9 &&
    other.left < one.left + one.width - 1e-9
  );
}

test('frames are as wide as the time of steps, within that of the steps above', () => {
  const frames = flameFrames(PLAN, { zoomed: PLAN, least: 0.01 });
  expect(frames.slice(0, 4).map(({ step: { title }, left, width, row }) => [title, left, width, row])).toEqual([
    ['host, nftables', 0, 1, 0],
    ['nat', 0, 0.2, 1],
    ['snat', 0, 0.2, 2],
    ['filter', 0.2, 0.8, 1],
  ]);
  expect(frames.flatMap((one) => frames.filter((other) => overlaps(one, other)))).toEqual([]);
});

test('frames too narrow to be seen become one', () => {
  const [together, ...others] = flameFrames(PLAN, { zoomed: PLAN, least: 0.01 }).filter(
    ({ row, left }) => row === 3 && left > 0.7,
  );
  expect(others).toEqual([]);
  expect(together).toMatchObject({ count: 100, width: expect.closeTo(0.2) as number });
});

test('what is zoomed fills the width, below the way to it', () => {
  const rest = PLAN.steps[1]!.steps[1]!;
  const frames = flameFrames(PLAN, { zoomed: rest, least: 0.005 });
  expect(frames.slice(0, 3).map(({ step: { title }, width }) => [title, width])).toEqual([
    ['host, nftables', 1],
    ['filter', 1],
    ['rest', 1],
  ]);
  expect(frames).toHaveLength(103);
  expect(wayTo(PLAN, rest.steps[99]!).map(({ title }) => title)).toEqual([
    'host, nftables',
    'filter',
    'rest',
    'rule 99',
  ]);
});

test('boxes of a plan do not overlap, and the picture holds all of them', () => {
  const opened = openedAtFirst(PLAN);
  const { boxes, edges, width, height } = planLayout(PLAN, {
    isOpen: ({ id }) => opened.has(id),
    shown: () => FIRST_SHOWN,
  });
  const covers = (a: PlanBox, b: PlanBox) => a !== b && a.x === b.x && a.y < b.y + b.height && b.y < a.y + a.height;
  expect(boxes.flatMap((a) => boxes.filter((b) => covers(a, b)))).toEqual([]);
  for (const box of boxes) {
    expect(box.x + BOX_WIDTH).toBeLessThanOrEqual(width);
    expect(box.y + box.height).toBeLessThanOrEqual(height);
  }
  expect(boxes.filter(({ hidden }) => hidden !== undefined).map(({ hidden }) => hidden)).toEqual([100 - FIRST_SHOWN]);
  const ways = edges.filter(({ isWay }) => isWay).map(({ from, to }) => [from.step.title, to.step.title]);
  expect(ways).toEqual([
    ['by source', 'a'],
    ['by source', 'b'],
  ]);
});

test('a plan that is too large keeps what takes most of the time, and all of the time', () => {
  const large = plane(step('filter', 1000, [step('dear', 500), ...many(50_000, 0.01)], 'block'));
  const small = withinBudget(large, 1000);
  const left = [...everyStep(small)];
  expect(left.length).toBeLessThan(1200);
  expect(left.map(({ title }) => title)).toContain('dear');
  expect(left.at(-1)!.title).toMatch(/^49900 rules of less time each/);
  const below = small.steps[0]!.steps.reduce((sum, { share }) => sum + share, 0);
  expect(below).toBeCloseTo(1000);
  expect(withinBudget(PLAN, 1000)).toBe(PLAN);
});
