/** The picture of `sluice explain --svg`: for each plane its flame graph, and its plan below. */
import { PAGE_STYLE } from './assets.gen.ts';
import { flameFrames, frameTitle, hueOf, rowsOf, type Frame } from './flame.ts';
import { element, escaped, MARK, shortened } from './markup.ts';
import type { PageData, PagePlane } from './page-step.ts';
import { FIRST_SHOWN, openedAtFirst, planLayout } from './plan-layout.ts';
import { planMarkup } from './plan-markup.ts';
import { formatNanoseconds } from '../terminal/numbers.ts';

/** Pixels. */
const LEAST_WIDTH = 1200;
const MARGIN = 16;
const ROW = 22;
const HEADING = 34;
const NARROWEST = 2;
const CHARACTER = 7.3;

interface Part {
  readonly markup: string;
  readonly width: number;
  readonly height: number;
}

export function pictureText({ sluice, policy, planes }: PageData): string {
  const parts = planes.map(planePart);
  const width = parts.reduce((most, part) => Math.max(most, part.width), LEAST_WIDTH) + 2 * MARGIN;
  let y = MARGIN;
  const placed = parts.map((part) => {
    const at = element('g', { transform: `translate(${MARGIN} ${y})` }, part.markup);
    y += part.height + 2 * MARGIN;
    return at;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- ${MARK} ${escaped(sluice)} -->
<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" role="img">
<title>${escaped(`The plan of ${policy}`)}</title>
<style>
${PAGE_STYLE.replaceAll(/&|</g, escaped)}text { font: 12px var(--mono); fill: var(--text); }
text.heading { font: 600 16px system-ui, sans-serif; }
.ground { fill: var(--ground); }
</style>
<rect class="ground" width="${width}" height="${y}"/>
${placed.join('\n')}
</svg>
`;
}

function planePart(plane: PagePlane): Part {
  const { root } = plane;
  const flame = plane.isTimed ? flamePart(plane) : { markup: '', width: 0, height: 0 };
  const opened = openedAtFirst(root);
  const layout = planLayout(root, { isOpen: ({ id }) => opened.has(id), shown: () => FIRST_SHOWN });
  const plan = element(
    'g',
    { transform: `translate(0 ${HEADING + flame.height + MARGIN})` },
    planMarkup(layout, root.share),
  );
  const heading = element('text', { class: 'heading', x: 0, y: 18 }, escaped(root.title));
  return {
    markup: [heading, element('g', { transform: `translate(0 ${HEADING})` }, flame.markup), plan].join('\n'),
    width: Math.max(flame.width, layout.width),
    height: HEADING + flame.height + MARGIN + layout.height,
  };
}

function flamePart({ root }: PagePlane): Part {
  const frames = flameFrames(root, { zoomed: root, least: NARROWEST / LEAST_WIDTH });
  return { markup: frames.map(frameMarkup).join('\n'), width: LEAST_WIDTH, height: rowsOf(frames) * ROW };
}

function frameMarkup(frame: Frame): string {
  const { share, left, row, block } = frame;
  const width = frame.width * LEAST_WIDTH - 1;
  const title = frameTitle(frame);
  const columns = Math.floor((width - 8) / CHARACTER);
  const label = columns < 5 ? '' : element('text', { x: 4, y: 15 }, escaped(shortened(title, columns)));
  const content = [
    element('title', {}, escaped(`${title}: ${formatNanoseconds(share)}`)),
    element('rect', { class: hueOf(block), width, height: ROW - 1, rx: 2 }),
    element('svg', { width, height: ROW - 1 }, label),
  ];
  return element(
    'g',
    { transform: `translate(${Math.round(left * LEAST_WIDTH * 10) / 10} ${row * ROW})` },
    content.join(''),
  );
}
