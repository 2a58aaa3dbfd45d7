/** A rule or a text that this proof has no diagrams for: told, and never passed over. */
export class NotCompared extends Error {}
