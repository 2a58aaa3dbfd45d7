import type { Gate, KeyPart } from '../../model/condition.ts';
import { ownRules } from '../own-rules.ts';
import type { LintRule } from '../rule.ts';

/** Mebibytes of keys alone that one table may take. */
const BUDGET = 64;

/** Bytes of a key's part; of an address that of the wider family. */
const BYTES: Readonly<Record<KeyPart['field'], number>> = {
  source: 16,
  destination: 16,
  'source port': 2,
  'destination port': 2,
  protocol: 1,
  in: 4,
  'source mac': 6,
};

export const tableMemory: LintRule = {
  code: 'SL1452',
  name: 'table-memory',
  group: 'planes',
  severity: 'warning',
  title: 'a table of limits that takes more memory than a host gives away',
  finds:
    'A limit or a count of connections whose table has room for so many keys that the keys alone take more than 64 MiB; what a plane keeps beside each key comes on top.',
  matters:
    'At XDP the map takes its memory when the program is loaded, whether there are packets or not; in nftables a flood of forged senders makes the kernel fill the table.',
  remedy: 'Say `keys N` for what the host can spare, or a shorter key: `per source/24`.',
  bad: `filter input default drop {
  allow icmp echo-request up to 5/second per source keys 10000000
}
`,
  good: `filter input default drop {
  allow icmp echo-request up to 5/second per source keys 100000
}
`,
  *run(context) {
    const seen = new Set<string>();
    for (const { rule } of ownRules(context)) {
      for (const gate of [...rule.gates, ...rule.effects.flatMap(({ gates }) => gates)]) {
        if (gate.kind === 'sample' || seen.has(gate.limiter)) continue;
        seen.add(gate.limiter);
        const mebibytes = Math.floor(keyBytes(gate) / 2 ** 20);
        if (mebibytes <= BUDGET) continue;
        const keys = gate.bounds.keys.toLocaleString('en');
        yield { span: gate.span, message: `room for ${keys} keys: the keys alone take ${mebibytes} MiB` };
      }
    }
  },
};

function keyBytes({ per, bounds }: Exclude<Gate, { readonly kind: 'sample' }>): number {
  return per.reduce((sum, { field }) => sum + BYTES[field], 0) * bounds.keys;
}
