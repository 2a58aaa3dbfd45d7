/** What a command is: its words for people, its arguments and options, and what it does. */
import type { Argument, Option } from 'commander';
import type { ExitCode } from './exit-code.ts';
import type { Session } from './session.ts';

export interface Example {
  readonly command: string;
  /** One line, without a full stop. */
  readonly does: string;
}

export interface CommandDefinition<Flags> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Paragraphs for `--help` and the reference. */
  readonly description: readonly string[];
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  readonly examples: readonly Example[];
  /** `args` are the arguments one after another, `flags` the options by their long names in camel case. */
  run(session: Session, args: readonly string[], flags: Flags): Promise<ExitCode>;
}

/** The arguments and options as usage shows them: `<policy> -o <folder> [options]`. */
export function usageOf({ arguments: args, options }: CommandDefinition<object>): string {
  const words = args.map((argument) => {
    const name = argument.name() + (argument.variadic ? '...' : '');
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  const mandatory = options.filter((option) => option.mandatory);
  const flags = mandatory.map((option) => option.flags.replace(/^(-\w), --[\w-]+/, '$1'));
  return [...words, ...flags, '[options]'].join(' ');
}
