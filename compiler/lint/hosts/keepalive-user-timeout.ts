import { hostLines, millisecondsOf, numberOf } from '../host-settings.ts';
import type { LintRule } from '../rule.ts';

export const keepaliveUserTimeout: LintRule = {
  code: 'SL1461',
  name: 'keepalive-user-timeout',
  group: 'hosts',
  severity: 'warning',
  title: 'keepalive and user timeout that cancel each other',
  finds:
    'A `sockets` line with keepalive and a user timeout, where the user timeout is not a little below idle + interval × probes: above it, or more than one interval below.',
  matters:
    'With a user timeout the kernel counts no probes: the connection ends by the user timeout alone (tcp(7), and `tcp_keepalive_timer` in the kernel). What `probes` says is then not what happens.',
  remedy: 'Set the user timeout to a little less than idle + interval × probes.',
  bad: `filter input default drop { allow tcp/443 }
host edge {
  sockets keepalive idle 5s interval 3s probes 3 user_timeout 30s
}
`,
  good: `filter input default drop { allow tcp/443 }
host edge {
  sockets keepalive idle 5s interval 3s probes 3 user_timeout 13s
}
`,
  *run(context) {
    for (const { span, about, values } of hostLines(context)) {
      const [idle, interval, timeout] = ['idle', 'interval', 'user_timeout'].map((word) =>
        millisecondsOf(values.get(word)),
      );
      const probes = numberOf(values.get('probes'));
      if (about !== 'sockets' || idle === undefined || interval === undefined || probes === undefined) continue;
      const whole = idle + interval * probes;
      if (timeout === undefined || (timeout < whole && timeout >= whole - interval)) continue;
      yield {
        span,
        message: `keepalive would end a dead connection after ${whole / 1000} s, and the user timeout does so after ${timeout / 1000} s`,
        hint: `A little below ${whole / 1000} s, both say the same.`,
      };
    }
  },
};
