/** From arguments to a command, and from whatever comes of it to an exit code. */
import { Command, CommanderError, Option } from 'commander';
import { usageOf, type CommandDefinition, type Example } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { EXIT, EXIT_MEANINGS, type ExitCode } from './exit-code.ts';
import { summary, version } from './package.ts';
import type { Session } from './session.ts';
import { UsageError } from './usage-error.ts';

/** Width of help texts where no terminal has one. */
const HELP_WIDTH = 100;

/** Runs `sluice ARGS`. Never throws: what goes wrong is said on standard error. */
export async function runCommandLine(args: readonly string[], session: Session): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.fine;
  const program = programFor(session, (code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has said it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
    if (error instanceof UsageError) {
      session.stderr.write(`error: ${error.message}\n`);
      return EXIT.usage;
    }
    return reportFault(error, session, args.includes('--debug'));
  }
}

/** Says that Sluice itself is at fault; where, only for those who ask. */
export function reportFault(error: unknown, { stderr, environment }: Session, debug: boolean): ExitCode {
  const message = error instanceof Error ? error.message : String(error);
  stderr.write(`sluice: a fault in Sluice itself: ${message}\n`);
  stderr.write(`Please report it, with the version (${version}) and, if you can, the policy.\n`);
  const showsStack = debug || (environment['SLUICE_DEBUG'] ?? '') !== '';
  if (!showsStack) stderr.write('SLUICE_DEBUG=1 or --debug shows where it happened.\n');
  else if (error instanceof Error) stderr.write(`${error.stack}\n`);
  return EXIT.fault;
}

/** The whole command line. `onExit` is told the exit code of the command that ran. */
function programFor(session: Session, onExit: (code: ExitCode) => void): Command {
  const program = new Command('sluice')
    .description(`${summary}.`)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .addOption(new Option('--debug', 'at a fault in Sluice itself, say where it happened'))
    .exitOverride()
    .showHelpAfterError('(--help says more)')
    .configureOutput({
      writeOut: (text) => session.stdout.write(text),
      writeErr: (text) => session.stderr.write(text),
      getOutHelpWidth: () => session.stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => session.stderr.columns ?? HELP_WIDTH,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const definition of COMMANDS) addCommand(program, definition, session, onExit);
  program.addHelpText('after', `\n${exitCodesText()}`);
  return program;
}

function addCommand(
  program: Command,
  definition: CommandDefinition<object>,
  session: Session,
  onExit: (code: ExitCode) => void,
): void {
  const command = program
    .command(definition.name)
    .usage(usageOf(definition))
    .summary(definition.summary)
    .description(definition.description.join('\n\n'))
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', `\n${examplesText(definition.examples)}\n\n${exitCodesText()}`);
  for (const argument of definition.arguments) command.addArgument(argument);
  for (const option of definition.options) command.addOption(option);
  command.action(async () => {
    const args: unknown[] = command.processedArgs.flat();
    onExit(
      await definition.run(
        session,
        args.filter((arg) => typeof arg === 'string'),
        command.opts(),
      ),
    );
  });
}

function examplesText(examples: readonly Example[]): string {
  return ['Examples:', ...examples.map(({ command, does }) => `  $ ${command}\n      ${does}`)].join('\n');
}

function exitCodesText(): string {
  return ['Exit codes:', ...EXIT_MEANINGS.map(([code, meaning]) => `  ${code}  ${meaning}`)].join('\n');
}
