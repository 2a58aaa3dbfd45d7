/** `-m connbytes`: how much a flow has carried. */
import { VALUE, type Extension } from '../options.ts';

const UNITS: Readonly<Record<string, string>> = { packets: 'packets', bytes: 'bytes', avgpkt: 'avgpkt' };

export const connbytes: Extension = {
  name: 'connbytes',
  options: { connbytes: VALUE, 'connbytes-dir': VALUE, 'connbytes-mode': VALUE },
  translate(options, rule) {
    const [low = '0', high] = (options.value('connbytes') ?? '').split(':');
    const unit = UNITS[options.value('connbytes-mode') ?? ''];
    if (unit === undefined || !/^\d+$/.test(low)) return rule.unknown('no amount of packets or bytes');
    const direction = options.value('connbytes-dir');
    const of = direction === 'both' || direction === undefined ? '' : `${direction} `;
    const negated = options.isNegated('connbytes');
    const range =
      high === undefined || high === '' ? `${negated ? '<' : '>='} ${low}` : `${negated ? '!= ' : ''}${low}-${high}`;
    rule.opaque(`ct ${of}${unit} ${range}`, 'how much a flow has carried');
  },
};
