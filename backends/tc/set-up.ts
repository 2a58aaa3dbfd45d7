/** Lines for `tc -batch` that make what commands say, whatever an earlier build has left there, and that take it away again. */
import {
  commandText,
  emptied,
  policing,
  withoutChain,
  withoutFilters,
  withoutPolicing,
  type PlainCommand,
  type PolicerText,
} from './commands.ts';

export class SetUp {
  readonly #policers: PolicerText;
  readonly #begun = new Set<string>();
  readonly #policed: string[] = [];

  constructor(policers: PolicerText) {
    this.#policers = policers;
  }

  /** Of the next command, behind what makes room for what its interface is to have. */
  linesOf(command: PlainCommand): readonly string[] {
    const own = commandText('add', { ...command, what: this.#policers.whatOf(command) });
    return [...this.#begin(command), own];
  }

  #begin({ device, parent }: PlainCommand): readonly string[] {
    const isFirst = (place: string) => {
      const key = `${place} ${device}`;
      const isNew = !this.#begun.has(key);
      this.#begun.add(key);
      return isNew;
    };
    if (parent === 'root') return isFirst('root') ? [emptied(device)] : [];
    if (parent !== 'ingress' || !isFirst('ingress')) return [];
    this.#policed.push(device);
    return withoutPolicing(device);
  }

  /** Behind all commands: what comes in is policed only once all filters are there. */
  end(): readonly string[] {
    return this.#policed.map(policing);
  }
}

/** What takes away all that the commands have made, but for what other filters may stand in. */
export function takenDown(commands: readonly PlainCommand[]): readonly string[] {
  const devicesOf = (isOne: (command: PlainCommand) => boolean) => [
    ...new Set(commands.filter(isOne).map(({ device }) => device)),
  ];
  return [
    ...devicesOf(({ object, parent }) => object === 'filter' && parent === 'egress').map(withoutFilters),
    ...devicesOf(({ parent }) => parent === 'root').map((device) => `qdisc del dev ${device} root`),
    ...devicesOf(({ parent }) => parent === 'ingress').flatMap(withoutChain),
  ];
}
