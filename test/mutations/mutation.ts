/** A mistake put into the compiler on purpose: one text in one file, replaced by another. */
export interface Mutation {
  readonly name: string;
  /** From the project's folder. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly original: string;
  readonly replacement: string;
  /** What goes wrong with it. */
  readonly why: string;
}

/** The mutations of one file, without saying its name each time. */
export function mutationsOf(file: string, list: readonly Omit<Mutation, 'file'>[]): readonly Mutation[] {
  return list.map((mutation) => ({ ...mutation, file }));
}
