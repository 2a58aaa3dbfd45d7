import type { ShapeItem } from '../../model/policy.ts';
import type { LintRule } from '../rule.ts';

/** From here on, setting up takes seconds. */
const MANY = 4096;

export const manyClasses: LintRule = {
  code: 'SL1434',
  name: 'many-classes',
  group: 'cost',
  severity: 'note',
  title: 'more classes than a shaper sets up quickly',
  finds: 'A `shape` block with more than 4,096 classes, those for rows counted.',
  matters:
    'The kernel walks all classes of a shaper for each one that is added, so setting up takes time that grows with the square of their number. Finding the class of a packet is no matter here: the class is written into the packet, and no filter with 256 buckets is asked.',
  remedy: 'Change classes with `--since`, one by one, instead of setting all up anew; or give a class to several rows.',
  bad: `zone uplink = eth0
table rooms(net: prefix4 key, id: u32 key) from "rooms.csv"
shape uplink egress rate 1gbit {
  each r in rooms { class r.id for host r.net ceiling 1mbit }
  default fair
}
`,
  good: `zone uplink = eth0
shape uplink egress rate 1gbit {
  class rooms for host 10.0.0.0/8 ceiling 500mbit
  default fair
}
`,
  *run({ policy }) {
    for (const { origin, body } of policy.shapes) {
      const count = classesIn(body);
      if (count > MANY) yield { span: origin.span, message: `this shaper has ${count.toLocaleString('en')} classes` };
    }
  },
};

function classesIn(items: readonly ShapeItem[]): number {
  return items.reduce((sum, item) => {
    if (item.kind === 'class') return sum + 1 + classesIn(item.nested);
    return sum + (item.rows?.length ?? item.row.table.rowCount) * classesIn(item.body);
  }, 0);
}
