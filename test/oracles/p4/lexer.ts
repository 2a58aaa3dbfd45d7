/** The words of a program in P4: names, numbers and signs. Comments, annotations and includes are left out. */

export interface Word {
  readonly kind: 'name' | 'number' | 'sign';
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

const WORDS =
  /(?<skipped>\s+|\/\/[^\n]*|#include[^\n]*|@\w+(?:\("[^"]*"\)|\(0x[0-9a-f]+\))?)|(?<name>[A-Za-z_]\w*)|(?<number>\d+w\d+|0x[0-9a-f]+|\d+)|(?<sign>\+\+|&&|==|!=|>=|<=|[-+^{}()[\]<>:;,.=])/y;

/** Throws where something else stands. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let line = 1;
  WORDS.lastIndex = 0;
  while (WORDS.lastIndex < text.length) {
    const at = WORDS.lastIndex;
    const { groups } = WORDS.exec(text) ?? {};
    if (!groups) throw new Error(`line ${line}: nothing of P4 that is known here: ${text.slice(at, at + 20)}`);
    for (const kind of ['name', 'number', 'sign'] as const) {
      if (groups[kind] !== undefined) words.push({ kind, text: groups[kind], line });
    }
    line += text.slice(at, WORDS.lastIndex).split('\n').length - 1;
  }
  return words;
}
