/** `-m dst`: options for the destination. */
import { VALUE, type Extension } from '../options.ts';
import { headerExists } from './extension-headers.ts';

export const dst: Extension = {
  name: 'dst',
  options: { 'dst-len': VALUE, 'dst-opts': VALUE },
  translate: (options, rule) => headerExists('dst', options, rule),
};
