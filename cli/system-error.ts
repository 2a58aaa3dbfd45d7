/** What the operating system says when a file cannot be used, in words. */

/** An error of a system call, as Node throws it. */
export interface SystemError extends Error {
  /** `ENOENT` */
  readonly code: string;
}

/** Of what stands where a file would be written, and is none: the system would replace it. */
export const NO_FILE = 'NO_FILE';

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'it is in use',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'it exists already',
  EFBIG: 'the file would be too large',
  EINVAL: 'the file system refuses the name or the operation',
  EIO: 'the disk reports an error',
  EISDIR: 'it is a folder',
  ELOOP: 'symbolic links lead in a circle',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ENFILE: 'too many files are open on this machine',
  ENODEV: 'the device is gone',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ENOTEMPTY: 'something else wrote there meanwhile',
  ENXIO: 'the device is gone',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
  ESTALE: 'the file server lost it',
  ETXTBSY: 'it is in use',
  EXDEV: 'it is on another file system',
  [NO_FILE]: 'it is a device or a pipe, not a file',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
  ERR_STRING_TOO_LONG: 'it is larger than a text may be',
};

/** Whether an error comes from the operating system (or Node's files), and not from a mistake in the program. */
export function isSystemError(error: unknown): error is SystemError {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return error.code in WORDS || 'syscall' in error;
}

/** Why it failed, to follow a colon: `the disk is full`. Throws again what is no error of the system. */
export function reasonOf(error: unknown): string {
  if (!isSystemError(error)) throw error;
  return WORDS[error.code] ?? `the system says ${error.code}`;
}
