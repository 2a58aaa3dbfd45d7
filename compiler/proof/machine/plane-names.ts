/** Names in a plane's text, which need not be those of the policy letter by letter. */

/** What two names have to have in common for one to be made of the other: letters and digits. */
export function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** The letters of a set's name, which ends with its family where the policy's thing is of both. */
export function lettersOfSet(name: string): string {
  return lettersOf(name.replace(/_ipv[46]$/, ''));
}
