/** Which class each packet queues in: by its priority as it leaves, and by what the kernel has counted in its queues. */
import { readClasses } from '../../../backends/tc/read-classes.ts';
import type { Outcome } from '../../../compiler/semantics/evaluate.ts';
import type { Shape } from '../../../compiler/model/policy.ts';
import { classesIn } from '../../../compiler/model/shape-classes.ts';
import type { Lab } from '../../../cli/lab/lab.ts';
import type { Observation } from '../../../cli/lab/observation.ts';
import type { Built } from './build.ts';

export class Classes {
  readonly #built: Built;
  readonly #left = new Map<string, number>();

  constructor(built: Built) {
    this.#built = built;
  }

  /** Whether what leaves has the priority of the class that the reference names. */
  agree({ fate, shaped }: Outcome, observations: readonly Observation[]): boolean {
    if (fate.kind !== 'forwarded') return true;
    return shaped.every(({ zone, classes }) => {
      const shape = this.#built.policy.shapes.find((one) => one.zone.name === zone)!;
      // A shaper without classes is one queue, and nothing is written on its packets.
      if (classesIn(shape).length === 0) return true;
      const device = deviceOf(shape);
      const wanted = this.#numberOf(device, classes.length > 0 ? classes.join('/') : byDefault(shape));
      const priorities = observations.flatMap((one) =>
        one.kind !== 'delivered' && one.interface === device ? [one.priority] : [],
      );
      return priorities.every((priority) => priority === wanted);
    });
  }

  note(observations: readonly Observation[]): void {
    for (const one of observations) if (one.kind !== 'delivered') this.#count(one.interface, one.priority);
  }

  /** Lines for classes that have not counted just the packets that left with their priority. */
  async differing(lab: Lab): Promise<string[]> {
    const lines: string[] = [];
    for (const { interface: device, priority } of lab.strays.flatMap((one) => ('interface' in one ? [one] : []))) {
      this.#count(device, priority ?? 0);
    }
    for (const shape of this.#built.policy.shapes) {
      const device = deviceOf(shape);
      const listed = await lab.exec(['tc', '-s', 'class', 'show', 'dev', device]);
      const counts = readClasses(listed);
      const rest = this.#numberOf(device, byDefault(shape));
      for (const [name, number] of this.#built.classes) {
        if (!name.startsWith(`${device} `)) continue;
        const [seen, wanted] = [counts?.get(number)?.packets, this.#left.get(`${device} ${number}`) ?? 0];
        // What is no IP packet, such as a question for a link address, is in the default class, too.
        const agrees = seen === wanted || (number === rest && seen !== undefined && seen >= wanted);
        if (!agrees) lines.push(`class ${name}: ${seen} packets, and ${wanted} left with its priority`);
      }
    }
    return lines;
  }

  #count(device: string, priority: number): void {
    const key = `${device} ${priority}`;
    this.#left.set(key, (this.#left.get(key) ?? 0) + 1);
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

function deviceOf({ zone }: Shape): string {
  return zone.members[0]!.interface!;
}

/** The name of what no class takes, as the side file has it. */
function byDefault({ default: wanted }: Shape): string {
  if (wanted === 'fair') return 'default';
  return wanted === 'unshaped' ? '' : wanted.class;
}
