/** The picture of the plan, whose boxes open and close. */
import { FIRST_SHOWN, openedAtFirst, planLayout } from '../plan-layout.ts';
import { planMarkup } from '../plan-markup.ts';
import type { PageStep } from '../page-step.ts';
import { byId, foundClass, nanoseconds, type Choose, type PageState } from './page.ts';

export class PlanView {
  readonly #picture = byId('plan-picture');
  readonly #choose: Choose;
  #state: PageState | undefined;
  #opened = new Set<number>();
  /** How many steps are shown below one, where it is more than at first. */
  #shown = new Map<number, number>();
  /** The box that the keyboard is at: a step's number, and whether it is the box of those that are not shown. */
  #current = '';

  constructor(choose: Choose) {
    this.#choose = choose;
    this.#picture.addEventListener('click', (event) => {
      const box = boxOf(event.target);
      if (box) this.#use(box);
    });
    this.#picture.addEventListener('keydown', (event) => this.#pressed(event));
  }

  show(state: PageState): void {
    const isNew = this.#state?.plane !== state.plane;
    const isChosen = this.#state?.chosen !== state.chosen;
    if (isNew) {
      this.#opened = openedAtFirst(state.plane.root);
      this.#shown = new Map();
      this.#current = '';
    }
    this.#state = state;
    if (!isNew && isChosen) this.#reveal(state.chosen);
    this.#draw();
    if (!isNew && isChosen) this.#scrollTo(state.chosen);
  }

  #draw(): void {
    const state = this.#state;
    if (!state) return;
    const layout = planLayout(state.plane.root, {
      isOpen: ({ id }) => this.#opened.has(id),
      shown: ({ id }) => this.#shown.get(id) ?? FIRST_SHOWN,
    });
    const hadFocus = this.#picture.contains(document.activeElement);
    const { width, height } = layout;
    // Every text in it is escaped (markup.ts).
    this.#picture.innerHTML = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${planMarkup(layout, state.plane.root.share)}</svg>`;
    const boxes = this.#boxes();
    if (boxes.every((box) => keyOf(box) !== this.#current)) this.#current = boxes[0] ? keyOf(boxes[0]) : '';
    for (const box of boxes) {
      const id = idOf(box);
      const step = state.steps[id]!;
      const isMore = box.classList.contains('more');
      box.setAttribute('role', 'button');
      box.setAttribute('tabindex', keyOf(box) === this.#current ? '0' : '-1');
      box.setAttribute('aria-label', isMore ? `show more of: ${step.title}` : labelOf(step));
      if (!isMore) box.classList.add(...foundClass(state, id).split(' ').filter(Boolean));
      if (!isMore && id === state.chosen) box.classList.add('chosen');
    }
    if (hadFocus) this.#focus(this.#current);
  }

  #boxes(): readonly SVGGElement[] {
    return [...this.#picture.querySelectorAll<SVGGElement>('g.step')];
  }

  /** A box is chosen; one that is chosen already opens or closes; the one of those that are not shown shows more. */
  #use(box: SVGGElement): void {
    const id = idOf(box);
    this.#current = keyOf(box);
    if (box.classList.contains('more')) {
      const before = this.#shown.get(id) ?? FIRST_SHOWN;
      this.#shown.set(id, before * 4);
      this.#draw();
    } else if (this.#state?.chosen === id) this.#toggle(id);
    else this.#choose(id);
  }

  #toggle(id: number): void {
    if (!this.#opened.delete(id)) this.#opened.add(id);
    this.#draw();
  }

  /** Opens what a step stands in. */
  #reveal(id: number): void {
    const { parents, steps } = this.#state!;
    for (let [child, above] = [steps[id]!, parents[id]]; above; [child, above] = [above, parents[above.id]]) {
      this.#opened.add(above.id);
      const rank = above.steps.toSorted((a, b) => b.share - a.share).findIndex(({ id: own }) => own === child.id);
      if (rank >= (this.#shown.get(above.id) ?? FIRST_SHOWN)) this.#shown.set(above.id, rank + 1);
    }
  }

  #scrollTo(id: number): void {
    const box = this.#boxes().find((one) => idOf(one) === id && !one.classList.contains('more'));
    if (!box) return;
    // Within the picture only: what was clicked stays where it is.
    const [inner, outer] = [box.getBoundingClientRect(), this.#picture.getBoundingClientRect()];
    if (inner.left < outer.left || inner.right > outer.right) this.#picture.scrollLeft += inner.left - outer.left - 24;
    if (inner.top < outer.top || inner.bottom > outer.bottom) this.#picture.scrollTop += inner.top - outer.top - 24;
  }

  #pressed(event: KeyboardEvent): void {
    const box = boxOf(event.target);
    if (!box) return;
    const boxes = this.#boxes();
    const at = boxes.indexOf(box);
    const id = idOf(box);
    const isOpen = box.getAttribute('aria-expanded');
    if (event.key === 'Enter' || event.key === ' ') this.#use(box);
    else if (event.key === 'ArrowRight' && isOpen === 'false') this.#toggle(id);
    else if (event.key === 'ArrowRight' || event.key === 'ArrowDown') this.#focusBox(boxes[at + 1]);
    else if (event.key === 'ArrowUp') this.#focusBox(boxes[at - 1]);
    else if (event.key === 'ArrowLeft') this.#left(id, isOpen === 'true' && id === this.#state?.chosen);
    else return;
    event.preventDefault();
  }

  #left(id: number, closes: boolean): void {
    if (closes) return this.#toggle(id);
    const above = this.#state?.parents[id];
    if (above) this.#focus(String(above.id));
  }

  #focusBox(box: SVGGElement | undefined): void {
    if (box) this.#focus(keyOf(box));
  }

  #focus(key: string): void {
    const boxes = this.#boxes();
    const wanted = boxes.find((box) => keyOf(box) === key);
    if (!wanted) return;
    this.#current = key;
    for (const box of boxes) box.setAttribute('tabindex', box === wanted ? '0' : '-1');
    wanted.focus();
  }
}

function boxOf(target: EventTarget | null): SVGGElement | null {
  return target instanceof Element ? target.closest<SVGGElement>('g.step') : null;
}

function idOf(box: SVGGElement): number {
  return Number(box.dataset['step']);
}

function keyOf(box: SVGGElement): string {
  return `${idOf(box)}${box.classList.contains('more') ? ' more' : ''}`;
}

function labelOf({ title, lookup, expected }: PageStep): string {
  return [title, lookup, expected === undefined ? undefined : `expected ${nanoseconds(expected)}`]
    .filter((part) => part !== undefined)
    .join('; ');
}
