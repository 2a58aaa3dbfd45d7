/** `-m hbh`: options for each hop. */
import { VALUE, type Extension } from '../options.ts';
import { headerExists } from './extension-headers.ts';

export const hbh: Extension = {
  name: 'hbh',
  options: { 'hbh-len': VALUE, 'hbh-opts': VALUE },
  translate: (options, rule) => headerExists('hbh', options, rule),
};
