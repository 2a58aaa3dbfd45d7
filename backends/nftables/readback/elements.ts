/** Elements between braces, read byte by byte into a set's columns. */
import { Misread } from './misread.ts';
import type { SetBuilder } from './sets.ts';
import type { Text } from './text.ts';
import { readValue } from './values.ts';

const TAB = 0x09;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const DOT = 0x2e;
const COLON = 0x3a;
const CLOSE = 0x7d;

/** Reads elements up to the closing brace and over it. */
export function readElements(text: Text, builder: SetBuilder): void {
  skipSpace(text);
  if (text.bytes[text.at] === CLOSE) {
    text.at += 1;
    return;
  }
  for (;;) {
    readElement(text, builder);
    const behind = text.bytes[text.at++];
    if (behind === CLOSE) return;
    if (behind !== COMMA) throw new Misread('an element without an end', text.line + 1);
    skipSpace(text);
  }
}

function readElement(text: Text, builder: SetBuilder): void {
  const { shape, key, data } = builder;
  try {
    readParts(text, shape.key, key);
    if (shape.hasVerdicts) {
      expectColon(text);
      readTail(text, builder);
    } else if (data.length > 0) {
      expectColon(text);
      readParts(text, shape.data, data);
    } else {
      readTail(text, builder);
    }
  } catch (error) {
    throw error instanceof Misread ? error.at(text.line + 1) : error;
  }
  builder.endElement();
}

function readParts(text: Text, types: SetBuilder['shape']['key'], columns: SetBuilder['key']): void {
  for (let part = 0; part < types.length; part++) {
    if (part > 0) expectByte(text, DOT);
    const { bytes, at } = text;
    const end = endOfWord(bytes, at);
    readValue(types[part]!, bytes, at, end, columns[part]!);
    text.at = end;
    skipSpace(text);
  }
}

function endOfWord(bytes: Uint8Array, start: number): number {
  let at = start;
  for (; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === SPACE || byte === COMMA || byte === NEWLINE || byte === CLOSE || byte === TAB) break;
  }
  return at;
}

/** What stands up to the comma or brace that ends the element, but not within quotes; space at its end is no part of it. */
function readTail(text: Text, builder: SetBuilder): void {
  const { bytes, at } = text;
  if (bytes[at] === COMMA || bytes[at] === CLOSE) {
    builder.appendTail(bytes, at, at);
    return;
  }
  let end = at;
  let quoted = false;
  for (; end < bytes.length; end++) {
    const byte = bytes[end]!;
    if (byte === QUOTE) quoted = !quoted;
    if (byte === NEWLINE || (!quoted && (byte === COMMA || byte === CLOSE))) break;
  }
  let last = end;
  while (last > at && bytes[last - 1] === SPACE) last--;
  builder.appendTail(bytes, at, last);
  text.at = end;
  skipSpace(text);
}

function expectColon(text: Text): void {
  expectByte(text, COLON);
}

function expectByte(text: Text, byte: number): void {
  if (text.bytes[text.at] !== byte) throw new Misread(`\`${String.fromCharCode(byte)}\` is missing in an element`);
  text.at += 1;
  skipSpace(text);
}

function skipSpace(text: Text): void {
  const { bytes } = text;
  let { at } = text;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === NEWLINE) text.countLine();
    else if (byte !== SPACE && byte !== TAB) break;
  }
  text.at = at;
}
