/** A text that stands in a line of an artifact: line breaks and other control characters become spaces. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}
