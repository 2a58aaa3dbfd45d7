/** A file for the host that the rule set runs on. */
export interface HostFile {
  readonly path: string;
  readonly text: string;
  readonly description: string;
  /** The command that applies it. */
  readonly load: string;
  /** The command that takes that back, where there is one. */
  readonly unload?: string;
  readonly when: 'before the rules' | 'after the rules';
}
