/** What the views of the page share: which plane is shown, what is chosen, what is searched for. */
import type { PagePlane, PageStep } from '../page-step.ts';

export interface PageState {
  readonly plane: PagePlane;
  /** Of all steps by their numbers: the step above. */
  readonly parents: readonly (PageStep | undefined)[];
  readonly steps: readonly PageStep[];
  /** The number of the step that details are shown of. */
  readonly chosen: number;
  /** Numbers of the steps that the search finds; undefined: nothing is searched for. */
  readonly found: ReadonlySet<number> | undefined;
}

/** Says what is chosen; every view is then drawn anew. */
export type Choose = (id: number) => void;

/** The element of the page with this `id`. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** An element with a text, which is never read as markup. */
export function withText(name: string, text: string, className = ''): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  if (className !== '') made.className = className;
  return made;
}

/** The class that says whether a search finds a step. */
export function foundClass({ found }: PageState, id: number): string {
  if (!found) return '';
  return found.has(id) ? ' found' : ' missed';
}

export function percent(part: number, all: number): string {
  if (all === 0) return '';
  const value = (100 * part) / all;
  return `${value >= 10 || value === 0 ? value.toFixed(0) : value.toFixed(1)} %`;
}

/** Nanoseconds, small ones with a decimal. */
export function nanoseconds(value: number): string {
  if (value >= 1000) return `${(value / 1000).toFixed(1)} µs`;
  return `${value >= 9.95 || value === 0 ? value.toFixed(0) : value.toFixed(value >= 0.095 ? 1 : 2)} ns`;
}

/** Bytes, in the greatest unit of which there are some. */
export function bytes(value: number): string {
  if (value < 1024) return `${value.toFixed(0)} B`;
  return value < 2 ** 20 ? `${(value / 1024).toFixed(1)} KiB` : `${(value / 2 ** 20).toFixed(1)} MiB`;
}
