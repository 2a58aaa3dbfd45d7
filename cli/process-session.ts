/** The streams and the environment of this process. */
import { fstatSync, readFileSync } from 'node:fs';
import { EXIT } from './exit-code.ts';
import type { Output, Session } from './session.ts';
import { isSystemError, reasonOf } from './system-error.ts';

/** Its file descriptor. */
const STANDARD_INPUT = 0;

export function processSession(): Session {
  const stderr = outputTo(process.stderr, () => undefined);
  const stdout = outputTo(process.stdout, (error) => {
    stderr.write(`sluice: standard output cannot be written: ${reasonOf(error)}\n`);
    // Whoever asked for this output did not get it, whatever the command itself came to.
    process.on('exit', (code) => {
      if (code === EXIT.fine) process.exitCode = EXIT.findings;
    });
  });
  return { readInput: readStandardInput, stdout, stderr, environment: process.env };
}

function outputTo(stream: NodeJS.WriteStream, onFailure: (error: Error) => void): Output {
  let isLost = false;
  stream.on('error', (error) => {
    if (isLost) return;
    isLost = true;
    // The reader has seen enough (`sluice … | head`): no reason to complain, nor to leave the work half done.
    const isClosed = isSystemError(error) && error.code === 'EPIPE';
    if (!isClosed) onFailure(error);
  });
  return {
    write: (text) => {
      if (!isLost) stream.write(text);
    },
    isTerminal: stream.isTTY === true,
    // A terminal that does not know its width says 0.
    columns: stream.isTTY && stream.columns > 0 ? stream.columns : undefined,
  };
}

async function readStandardInput(): Promise<Uint8Array> {
  // Node's stream takes a folder for an empty input; the system says what it is.
  if (fstatSync(STANDARD_INPUT).isDirectory()) return readFileSync(STANDARD_INPUT);
  const pieces: Uint8Array[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}
