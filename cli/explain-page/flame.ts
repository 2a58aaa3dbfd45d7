/** Where the frames of a flame graph stand: a row for each level, the block at the top, widths by time. */
import type { PageStep } from './page-step.ts';

export interface Frame {
  /** What it stands for; of several small steps side by side, the first. */
  readonly step: PageStep;
  /** How many steps it stands for. */
  readonly count: number;
  /** Nanoseconds. */
  readonly share: number;
  /** From the left, as parts of the graph's whole width. */
  readonly left: number;
  readonly width: number;
  /** Rows from the top. */
  readonly row: number;
  /** Which block it belongs to, counted from 0; -1 above the blocks. */
  readonly block: number;
}

/** Where the graph is looked at. */
export interface FlameView {
  /** The step that fills the width, which must be below the root or be it. */
  readonly zoomed: PageStep;
  /** Parts of the whole width below which steps side by side become one frame. */
  readonly least: number;
}

/** The frames of the way to the zoomed step, each of the whole width, and of all that is below it. */
export function flameFrames(root: PageStep, { zoomed, least }: FlameView): readonly Frame[] {
  const frames: Frame[] = [];
  const way = wayTo(root, zoomed);
  const block = way.length > 1 ? root.steps.indexOf(way[1]!) : -1;
  for (const [row, step] of way.entries()) {
    frames.push({ step, count: 1, share: step.share, left: 0, width: 1, row, block: row === 0 ? -1 : block });
  }
  const total = zoomed.share;
  const place = (parent: PageStep, from: number, row: number, own: number): void => {
    let left = from;
    for (const { steps, share } of groups(parent.steps, total * least)) {
      const [step] = steps;
      const width = share / total;
      const ownBlock = row === 1 ? root.steps.indexOf(step!) : own;
      if (width >= least) {
        frames.push({ step: step!, count: steps.length, share, left, width, row, block: ownBlock });
        if (steps.length === 1) place(step!, left, row + 1, ownBlock);
      }
      left += width;
    }
  };
  if (total > 0) place(zoomed, 0, way.length, block);
  return frames;
}

/** Steps one by one where they are large enough; runs of small ones together. */
function groups(steps: readonly PageStep[], least: number): readonly { steps: PageStep[]; share: number }[] {
  const all: { steps: PageStep[]; share: number }[] = [];
  let isRunning = false;
  for (const step of steps) {
    const isSmall = step.share < least;
    const last = all.at(-1);
    if (isSmall && isRunning && last) {
      last.steps.push(step);
      last.share += step.share;
    } else {
      all.push({ steps: [step], share: step.share });
    }
    isRunning = isSmall;
  }
  return all;
}

/** The steps from the root to a step, both included. Numbers tell where to look: those of a subtree follow its root's. */
export function wayTo(root: PageStep, wanted: PageStep): readonly PageStep[] {
  const way = [root];
  let at = root;
  while (at.id !== wanted.id) {
    const next = at.steps.findLast(({ id }) => id <= wanted.id);
    if (!next) return [root];
    way.push((at = next));
  }
  return way;
}

/** What a frame is called: a step's title, or how many there are. */
export function frameTitle({ step, count }: Frame): string {
  return count === 1 ? step.title : `${count} small steps`;
}

/** How many rows there are. */
export function rowsOf(frames: readonly Frame[]): number {
  return frames.reduce((most, { row }) => Math.max(most, row + 1), 0);
}

/** How many hues blocks take turns with; the style has as many. */
const HUES = 6;

/** The class of what belongs to a block. */
export function hueOf(block: number): string {
  return block < 0 ? 'plain' : `hue-${block % HUES}`;
}
