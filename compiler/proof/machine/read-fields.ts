/** Fields that a plane reads, as fields of diagrams. */
import type { DiagramField } from '../fields.ts';
import type { FieldRead } from './form.ts';

/** Of transport headers the bits count, whether there is such a header or not. */
export const PLAIN_FIELDS: { readonly [Field in FieldRead['field']]?: DiagramField } = {
  protocol: 'protocol',
  source: 'source/real',
  destination: 'destination/real',
  'source port': 'source port/real',
  'destination port': 'destination port/real',
  'tcp flags': 'tcp flags',
  ttl: 'ttl',
  dscp: 'dscp',
  mark: 'mark',
  state: 'state',
};

/** Fields that a packet has, or has not. */
export const OPTIONAL_FIELDS: { readonly [Field in FieldRead['field']]?: DiagramField } = {
  vlan: 'vlan',
  'source mac': 'source mac',
  'original source': 'source/original',
  'original destination': 'destination/original',
};
