/** What the exit status of `imu` means. */
export const EXIT = {
  done: 0,
  failed: 1,
  badInput: 2,
  partlyFailed: 3,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
