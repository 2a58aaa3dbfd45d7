/** The page: reads its data, and shows one plane at a time in three views. */
import { everyStep, type PageData, type PageStep } from '../page-step.ts';
import { showDetails } from './details.ts';
import { DeviceView } from './device-view.ts';
import { FlameView } from './flame-view.ts';
import { byId, type PageState } from './page.ts';
import { PlanView } from './plan-view.ts';
import { RulesView } from './rules-view.ts';

const data = JSON.parse(byId('data').textContent ?? '') as PageData;
const search = byId('search') as HTMLInputElement;
const choice = byId('plane') as HTMLSelectElement;

let state = stateOf(0);
const views = [new FlameView(choose), new PlanView(choose), new DeviceView(), new RulesView(choose)];

function stateOf(index: number): PageState {
  const plane = data.planes[index]!;
  const steps: PageStep[] = [];
  const parents: (PageStep | undefined)[] = [];
  for (const step of everyStep(plane.root)) {
    steps[step.id] = step;
    for (const below of step.steps) parents[below.id] = step;
  }
  return { plane, steps, parents, chosen: 0, found: undefined };
}

function choose(id: number): void {
  state = { ...state, chosen: id };
  show();
}

function show(): void {
  for (const view of views) view.show(state);
  showDetails(state);
}

/** What has all words of the search in its title, lookup, rule or lines. */
function searched(text: string): ReadonlySet<number> | undefined {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return undefined;
  const found = state.steps.filter(({ title, lookup = '', rule = '', lines = '' }) => {
    const own = `${title}\n${lookup}\n${rule}\n${lines}`.toLowerCase();
    return words.every((word) => own.includes(word));
  });
  return new Set(found.map(({ id }) => id));
}

function find(): void {
  const found = searched(search.value);
  state = { ...state, found };
  byId('search-count').textContent = found ? `${found.size} found` : '';
  show();
}

search.addEventListener('input', find);
choice.addEventListener('change', () => {
  state = stateOf(choice.selectedIndex);
  find();
});
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && !(event.target instanceof HTMLInputElement)) {
    event.preventDefault();
    search.focus();
  } else if (event.key === 'Escape' && event.target === search) {
    search.value = '';
    find();
  }
});

choice.append(...data.planes.map(({ target, plane }) => new Option(`${target}, ${plane}`)));
byId('plane-choice').hidden = data.planes.length < 2;
show();
