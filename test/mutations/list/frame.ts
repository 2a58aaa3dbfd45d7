/** Base chains, verdicts, translations. */
import { mutationsOf } from '../mutation.ts';

export const frame = [
  ...mutationsOf('backends/nftables/lower/stages.ts', [
    {
      name: 'chains accept by default',
      original: "plan.stage.default.kind === 'allow' ? 'accept' : 'drop';",
      replacement: "plan.stage.default.kind === 'allow' ? 'accept' : 'accept';",
      why: 'a lost default',
    },
    {
      name: 'flows begin with anything but a SYN',
      original: "'tcp flags & (fin | syn | rst | ack) != syn', 'drop'",
      replacement: "'tcp flags & (fin | syn | rst | ack) == syn', 'drop'",
      why: 'a lost negation',
    },
    {
      name: 'flows are let through once answered',
      original: "'ct status confirmed', 'accept'",
      replacement: "'ct state new', 'accept'",
      why: 'a wrong test: flows pass that no rule has let through',
    },
    {
      name: 'packets of no flow go on',
      original: "stateful.invalid === 'drop' ? ', invalid : drop' : ''",
      replacement: "stateful.invalid === 'drop' ? '' : ''",
      why: 'a missing element of a verdict map',
    },
    {
      name: 'later fragments meet rules about ports',
      original: 'chain.rules.push(...leads.map((family) =>',
      replacement: 'chain.rules.push(...leads.slice(2).map((family) =>',
      why: 'a lost guard: their data are taken for a header',
    },
  ]),
  ...mutationsOf('backends/nftables/lower/decisions.ts', [
    {
      name: 'what leaves a group is accepted',
      original: "return 'return';",
      replacement: "return 'accept';",
      why: 'a wrong verdict',
    },
    {
      name: 'translations of IPv4 lead to the target of IPv6',
      original: 'place.family === 6 ? translation.target.v6 : translation.target.v4',
      replacement: 'place.family === 4 ? translation.target.v6 : translation.target.v4',
      why: 'a wrong family',
    },
    {
      name: 'prefixes of the other side are translated',
      original: "const side = verb === 'snat' ? 'saddr' : 'daddr';",
      replacement: "const side = verb === 'dnat' ? 'saddr' : 'daddr';",
      why: 'a wrong field',
    },
  ]),
  ...mutationsOf('backends/nftables/lower/effects.ts', [
    {
      name: 'what is to be remembered is forgotten',
      original: "${kind === 'remember' ? 'update' : 'delete'} @",
      replacement: "${kind === 'remember' ? 'delete' : 'update'} @",
      why: 'a wrong effect',
    },
    {
      name: 'classes of service are shifted',
      original: 'dscp set ${dscp}`',
      replacement: 'dscp set ${dscp >> 1}`',
      why: 'a wrong value',
    },
  ]),
  ...mutationsOf('backends/nftables/lower/marks.ts', [
    {
      name: 'setting some bits of a mark clears the others',
      original: 'mask === WHOLE ? hex(value) : `${what} & ${hex(~mask)} | ${hex(value)}`',
      replacement: 'hex(value)',
      why: 'a dropped mask',
    },
  ]),
  ...mutationsOf('backends/nftables/lower/rates.ts', [
    {
      name: 'limits hold for what is within them',
      original: "const over = sense === 'over' ? 'over ' : '';",
      replacement: "const over = sense === 'over' ? '' : 'over ';",
      why: 'a lost negation',
    },
    {
      name: 'bursts are one packet larger',
      original: '` burst ${extra} ${isOfPackets',
      replacement: '` burst ${extra + 1} ${isOfPackets',
      why: 'an off-by-one in a burst',
    },
  ]),
];
