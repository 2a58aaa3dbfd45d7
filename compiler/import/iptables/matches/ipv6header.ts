/** `-m ipv6header`: which extension headers there are. */
import { FLAG, VALUE, type Extension } from '../options.ts';
import { WHAT } from './extension-headers.ts';

/** Names that `--header` takes, and nft's. */
const HEADERS: Readonly<Record<string, string>> = {
  'hop-by-hop': 'exthdr hbh exists',
  hop: 'exthdr hbh exists',
  'ipv6-opts': 'exthdr dst exists',
  dst: 'exthdr dst exists',
  'ipv6-route': 'rt type 0-255',
  route: 'rt type 0-255',
  'ipv6-frag': 'exthdr frag exists',
  frag: 'exthdr frag exists',
};

export const ipv6header: Extension = {
  name: 'ipv6header',
  options: { header: VALUE, soft: FLAG },
  translate(options, rule) {
    const words = (options.value('header') ?? '').split(',');
    const texts = words.map((word) => HEADERS[word]);
    if (!options.has('soft') || options.isNegated('header')) {
      return rule.onlyIptables(
        'that a packet has these extension headers and no others',
        'Ask with `--soft`, without `!`.',
      );
    }
    rule.leaveOut(
      'in fragments but the first, headers behind that of the fragment are not looked for',
      'iptables takes for headers what stands there. Where flows are tracked, there are no fragments.',
    );
    for (const [at, text] of texts.entries()) {
      if (text === undefined) rule.onlyIptables(`the header \`${words[at]}\``, 'Match the protocol: `-p`.');
      else rule.opaque(text, WHAT);
    }
  },
};
