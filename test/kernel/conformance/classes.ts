/**
 * Which class each packet queues in: where it leaves by its priority and by what the kernel has counted in its queues; where it
 * comes in, by what the kernel has counted alone.
 */
import { readClasses } from '../../../backends/tc/read-classes.ts';
import type { Outcome } from '../../../compiler/semantics/evaluate.ts';
import type { Shape } from '../../../compiler/model/policy.ts';
import { queueInterfaceOf } from '../../../compiler/model/shape-interface.ts';
import type { Shaped } from '../../../compiler/semantics/shape.ts';
import { classesIn } from '../../../compiler/model/shape-classes.ts';
import type { Lab } from '../../../cli/lab/lab.ts';
import type { Observation } from '../../../cli/lab/observation.ts';
import type { Built } from './build.ts';

export class Classes {
  readonly #built: Built;
  /** Packets by interface with queues and class. */
  readonly #passed = new Map<string, number>();

  constructor(built: Built) {
    this.#built = built;
  }

  /** Whether what leaves has the priority of the class that the reference names. */
  agree({ fate, shaped }: Outcome, observations: readonly Observation[]): boolean {
    if (fate.kind !== 'forwarded') return true;
    return shaped.every((met) => {
      const shape = this.#shapeOf(met);
      // A shaper without classes is one queue, and nothing is written on its packets.
      if (shape.direction === 'ingress' || classesIn(shape).length === 0) return true;
      const device = deviceOf(shape);
      const wanted = this.#numberOf(device, nameOf(met, shape));
      const priorities = observations.flatMap((one) =>
        one.kind !== 'delivered' && one.interface === device ? [one.priority] : [],
      );
      return priorities.every((priority) => priority === wanted);
    });
  }

  note(observations: readonly Observation[]): void {
    for (const one of observations) if (one.kind !== 'delivered') this.#count(one.interface, one.priority);
  }

  /** Of what came in, whatever became of it. */
  noteArrival({ shaped }: Outcome): void {
    for (const one of shaped) {
      const shape = this.#shapeOf(one);
      if (shape.direction === 'egress') continue;
      const device = deviceOf(shape);
      this.#count(device, this.#numberOf(device, nameOf(one, shape)));
    }
  }

  /** Lines for classes that have not counted just the packets that are theirs. */
  async differing(lab: Lab): Promise<string[]> {
    const lines: string[] = [];
    for (const { interface: device, priority } of lab.strays.flatMap((one) => ('interface' in one ? [one] : []))) {
      this.#count(device, priority ?? 0);
    }
    for (const shape of this.#built.policy.shapes) {
      const device = deviceOf(shape);
      const listed = await lab.exec(['tc', '-s', 'class', 'show', 'dev', device]);
      const counts = readClasses(listed);
      for (const [name, number] of this.#built.classes) {
        if (!name.startsWith(`${device} `)) continue;
        const [seen, wanted] = [counts?.get(number)?.packets, this.#passed.get(`${device} ${number}`) ?? 0];
        if (seen !== wanted) lines.push(`class ${name}: ${seen} packets, and ${wanted} are its own`);
      }
    }
    return lines;
  }

  #count(device: string, priority: number): void {
    const key = `${device} ${priority}`;
    this.#passed.set(key, (this.#passed.get(key) ?? 0) + 1);
  }

  #shapeOf({ zone, direction }: Shaped): Shape {
    return this.#built.policy.shapes.find((one) => one.zone.name === zone && one.direction === direction)!;
  }

  #numberOf(device: string, name: string): number {
    const known = this.#built.classes.get(`${device} ${name}`);
    if (known !== undefined) return known;
    // Past all classes: number 0 of the shaper.
    const [any] = [...this.#built.classes]
      .filter(([other]) => other.startsWith(`${device} `))
      .map(([, number]) => number);
    return Math.floor((any ?? 0) / 0x10000) * 0x10000;
  }
}

function deviceOf(shape: Shape): string {
  return queueInterfaceOf(shape, undefined)!;
}

function nameOf({ classes }: Shaped, shape: Shape): string {
  return classes.length > 0 ? classes.join('/') : byDefault(shape);
}

/** The name of what no class takes, as the side file has it. */
function byDefault({ default: wanted }: Shape): string {
  if (wanted === 'fair') return 'default';
  return wanted === 'unshaped' ? '' : wanted.class;
}
