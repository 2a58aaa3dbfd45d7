#!/usr/bin/env node
/** The program `sluice`: hands this process's arguments, streams and environment to the command line. */
import { reportFault, runCommandLine } from './command-line.ts';
import { processSession } from './process-session.ts';

const session = processSession();
process.on('uncaughtException', (error) => {
  process.exit(reportFault(error, session, process.argv.includes('--debug')));
});
process.exitCode = await runCommandLine(process.argv.slice(2), session);
