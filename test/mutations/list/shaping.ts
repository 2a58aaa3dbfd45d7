/** Which class a packet queues in, and the queues of tc: judged by other policies than the rest, with what tc is given. */
import { mutationsOf } from '../mutation.ts';

export const shaping = [
  ...mutationsOf('compiler/4-program/shape.ts', [
    {
      name: 'a class comes before those in it',
      original: 'return [...inside, this.#rule(origin, met, number)];',
      replacement: 'return [this.#rule(origin, met, number), ...inside];',
      why: 'a swapped order',
    },
    {
      name: 'a class in a class does not ask for what is asked around it',
      original: 'const met = [...around, condition];',
      replacement: 'const met = [condition];',
      why: 'a lost condition: classes of other zones and of other rows match, too',
    },
    {
      name: 'rows have the number of the row before',
      original: 'this.#numberOf(origin, row));',
      replacement: 'this.#numberOf(origin, Math.max(0, row - 1)));',
      why: 'an index off by one',
    },
    {
      name: 'what no class takes is in the first',
      original: '[passes], numbers.default),',
      replacement: '[passes], numbers.of(nodes[0]!)),',
      why: 'a wrong value',
    },
  ]),
  ...mutationsOf('compiler/4-program/shape-ingress.ts', [
    {
      name: 'both ends of a packet are one as it comes in',
      original: "!ends.has(condition.field) ? { ...condition, view: 'on wire' } : condition;",
      replacement: "!ends.has(condition.field) ? { ...condition, field: 'source', view: 'on wire' } : condition;",
      why: 'a wrong field',
    },
    {
      name: 'what is not asked for is, as packets come in',
      original: 'return { ...condition, of: onWire(condition.of, ends) };',
      replacement: 'return onWire(condition.of, ends);',
      why: 'a lost negation',
    },
  ]),
  ...mutationsOf('backends/nftables/lower/classes.ts', [
    {
      name: 'a row that is found has the number of another',
      original: 'out.write(classId(numbers(index)))',
      replacement: 'out.write(classId(numbers(index) ^ 1))',
      why: 'a wrong value',
    },
    {
      name: 'the class is written as a mark',
      original: 'return `meta priority set ${classId(chosen)}`;',
      replacement: 'return `meta mark set ${chosen}`;',
      why: 'a wrong field',
    },
  ]),
  ...mutationsOf('backends/nftables/lower/arrivals.ts', [
    {
      name: 'classes of what comes in are chosen behind where it leaves for them',
      original: "priority: '-400' },",
      replacement: "priority: '-200' },",
      why: 'a swapped order',
    },
    {
      name: 'later fragments have no class as they come in',
      original: "if (own.every(({ body }) => isNothing(body))) return 'accept';",
      replacement: "if (id === 'shape ingress') return 'accept';",
      why: 'a lost case',
    },
  ]),
  ...mutationsOf('backends/tc/lower.ts', [
    {
      name: 'a class in classes has the number of the one around',
      original: 'const id = classId(this.#numbers.of(node));',
      replacement: 'const id = classId(nested.length > 0 ? this.#numbers.around(node) : this.#numbers.of(node));',
      why: 'a wrong number',
    },
    {
      name: 'what comes in is sent to where it came in',
      original: 'from: interfaceOf(shape, target)!, to: queueInterfaceOf(shape, target)!',
      replacement: 'from: queueInterfaceOf(shape, target)!, to: interfaceOf(shape, target)!',
      why: 'two names swapped',
    },
  ]),
  ...mutationsOf('backends/tc/redirect.ts', [
    {
      name: 'what comes in leaves for its queue before its class is chosen',
      original: 'const PRIORITY = -300;',
      replacement: 'const PRIORITY = -450;',
      why: 'a swapped order',
    },
    {
      name: 'what comes in leaves for its queue before it is dropped',
      original: '`\\ttype filter hook ingress device "${from}" priority ${PRIORITY}; policy accept;`,',
      replacement: '`\\ttype filter hook ingress device "${from}" priority -600; policy accept;`,',
      why: 'a swapped order',
    },
  ]),
  ...mutationsOf('backends/tc/commands.ts', [
    {
      name: 'a queue takes the place of all below an interface',
      original: "const place = parent === 'root' ? 'root' : `parent ${parent}`;",
      replacement: "const place = 'root';",
      why: 'a wrong place',
    },
  ]),
  ...mutationsOf('compiler/model/shape-classes.ts', [
    {
      name: 'numbers of classes are taken twice',
      original: 'while (taken[place] === 1) place = (place + 1) % count;',
      replacement: 'place %= 3;',
      why: 'a lost check: classes share a number',
    },
  ]),
];

/** Where tc finds the class of what comes in by itself. */
export const policing = [
  ...mutationsOf('backends/tc/frame-filters.ts', [
    {
      name: 'a filter asks for DSCP where ECN is',
      original: 'asked.dscp = maskedBytes(negated ? set.complement() : set, 2);',
      replacement: 'asked.dscp = maskedBytes(negated ? set.complement() : set, 0);',
      why: 'a shift lost',
    },
    {
      name: 'a mask in a filter is of all bits',
      original: 'mask: ((2 ** width - 1) ^ (2 ** (width - length) - 1)) << shift,',
      replacement: 'mask: (2 ** width - 1) << shift,',
      why: 'a wrong mask',
    },
  ]),
  ...mutationsOf('backends/tc/flower-keys.ts', [
    {
      name: 'sources are destinations in a filter',
      original: "`${field === 'source' ? 'src' : 'dst'}_ip",
      replacement: "`${field === 'source' ? 'dst' : 'src'}_ip",
      why: 'two names swapped',
    },
    {
      name: 'a filter asks for ports of fragments',
      original: "const WHOLE = 'ip_flags nofrag';",
      replacement: "const WHOLE = '';",
      why: 'a lost condition: what stands in a later fragment is taken for ports',
    },
    {
      name: 'ranges of ports end one before',
      original: '${low === high ? low : `${low}-${high}`}',
      replacement: '${low === high ? low : `${low}-${high - 1}`}',
      why: 'off by one',
    },
  ]),
  ...mutationsOf('backends/tc/class-filters.ts', [
    {
      name: 'filters of IPv6 are of IPv4',
      original: "const protocol = family === 4 ? 'ip' : 'ipv6';",
      replacement: "const protocol = 'ip';",
      why: 'a lost case',
    },
    {
      name: 'filters stand in the other order',
      original: 'this.#preference += 1;',
      replacement: 'this.#preference = (this.#preference || 60_000) - 1;',
      why: 'a swapped order',
    },
  ]),
  ...mutationsOf('backends/tc/policers.ts', [
    {
      name: 'a class in a class is policed by those around alone',
      original: 'this.#ways.set(own, [own, ...around]);',
      replacement: 'this.#ways.set(own, [...around]);',
      why: 'a lost policer',
    },
    {
      name: 'what no class takes meets no policer',
      original: 'preference: LAST_PREFERENCE,',
      replacement: 'preference: 1,',
      why: 'a swapped order: it comes first, and all is in it',
    },
  ]),
];

/** Where tc finds the class of what leaves by itself, in tables of header bytes. */
export const tables = [
  ...mutationsOf('backends/tc/u32-entries.ts', [
    {
      name: 'destinations are hashed where sources are',
      original: '4: { source: 12, destination: 16 }',
      replacement: '4: { source: 12, destination: 12 }',
      why: 'a wrong offset',
    },
    {
      name: 'DSCP of IPv6 is where that of IPv4 is',
      original: 'const [shifted, shiftedMask] = [value << 4, mask << 4];',
      replacement: 'const [shifted, shiftedMask] = [value, mask];',
      why: 'a shift lost',
    },
    {
      name: 'a prefix ends with its last whole byte',
      original: 'const mask = (0xff << Math.max(0, 8 * (at + 1) - length)) & 0xff;',
      replacement: 'const mask = 0xff;',
      why: 'bits too many are asked: where they are hashed, others are not found',
    },
    {
      name: 'one alternative of several is asked',
      original: 'made.flatMap((before) => parts.map((part) => [...before, part])),',
      replacement: 'made.flatMap((before) => parts.slice(0, 1).map((part) => [...before, part])),',
      why: 'a lost case',
    },
  ]),
  ...mutationsOf('backends/tc/u32-tables.ts', [
    {
      name: 'a table is by the byte before',
      original: '0xff000000 >>> (8 * (byte % 4))',
      replacement: '0xff000000 >>> (8 * ((byte + 3) % 4))',
      why: 'off by one',
    },
    {
      name: 'values under a mask are one value',
      original: 'return ALL_VALUES.filter((value) => (value & mask) === wanted);',
      replacement: 'return [wanted];',
      why: 'a lost case',
    },
    {
      name: 'what does not ask the byte is lost behind a table',
      original: ', { byte, lists }, ...chainOf(entries.slice(end), told)];',
      replacement: ', { byte, lists }];',
      why: 'a lost rest',
    },
    {
      name: 'nothing is asked behind what asks a byte that is told',
      original: 'masks.every((mask, at) => mask === 0 || told.has(at))',
      replacement: 'masks.some((mask, at) => mask !== 0 && told.has(at))',
      why: 'some for every',
    },
    {
      name: 'filters of IPv6 stand where those of IPv4 do',
      original: "this.#family === 4 ? '800::' : '801::'",
      replacement: "this.#family === 4 ? '800::' : '800::'",
      why: 'a lost case',
    },
    {
      name: 'tables share a number',
      original: 'let number = jhash(new TextEncoder().encode(path), 0) & MOST_TABLES;',
      replacement: 'let number = 7; if (number) return path === "" ? 0 : number;',
      why: 'a lost check',
    },
  ]),
];
