/** `-j SNPT`: IPv6 networks that are translated without state. */
import { VALUE, type Extension } from '../options.ts';

export const snpt: Extension = {
  name: 'SNPT',
  options: { 'src-pfx': VALUE, 'dst-pfx': VALUE },
  translate: (_, rule) => rule.refuse('a translation without state', 'Translate by flow: `-j NETMAP`.'),
};
