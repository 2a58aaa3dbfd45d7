/** `-m dccp`: ports; types of packets are nft's. */
import { VALUE, type Extension } from '../options.ts';
import { PORT_OPTIONS, translatePorts } from './transport-ports.ts';

export const dccp: Extension = {
  name: 'dccp',
  options: { ...PORT_OPTIONS, 'dccp-types': VALUE, 'dccp-option': VALUE },
  translate(options, rule) {
    translatePorts(options, rule);
    const types = options.value('dccp-types');
    if (types !== undefined) {
      const not = options.isNegated('dccp-types') ? '!= ' : '';
      rule.opaque(`dccp type ${not}{ ${types.toLowerCase().split(',').join(', ')} }`, 'types of DCCP packets');
    }
    if (options.has('dccp-option')) rule.onlyIptables('options of DCCP', 'Leave the option out, or drop the rule.');
  },
};
