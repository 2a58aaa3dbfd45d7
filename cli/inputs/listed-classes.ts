/** The files that `--analyze` names: classes as a plane's tool lists them, each of one interface. */
import type { LoweredPolicy } from '../../compiler/compile.ts';
import { unlisted, type ListedClasses } from '../../compiler/explain/traffic.ts';
import { listedName } from '../../compiler/model/shape-interface.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import { PLANES } from '../planes.ts';
import { PROBLEMS } from '../problems.ts';
import { readProfile } from './profile-file.ts';

export interface Analyzed {
  readonly listed: readonly ListedClasses[];
  readonly findings: readonly Diagnostic[];
}

/** `wanted`: `INTERFACE=FILE` each. */
export function analyzedBy(wanted: readonly string[], targets: LoweredPolicy['targets']): Analyzed {
  const results = wanted.map((text) => analyzed(text, targets));
  return {
    listed: results.flatMap(({ listed }) => listed),
    findings: results.flatMap(({ findings }) => findings),
  };
}

function analyzed(wanted: string, targets: LoweredPolicy['targets']): Analyzed {
  const wrong = (message: string, hint: string): Analyzed => ({
    listed: [],
    findings: [diagnostic(PROBLEMS.noClasses, undefined, message, { hint })],
  });
  const [, name = '', path = ''] = /^([^=]+)=(.+)$/.exec(wanted) ?? [];
  const command = `tc -s class show dev ${name || 'INTERFACE'} > ${path || 'FILE'}`;
  if (path === '') {
    return wrong(`\`${wanted}\` names no file for an interface`, `Say INTERFACE=FILE, after \`${command}\`.`);
  }
  const shapers = targets.flatMap(({ planes }) =>
    planes.flatMap(({ program }) =>
      program.shapes
        .filter((shape) => listedName(shape, program.target) === name)
        .map((shape) => ({ shape, shapes: program.policy.shapes })),
    ),
  );
  if (shapers.length === 0) {
    return wrong(
      `nothing shapes \`${name}\``,
      'Name an interface as the target binds a shaped zone; of what comes in, the one that the files for `tc` name.',
    );
  }
  const read = readProfile(path);
  if ('finding' in read) return { listed: [], findings: [read.finding] };
  for (const plane of PLANES) {
    const classes = plane.classes?.read(read.text);
    if (!classes) continue;
    const listed = { interface: name, classes };
    const missing = shapers.flatMap(({ shape, shapes }) => unlisted(shape, shapes, listed));
    return { listed: [listed], findings: missing.length > 0 ? [notListed(path, missing)] : [] };
  }
  return wrong(`${path} holds no classes as tc lists them`, `List them with \`${command}\`.`);
}

function notListed(path: string, missing: readonly string[]): Diagnostic {
  const [first] = missing;
  const more = missing.length > 1 ? `, and ${missing.length - 1} more` : '';
  return diagnostic(PROBLEMS.otherClasses, undefined, `${path} does not list class \`${first}\`${more}`, {
    hint: 'Load what this policy compiles to, or analyze with the policy that runs there.',
  });
}
