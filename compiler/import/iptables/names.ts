/** Names of chains, interfaces and lists as names of the language. */

/** Letters, digits and underscores, small; what is reserved gets a word behind it when the policy is written. */
export function identifier(text: string): string {
  const plain = text
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toLowerCase();
  return plain === '' ? 'unnamed' : /^\d/.test(plain) ? `n${plain}` : plain;
}
