/** A rule or a text that this proof has no diagrams for: told, and never passed over. */
export class NotCompared extends Error {}

/** What is in sets that have a name each decides, and it is not known how the sets lie to each other. */
export class UnclearSets extends NotCompared {}
