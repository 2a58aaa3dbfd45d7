/** The rules by what they cost, as far as the search finds them. */
import type { PageStep } from '../page-step.ts';
import { byId, nanoseconds, percent, withText, type Choose, type PageState } from './page.ts';

/** So many rows at a time. */
const ROWS = 200;

interface RuleRow {
  readonly rule: string;
  readonly block: string;
  readonly lines: string;
  share: number;
  /** Its steps: a rule may be carried out in several places. */
  readonly steps: PageStep[];
}

export class RulesView {
  readonly #body = byId('rules-body');
  readonly #more = byId('rules-more');
  readonly #choose: Choose;
  #state: PageState | undefined;
  #rows: readonly RuleRow[] = [];
  #most = ROWS;

  constructor(choose: Choose) {
    this.#choose = choose;
    this.#more.addEventListener('click', () => {
      this.#most += 5 * ROWS;
      this.#draw();
    });
  }

  show(state: PageState): void {
    if (this.#state?.plane !== state.plane) this.#rows = rowsOf(state.plane.root);
    if (this.#state?.found !== state.found) this.#most = ROWS;
    this.#state = state;
    this.#draw();
  }

  #draw(): void {
    const state = this.#state;
    if (!state) return;
    const { found, plane } = state;
    const rows = found ? this.#rows.filter(({ steps }) => steps.some(({ id }) => found.has(id))) : this.#rows;
    this.#body.replaceChildren(...rows.slice(0, this.#most).map((row) => this.#row(row, state)));
    const left = rows.length - this.#most;
    this.#more.hidden = left <= 0;
    this.#more.textContent = `Show more (${left} left)`;
    const time = rows.reduce((sum, { share }) => sum + share, 0);
    const times = plane.isTimed ? `, ${nanoseconds(time)} of ${nanoseconds(plane.root.share)}` : '';
    byId('rules-count').textContent = `${rows.length} of ${this.#rows.length} rules${times}`;
    byId('rules').classList.toggle('untimed', !plane.isTimed);
  }

  #row(row: RuleRow, { plane, chosen }: PageState): HTMLElement {
    const { rule, block, lines, share, steps } = row;
    const made = document.createElement('tr');
    const button = withText('button', rule);
    button.addEventListener('click', () => this.#choose(steps[0]!.id));
    const name = withText('td', '', 'rule');
    name.append(button);
    const bar = withText('td', '', 'part');
    const inner = withText('span', percent(share, plane.root.share), 'part-bar');
    inner.style.setProperty('--part', String(plane.root.share === 0 ? 0 : share / plane.root.share));
    bar.append(inner);
    made.append(name, withText('td', block), withText('td', lines), withText('td', nanoseconds(share), 'time'), bar);
    if (steps.some(({ id }) => id === chosen)) made.className = 'chosen';
    return made;
  }
}

/**
 * Rules of one block, text and place are one row; those that take most come first. What a step takes itself, as the lookup that finds
 * a rule, is divided among the rules below it, so that all rows together take what the plane does.
 */
function rowsOf(root: PageStep): readonly RuleRow[] {
  const rows = new Map<string, RuleRow>();
  const add = (block: string, step: PageStep, share: number): void => {
    const { rule, lines = '' } = step;
    if (rule === undefined) return;
    const key = JSON.stringify([block, rule, lines]);
    const known = rows.get(key);
    if (known) {
      known.share += share;
      known.steps.push(step);
    } else rows.set(key, { rule, block, lines, share, steps: [step] });
  };
  for (const block of root.steps) {
    const charge = (step: PageStep, share: number): void => {
      add(block.title, step, share);
      const below = step.steps.reduce((sum, one) => sum + one.share, 0);
      for (const one of step.steps) charge(one, below > 0 ? (share * one.share) / below : share / step.steps.length);
    };
    charge(block, block.share);
  }
  return [...rows.values()].toSorted((a, b) => b.share - a.share);
}
