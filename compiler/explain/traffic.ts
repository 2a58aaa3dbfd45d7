/** What the classes of a shaper have let pass, by the policy's names. */
import type { Shape } from '../model/index.ts';
import { classesIn, everyClass, numberClasses } from '../model/shape-classes.ts';
import type { ClassTraffic } from '../plane.ts';
import type { ExplainedClass } from './explained.ts';

/** What was listed of a shaper. */
export interface ListedClasses {
  readonly interface: string;
  readonly classes: ReadonlyMap<number, ClassTraffic>;
}

/** The policy's classes that are listed, those that have sent most first. `shapes`: all of the policy's. */
export function trafficOf(
  shape: Shape,
  shapes: readonly Shape[],
  { classes }: ListedClasses,
): readonly ExplainedClass[] {
  return [...namesOf(shape, shapes)]
    .flatMap(([number, name]) => {
      const traffic = classes.get(number);
      return traffic ? [{ name, ...traffic }] : [];
    })
    .toSorted((a, b) => b.bytes - a.bytes);
}

/** How many of the shaper's classes are missing in a list: it is then one of another build, or of another interface. */
export function unlisted(shape: Shape, shapes: readonly Shape[], { classes }: ListedClasses): readonly string[] {
  return [...namesOf(shape, shapes)].flatMap(([number, name]) => (classes.has(number) ? [] : [name]));
}

/** The names of all classes in which packets wait, by number. */
function namesOf(shape: Shape, shapes: readonly Shape[]): ReadonlyMap<number, string> {
  const nodes = classesIn(shape);
  const { of, fair } = numberClasses(shape, shapes, nodes);
  const named = [...everyClass(nodes)].map((node) => [of(node), node.path] as const);
  return new Map([...named, ...(shape.default === 'fair' && nodes.length > 0 ? [[fair, 'default'] as const] : [])]);
}
