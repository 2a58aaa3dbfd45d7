/** The rules that stay with iptables, as a file for `iptables-restore --noflush`. */
import { hex } from '../matches/marks.ts';
import type { Family } from '../dump/dump.ts';
import type { PlacedQuestion } from './places.ts';

/** How each such file begins. */
export const RESIDUAL_MARK = '# Made by Sluice';

export const RESIDUAL_PATHS = ['iptables.save', 'ip6tables.save'] as const;

/** What the policy says of the file, at its head. */
export function remarksOf({ path, command, bits }: Residual): string[] {
  return [
    `Load ${path} besides: ${command} --noflush ${path}`,
    `There iptables asks what only iptables can ask of a packet, and sets bits of its mark (of ${hex(bits)}) for the rules below.`,
  ];
}

/** What iptables has to load besides the policy. */
export interface Residual {
  /** The name of the file. */
  readonly path: (typeof RESIDUAL_PATHS)[number];
  /** `iptables-restore` or `ip6tables-restore` */
  readonly command: string;
  /** The bits of the mark that it sets. */
  readonly bits: number;
  readonly text: string;
}

/** One file for each family that has such rules. */
export function residualsOf(questions: readonly PlacedQuestion[]): Residual[] {
  return ([4, 6] as const).flatMap((family) => {
    const own = questions.filter((question) => question.family === family);
    return own.length === 0 ? [] : [residualOf(family, own)];
  });
}

function residualOf(family: Family, questions: readonly PlacedQuestion[]): Residual {
  const bits = questions.reduce((all, { bit }) => (all | bit) >>> 0, 0);
  const program = family === 4 ? 'iptables' : 'ip6tables';
  const [path, command] = [`${program}.save` as const, `${program}-restore`];
  // Behind the filter, what leaves the host is cleared of the bits.
  const hooks = [...new Set([...questions.map(({ hook }) => hook), 'POSTROUTING'])];
  const lines = [
    `${RESIDUAL_MARK}: what of the rules only iptables can ask. Load it besides the policy, in either order:`,
    `#   ${command} --noflush THIS-FILE`,
    `# It clears the bits ${hex(bits)} of each packet's mark, and sets one where its question holds; rules of the policy ask for`,
    '# these bits. Nothing else on the host may use them, nor routing rules (`ip rule`) compare whole marks.',
    '*mangle',
    ...hooks.map((hook) => `:${chainOf(hook)} - [0:0]`),
    ...hooks.map((hook) => `-I ${hook} 1 -j ${chainOf(hook)}`),
    ...hooks.flatMap((hook) => [
      `-A ${chainOf(hook)} -j MARK --set-xmark 0x0/${hex(bits)}`,
      ...rulesOf(questions.filter((question) => question.hook === hook)),
    ]),
    'COMMIT',
  ];
  return { path, command, bits, text: `${lines.join('\n')}\n` };
}

function chainOf(hook: string): string {
  return `sluice_${hook.toLowerCase()}`;
}

/** A rule for each question, with the lines of the dump that ask it. */
function rulesOf(questions: readonly PlacedQuestion[]): string[] {
  const asked = new Map<number, PlacedQuestion[]>();
  for (const question of questions) asked.set(question.bit, [...(asked.get(question.bit) ?? []), question]);
  return [...asked].flatMap(([bit, list]) => [
    ...list.map(({ span: { source, start, end } }) => {
      const line = source.text.slice(0, start).split('\n').length;
      return `# ${source.path}:${line}: ${source.text.slice(start, end)}`;
    }),
    `-A ${chainOf(list[0]!.hook)} ${list[0]!.options} -j MARK --set-xmark ${hex(bit)}/${hex(bit)}`,
  ]);
}
