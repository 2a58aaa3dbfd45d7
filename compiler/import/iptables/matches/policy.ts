/** `-m policy`: whether IPsec has handled, or will handle, the packet. */
import { FLAG, VALUE, type Extension } from '../options.ts';

export const policy: Extension = {
  name: 'policy',
  options: {
    dir: VALUE,
    pol: VALUE,
    strict: FLAG,
    reqid: VALUE,
    spi: VALUE,
    proto: VALUE,
    mode: VALUE,
    'tunnel-src': VALUE,
    'tunnel-dst': VALUE,
    next: FLAG,
  },
  translate(options, rule) {
    const what = 'whether IPsec handles a packet';
    const isOut = options.value('dir') === 'out';
    const isNone = options.value('pol') === 'none';
    const reqid = options.number('reqid');
    const details = ['strict', 'spi', 'mode', 'tunnel-src', 'tunnel-dst', 'next'].filter((name) => options.has(name));
    if (details.length > 0 || (options.has('proto') && options.value('proto') !== 'esp')) {
      return rule.onlyIptables(
        `\`--${details[0] ?? 'proto'}\` of an IPsec policy`,
        'Name the policy by its `--reqid`.',
      );
    }
    if (options.has('proto') && !options.isNegated('proto') && !isNone) {
      rule.leaveOut('`--proto esp` is left out', 'Of what IPsec handles, nft does not know whether that is by ESP.');
    }
    rule.opaque(`${isOut ? 'rt' : 'meta'} ipsec ${isNone ? 'missing' : 'exists'}`, what);
    if (reqid === undefined) return;
    const not = options.isNegated('reqid') ? '!= ' : '';
    rule.opaque(`ipsec ${isOut ? 'out' : 'in'} reqid ${not}${reqid}`, what);
  },
};
