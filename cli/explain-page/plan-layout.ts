/** Where the boxes of a plan's picture stand: steps below one another in the order in which packets meet them, ways to the right. */
import { formatNanoseconds } from '../terminal/numbers.ts';
import { wrapped } from './markup.ts';
import { hasWays, type PageStep } from './page-step.ts';

/** Pixels. */
export const BOX_WIDTH = 272;
const ACROSS = 44;
const DOWN = 10;
const MARGIN = 8;
export const PADDING = 9;
export const LINE_HEIGHT = 16;
/** Of a character of a monospaced font of 12 px, the widest that is common. */
const CHARACTER = 7.3;
const BOX_COLUMNS = Math.floor((BOX_WIDTH - 2 * PADDING) / CHARACTER);
const MOST_TITLE_LINES = 3;
/** The bar that says how much of the time is spent in a step. */
export const BAR = 4;

export interface BoxLine {
  readonly text: string;
  readonly role: 'title' | 'lookup' | 'cost';
}

export interface PlanBox {
  readonly step: PageStep;
  /** Which block it belongs to, counted from 0. */
  readonly block: number;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly lines: readonly BoxLine[];
  /** Undefined: there is nothing below it. */
  readonly isOpen: boolean | undefined;
  /** Of a box that stands for steps which are not shown: how many. */
  readonly hidden?: number;
}

export interface PlanEdge {
  readonly from: PlanBox;
  readonly to: PlanBox;
  /** Whether it is one of several ways, of which a packet takes one. */
  readonly isWay: boolean;
}

export interface PlanLayout {
  readonly boxes: readonly PlanBox[];
  readonly edges: readonly PlanEdge[];
  readonly width: number;
  readonly height: number;
}

/** What is to be seen of a plan. */
export interface PlanView {
  readonly isOpen: (step: PageStep) => boolean;
  /** How many of the steps below one are shown. */
  readonly shown: (step: PageStep) => number;
}

export function planLayout(root: PageStep, view: PlanView): PlanLayout {
  const boxes: PlanBox[] = [];
  const edges: PlanEdge[] = [];
  let bottom = MARGIN;
  let right = MARGIN;
  const put = (box: Omit<PlanBox, 'height'>): PlanBox => {
    const placed = { ...box, height: 2 * PADDING + box.lines.length * LINE_HEIGHT + BAR };
    boxes.push(placed);
    right = Math.max(right, placed.x + BOX_WIDTH);
    return placed;
  };
  /** A step and what is shown below it; the first of these stands beside it. */
  const place = (step: PageStep, block: number, level: number): PlanBox => {
    const x = MARGIN + level * (BOX_WIDTH + ACROSS);
    const isOpen = step.steps.length === 0 ? undefined : view.isOpen(step);
    const box = put({ step, block, x, y: bottom, lines: linesOf(step), isOpen });
    const end = bottom + box.height + DOWN;
    if (isOpen) {
      const { chosen, rest } = choose(step.steps, view.shown(step));
      for (const below of chosen) edges.push({ from: box, to: place(below, block, level + 1), isWay: hasWays(step) });
      if (rest.length > 0) edges.push({ from: box, to: more(step, rest, block, level + 1), isWay: hasWays(step) });
    }
    bottom = Math.max(bottom, end);
    return box;
  };
  const more = (step: PageStep, rest: readonly PageStep[], block: number, level: number): PlanBox => {
    const x = MARGIN + level * (BOX_WIDTH + ACROSS);
    const share = rest.reduce((sum, one) => sum + one.share, 0);
    const time = share > 0 ? `, ${formatNanoseconds(share)} together` : '';
    const lines = [{ text: `… ${rest.length} more${time}`, role: 'title' }] as const;
    const box = put({ step, block, x, y: bottom, lines, isOpen: undefined, hidden: rest.length });
    bottom += box.height + DOWN;
    return box;
  };
  for (const [block, step] of root.steps.entries()) {
    place(step, block, 0);
    bottom += DOWN;
  }
  return { boxes, edges, width: right + MARGIN, height: Math.max(bottom - 2 * DOWN, 0) + MARGIN };
}

/** Those that take most time, in their order, and the others. */
function choose(steps: readonly PageStep[], most: number): { chosen: readonly PageStep[]; rest: readonly PageStep[] } {
  // One more takes no more room than a box that says so.
  if (steps.length <= most + 1) return { chosen: steps, rest: [] };
  const dearest = new Set(steps.toSorted((a, b) => b.share - a.share).slice(0, most));
  return { chosen: steps.filter((step) => dearest.has(step)), rest: steps.filter((step) => !dearest.has(step)) };
}

function linesOf(step: PageStep): readonly BoxLine[] {
  const { title, lookup, expected, worst } = step;
  const lines = (text: string, role: BoxLine['role'], most: number): BoxLine[] =>
    wrapped(text, BOX_COLUMNS, most).map((line) => ({ text: line, role }));
  const cost =
    expected === undefined || worst === undefined
      ? []
      : lines(`${formatNanoseconds(expected)}, at worst ${formatNanoseconds(worst)}`, 'cost', 1);
  return [
    ...lines(title, 'title', MOST_TITLE_LINES),
    ...(lookup === undefined ? [] : lines(lookup, 'lookup', 2)),
    ...cost,
  ];
}

/** So many steps below one are shown at first. */
export const FIRST_SHOWN = 8;
/** So many are there at first in all, so that the picture can be overlooked. */
const MOST_OPENED = 120;

/** The steps that are open at first: those that take most of the time, from the top on. */
export function openedAtFirst(root: PageStep): Set<number> {
  const opened = new Set<number>();
  let boxes = 0;
  let level: readonly PageStep[] = root.steps;
  while (level.length > 0) {
    const next: PageStep[] = [];
    for (const step of level.toSorted((a, b) => b.share - a.share)) {
      const below = choose(step.steps, FIRST_SHOWN).chosen;
      if (below.length === 0 || boxes + below.length > MOST_OPENED) continue;
      boxes += below.length;
      opened.add(step.id);
      next.push(...below);
    }
    level = next;
  }
  return opened;
}
