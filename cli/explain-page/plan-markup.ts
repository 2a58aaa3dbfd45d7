/** The picture of a plan as SVG. */
import { hueOf } from './flame.ts';
import { element, escaped } from './markup.ts';
import {
  BAR,
  BOX_WIDTH,
  LINE_HEIGHT,
  PADDING,
  type BoxLine,
  type PlanBox,
  type PlanEdge,
  type PlanLayout,
} from './plan-layout.ts';

/** What lies within `<svg>`. `total`: nanoseconds of the whole plane, of which bars show parts. */
export function planMarkup({ boxes, edges }: PlanLayout, total: number): string {
  return [...edges.map(edgeMarkup), ...boxes.map((box) => boxMarkup(box, total))].join('\n');
}

function edgeMarkup({ from, to, isWay }: PlanEdge): string {
  const [start, end] = [from.x + BOX_WIDTH, to.x];
  const middle = (start + end) / 2;
  const [top, bottom] = [from.y, to.y].map((y) => y + PADDING + LINE_HEIGHT / 2) as [number, number];
  const way = top === bottom ? `M${start} ${top}H${end}` : `M${start} ${top}H${middle}V${bottom}H${end}`;
  return element('path', { class: isWay ? 'edge way' : 'edge', d: way });
}

function boxMarkup({ step, block, x, y, height, lines, isOpen, hidden }: PlanBox, total: number): string {
  const part = total > 0 && hidden === undefined ? step.share / total : 0;
  const texts = lines.map((line, at) => textMarkup(line, at));
  const bar = element('rect', { class: 'bar', x: 0, y: height - BAR, width: BOX_WIDTH * part, height: BAR });
  const content = [
    element('title', {}, escaped(hidden === undefined ? step.title : lines[0]!.text)),
    element('rect', { class: `box ${hueOf(block)}`, width: BOX_WIDTH, height, rx: 4 }),
    part > 0 ? bar : '',
    // Whatever the font: what does not fit is cut, and never runs into another box.
    element('svg', { width: BOX_WIDTH, height }, texts.join('')),
    isOpen === false ? element('path', { class: 'closed', d: `M${BOX_WIDTH + 4} ${PADDING + 3}l6 5l-6 5z` }) : '',
  ];
  const attributes = {
    class: hidden === undefined ? 'step' : 'step more',
    transform: `translate(${x} ${y})`,
    'data-step': step.id,
    'aria-expanded': isOpen === undefined ? undefined : String(isOpen),
  };
  return element('g', attributes, content.join(''));
}

function textMarkup({ text, role }: BoxLine, at: number): string {
  return element('text', { class: role, x: PADDING, y: PADDING + at * LINE_HEIGHT + 12 }, escaped(text));
}
