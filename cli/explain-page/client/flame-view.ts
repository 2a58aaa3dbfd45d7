/** The flame graph as buttons, whose widths follow the window's. */
import { flameFrames, frameTitle, hueOf, rowsOf, wayTo, type Frame } from '../flame.ts';
import { byId, foundClass, nanoseconds, percent, type Choose, type PageState } from './page.ts';

/** Pixels: of a row, of the narrowest frame that is shown, and of the narrowest with a label. */
const ROW = 26;
const NARROWEST = 3;
const LEAST_LABEL = 44;

/** Arrow keys, and where they lead. */
type Direction = 'up' | 'down' | 'left' | 'right';
const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

export class FlameView {
  readonly #graph = byId('flame-graph');
  readonly #back = byId('flame-back');
  readonly #choose: Choose;
  #state: PageState | undefined;
  /** The number of the step that fills the width. */
  #zoomed = 0;
  /** The number of the step whose frame the keyboard is at. */
  #current = 0;
  #frames: readonly Frame[] = [];

  constructor(choose: Choose) {
    this.#choose = choose;
    this.#graph.addEventListener('click', (event) => this.#clicked(event));
    this.#graph.addEventListener('keydown', (event) => this.#pressed(event));
    this.#back.addEventListener('click', () => this.#zoom(0));
    new ResizeObserver(() => this.#draw()).observe(this.#graph);
  }

  show(state: PageState): void {
    if (this.#state?.plane !== state.plane) [this.#zoomed, this.#current] = [0, 0];
    this.#state = state;
    byId('flame').hidden = !state.plane.isTimed;
    byId('no-times').hidden = state.plane.isTimed;
    this.#draw();
  }

  #draw(): void {
    const state = this.#state;
    if (!state || !state.plane.isTimed) return;
    const { root } = state.plane;
    const zoomed = state.steps[this.#zoomed]!;
    this.#frames = flameFrames(root, { zoomed, least: NARROWEST / Math.max(this.#graph.clientWidth, 1) });
    if (this.#frames.every(({ step }) => step.id !== this.#current)) this.#current = this.#zoomed;
    const hadFocus = this.#graph.contains(document.activeElement);
    this.#graph.replaceChildren(...this.#frames.map((frame) => this.#button(frame, state)));
    this.#graph.style.height = `${rowsOf(this.#frames) * ROW}px`;
    this.#back.hidden = this.#zoomed === 0;
    if (hadFocus) this.#focus(this.#current);
  }

  #button(frame: Frame, state: PageState): HTMLElement {
    const { step, count, share, left, width, row, block } = frame;
    const button = document.createElement('button');
    const time = `${nanoseconds(share)}, ${percent(share, state.plane.root.share)}`;
    // A letter and an ellipsis tell nothing.
    if (width * this.#graph.clientWidth >= LEAST_LABEL) button.textContent = frameTitle(frame);
    button.title = `${frameTitle(frame)}\n${time}`;
    button.setAttribute('aria-label', `${frameTitle(frame)}: ${time}`);
    const chosen = step.id === state.chosen && count === 1 ? ' chosen' : '';
    button.className = `frame ${hueOf(block)}${chosen}${foundClass(state, step.id)}`;
    button.dataset['step'] = String(step.id);
    button.tabIndex = step.id === this.#current ? 0 : -1;
    Object.assign(button.style, { left: `${left * 100}%`, width: `${width * 100}%`, top: `${row * ROW}px` });
    return button;
  }

  #clicked(event: Event): void {
    const id = stepOf(event.target);
    if (id === undefined) return;
    this.#current = id;
    // Once to see what it is, once more to see what is in it.
    if (this.#state?.chosen === id) this.#zoom(id === this.#zoomed ? 0 : id);
    else this.#choose(id);
  }

  #zoom(id: number): void {
    const step = this.#state?.steps[id];
    if (!step || step.share === 0) return;
    this.#zoomed = id;
    this.#current = id;
    this.#draw();
  }

  #pressed(event: KeyboardEvent): void {
    const state = this.#state;
    if (!state) return;
    if (event.key === 'Escape' && this.#zoomed !== 0) {
      const way = wayTo(state.plane.root, state.steps[this.#zoomed]!);
      this.#zoom(way.at(-2)?.id ?? 0);
    } else if (event.key in DIRECTIONS) {
      this.#move(DIRECTIONS[event.key]!);
    } else return;
    event.preventDefault();
  }

  /** To the frame that lies next in a direction: below, the widest of those in it. */
  #move(direction: Direction): void {
    const at = this.#frames.find(({ step }) => step.id === this.#current);
    if (!at) return;
    const middle = at.left + at.width / 2;
    const isAround = ({ left, width }: Frame) => left <= middle + 1e-9 && middle <= left + width + 1e-9;
    const inRow = (row: number) => this.#frames.filter((frame) => frame.row === row);
    const candidates: Readonly<Record<Direction, () => Frame | undefined>> = {
      up: () => inRow(at.row - 1).find(isAround),
      down: () =>
        inRow(at.row + 1)
          .filter(({ left, width }) => left >= at.left - 1e-9 && left + width <= at.left + at.width + 1e-9)
          .toSorted((a, b) => b.width - a.width)[0],
      left: () => inRow(at.row).findLast(({ left }) => left < at.left),
      right: () => inRow(at.row).find(({ left }) => left > at.left),
    };
    const next = candidates[direction]();
    if (next) this.#focus(next.step.id);
  }

  #focus(id: number): void {
    this.#current = id;
    for (const one of this.#graph.querySelectorAll<HTMLElement>('.frame')) {
      const isCurrent = one.dataset['step'] === String(id);
      one.tabIndex = isCurrent ? 0 : -1;
      if (isCurrent) one.focus({ preventScroll: false });
    }
  }
}

/** The number of the step that an element stands for. */
function stepOf(target: EventTarget | null): number | undefined {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-step]') : null;
  return element ? Number(element.dataset['step']) : undefined;
}
