/** What the values of a shape are: columns that a table could have, or what its rules have in common. */
import type { Shape } from '../dump/shapes.ts';
import { readShapeOptions, type ShapeOptions, type UsedExtension } from '../shape-options.ts';

/** `fixed`: rules of a table agree in the value. */
export type Role = 'from' | 'to' | 'port' | 'mac' | 'mark' | 'target' | 'comment' | 'chain' | 'fixed';

/**
 * `row`: may be a row of a table. `opening`: a jump that asks for nothing but addresses and interfaces, so that the rules
 * that it leads to can be asked in its stead. `leaving`: leads out of the chain, and is no row. `other`: stays as it is.
 */
export type FormKind = 'row' | 'opening' | 'leaving' | 'other';

export interface RuleForm {
  readonly kind: FormKind;
  /** Of each value of the shape, in order. */
  readonly roles: readonly Role[];
  /** Equal for shapes whose rules can stand in one table. */
  readonly key: string;
  /** The key's number. */
  readonly number: number;
  /** Where the form is for several protocols: which one the shape names. */
  readonly protocol: string | undefined;
  /** The rules lead back out of their chain. */
  readonly leaves: boolean;
  /** The rules say more of each packet than whether they are for it. */
  readonly hasData: boolean;
}

/** Matches that neither count packets nor change anything. */
const PLAIN_MATCHES: ReadonlySet<string> = new Set([
  'tcp',
  'udp',
  'icmp',
  'icmp6',
  'state',
  'conntrack',
  'comment',
  'multiport',
  'mac',
]);

const ROW_TARGETS: ReadonlySet<string> = new Set(['ACCEPT', 'DROP', 'REJECT', 'MARK', 'SNAT', 'DNAT', 'RETURN']);

/** Options of a jump that can be asked of each rule that it leads to. */
const OPENING_OPTIONS: ReadonlySet<string> = new Set([
  'source',
  'destination',
  'in-interface',
  'out-interface',
  'match',
  'jump',
]);

/** The protocols whose ports one table can hold, with their numbers. */
export const PORT_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['tcp', 6],
  ['udp', 17],
]);

/** The forms of shapes, in their order. */
export function formsOf(shapes: readonly Shape[]): RuleForm[] {
  const numbers = new Map<string, number>();
  return shapes.map((shape) => {
    const form = formOf(shape, readShapeOptions(shape));
    const number = numbers.get(form.key) ?? numbers.size;
    numbers.set(form.key, number);
    return { ...form, number };
  });
}

function formOf(shape: Shape, options: ShapeOptions): Omit<RuleForm, 'number'> {
  const roles = rolesOf(shape, options);
  const kind = kindOf(options, roles);
  const protocol = kind === 'row' && roles.includes('port') ? protocolOf(options) : undefined;
  const hasData = roles.includes('mark') || roles.includes('target');
  const leaves = options.target?.extension.name === 'RETURN';
  return { kind, roles, key: keyOf(shape, roles, protocol), protocol, leaves, hasData };
}

function kindOf({ base, matches, target, chain, unknown }: ShapeOptions, roles: readonly Role[]): FormKind {
  if (unknown.length > 0) return 'leaving';
  if (chain?.isGoto === true) return 'leaving';
  const isOnceEach = (['from', 'to', 'port', 'mac'] as const).every(
    (role) => roles.indexOf(role) === roles.lastIndexOf(role),
  );
  if (chain) {
    const isOpening =
      isOnceEach &&
      matches.every(({ extension }) => extension.name === 'comment') &&
      base.used.every(({ name, negated }) => OPENING_OPTIONS.has(name) && (!negated || name.endsWith('interface')));
    return isOpening ? 'opening' : 'other';
  }
  const isRow =
    isOnceEach &&
    target !== undefined &&
    ROW_TARGETS.has(target.extension.name) &&
    matches.every(({ extension }) => PLAIN_MATCHES.has(extension.name)) &&
    base.used.every(({ name, negated }) => !negated || (name !== 'source' && name !== 'destination'));
  if (isRow) return 'row';
  return target?.extension.name === 'RETURN' ? 'leaving' : 'other';
}

function protocolOf({ base }: ShapeOptions): string | undefined {
  const option = base.used.find(({ name }) => name === 'protocol');
  const word = option?.negated === false ? option.arguments[0] : undefined;
  return typeof word === 'string' && PORT_PROTOCOLS.has(word) ? word : undefined;
}

function rolesOf({ words }: Shape, options: ShapeOptions): Role[] {
  const roles: Role[] = words.filter((word) => word === undefined).map(() => 'fixed');
  const say = ({ used }: UsedExtension, option: string, role: Role) => {
    for (const { name, negated, arguments: given } of used) {
      const [value] = given;
      if (name === option && !negated && typeof value === 'number') roles[value] = role;
    }
  };
  say(options.base, 'source', 'from');
  say(options.base, 'destination', 'to');
  for (const match of options.matches) {
    if (match.extension.name === 'comment') say(match, 'comment', 'comment');
    if (match.extension.name === 'mac') say(match, 'mac-source', 'mac');
    if (PORT_PROTOCOLS.has(match.extension.name)) say(match, 'destination-port', 'port');
  }
  if (options.target) {
    say(options.target, 'set-xmark', 'mark');
    say(options.target, 'to-source', 'target');
    say(options.target, 'to-destination', 'target');
  }
  if (typeof options.chain?.argument === 'number') roles[options.chain.argument] = 'chain';
  return roles;
}

/** The words, with the role in the place of each value; the protocol is a column where several can stand. */
function keyOf({ words }: Shape, roles: readonly Role[], protocol: string | undefined): string {
  let value = 0;
  return words
    .map((word, at) => {
      if (word === undefined) return `<${roles[value++]}>`;
      const before = words[at - 1];
      return word === protocol && (before === '-p' || before === '-m') ? '<protocol>' : word;
    })
    .join(' ');
}
