/** The queues of `shape` blocks as stages: how a packet gets to its class, and what was avoided. */
import type { Shape } from '../model/index.ts';
import { classesIn, defaultClass, everyClass } from '../model/shape-classes.ts';
import type { ClassSearch } from '../plane.ts';
import { stepInWords, type ExplainedStage, type ExplainedStep } from './explained.ts';
import { PolicyLineSets } from './policy-lines.ts';

/** Of the `fw` filter, by which classes are often picked (net/sched/cls_fw.c: HTSIZE). */
const BUCKETS_OF_FW = 256;

/** `search`: how the class of what leaves is found where nftables does not write the packet's priority. */
export function explainShape(shape: Shape, search: ClassSearch | undefined): ExplainedStage {
  const { origin } = shape;
  const lines = new PolicyLineSets().ofOrigins([origin]);
  const step = (title: string, lookup?: string): ExplainedStep => stepInWords(title, lookup, lines);
  const classes = [...everyClass(classesIn(shape))].length;
  const { direction, queues } = shape;
  if (shape.policed) return inStage(origin.name, policedSteps(classes, step));
  const arrival =
    direction === 'egress'
      ? []
      : [
          step('from where it comes in to an interface that has queues (ifb), behind `mitigate`'),
          step('avoided: a redirection by tc (mirred), which goes past `mitigate`'),
        ];
  const queued =
    classes === 0
      ? [step('cake: all hosts in turn, and the flows of each; no classes')]
      : [
          search
            ? step(`its class: by ${search.by}`, search.lookup)
            : step('its class: by its priority, without a filter', `hash, ${counted(classes, 'class')}`),
          step(restOf(shape)),
          ...(search?.without === undefined ? [] : [step(search.without)]),
          ...(search?.avoided ? [step(`avoided: ${search.avoided.by}`, search.avoided.lookup)] : []),
          ...(search
            ? []
            : [step('avoided: filters of tc (u32, flower), which are asked within the lock of the queues')]),
          step('avoided: an `fw` filter, which walks a bucket', walked(Math.ceil(classes / BUCKETS_OF_FW))),
          step('avoided: a list of u32 filters', walked(classes)),
          ...(queues === undefined
            ? [step(`one lock, for all that ${direction === 'egress' ? 'leaves' : 'comes in'} by this interface`)]
            : [
                step(`a lock for each of ${queues} queues, which lend each other nothing`),
                step("its queue: by its class's number", `${queues} filters, one after another`),
              ]),
        ];
  return inStage(origin.name, [...arrival, ...queued]);
}

function inStage(name: string, steps: readonly ExplainedStep[]): ExplainedStage {
  return { name, before: [], default: undefined, expense: undefined, steps, alternatives: [] };
}

function policedSteps(
  classes: number,
  step: (title: string, lookup?: string) => ExplainedStep,
): readonly ExplainedStep[] {
  const found = [
    step('its class: by filters of tc, for each `class` and family (flower)', 'hash for each mask'),
    step('its policer, and those of the classes around', counted(classes, 'class')),
  ];
  return [
    ...(classes === 0 ? [] : found),
    step('the policer of the link, for all that comes in; what goes beyond is lost'),
    step('avoided: an interface of its own for what comes in (ifb), and waiting there'),
  ];
}

function restOf(shape: Shape): string {
  const rest = defaultClass(shape, classesIn(shape));
  if (rest) return `what no class takes: class ${rest.path}`;
  return shape.default === 'fair'
    ? 'what no class takes: a queue of its own, its flows in turn (fq_codel)'
    : 'what no class takes: past the classes, at once';
}

function walked(classes: number): string {
  return `${counted(classes, 'class')} a packet`;
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? what : `${what}es`}`;
}
