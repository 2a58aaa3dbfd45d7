import { hostLines, textOf } from '../host-settings.ts';
import { outsideZones } from '../outside-zones.ts';
import type { LintRule } from '../rule.ts';

export const reversePath: LintRule = {
  code: 'SL1464',
  name: 'reverse-path',
  group: 'hosts',
  severity: 'warning',
  title: 'strict reverse-path filtering where ways may differ',
  finds: 'A `reverse_path strict` in a host block, in a policy with several outside zones.',
  matters:
    'With two ways to the world, answers may leave by one and come back by the other. Strict filtering (RFC 3704) drops what comes in by the way that the route back does not take, and says nothing.',
  remedy: 'Use `loose`, and refuse forged senders in `mitigate`.',
  bad: `zone uplink1 = eth0
zone uplink2 = eth1
filter input default drop { allow tcp/443 }
host edge {
  reverse_path strict
}
`,
  good: `zone uplink1 = eth0
zone uplink2 = eth1
filter input default drop { allow tcp/443 }
host edge {
  reverse_path loose
}
`,
  *run(context) {
    const zones = outsideZones(context).map(({ name }) => `\`${name}\``);
    if (zones.length < 2) return;
    for (const { span, values } of hostLines(context)) {
      const mode = values.get('reverse_path');
      if (!mode || textOf(mode) !== 'strict') continue;
      yield { span, message: `answers may come back by another way: ${zones.join(', ')} all lead to the world` };
    }
  },
};
