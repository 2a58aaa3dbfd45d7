/** Thrown where two parts of policies cannot be compared exactly; the message says why, as a clause. */
export class NotComparable extends Error {}
