import { ownRules } from '../own-rules.ts';
import type { LintRule } from '../rule.ts';

export const memoryWithoutTimeout: LintRule = {
  code: 'SL1435',
  name: 'memory-without-timeout',
  group: 'cost',
  severity: 'warning',
  title: 'a memory that packets fill, and nothing empties',
  finds:
    'A `memory` without a timeout that some rule remembers keys in, without `for`, and that no rule forgets keys of.',
  matters:
    'It fills up to its bound and stays full: keys of years ago are in it, and new ones find no room. A sender that forges addresses fills it within seconds.',
  remedy: 'Give it a `timeout`, or say `for 1h` where it is written.',
  bad: `zone uplink = eth0
memory banned(address: ip) keys 65536
filter input default drop {
  drop from banned
  remember source in banned in uplink tcp/23
}
`,
  good: `zone uplink = eth0
memory banned(address: ip) timeout 1h keys 65536
filter input default drop {
  drop from banned
  remember source in banned in uplink tcp/23
}
`,
  *run(context) {
    const effects = ownRules(context).flatMap(({ rule }) => rule.effects.map(({ effect }) => effect));
    for (const memory of context.policy.memories) {
      if (memory.timeout !== undefined) continue;
      const own = effects.filter((effect) => 'memory' in effect && effect.memory.name === memory.name);
      const isEmptied = own.some(({ kind }) => kind === 'forget');
      const fills = own.some((effect) => effect.kind === 'remember' && effect.duration === undefined);
      if (isEmptied || !fills) continue;
      yield { span: memory.span, message: `\`${memory.name}\` is filled by packets, and never forgets` };
    }
  },
};
