/** One line of `imu doctor`. `mend` says what to do; null where there is nothing to do. Only a problem keeps imu from working. */
export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'problem';
  readonly found: string;
  readonly mend: string | null;
}

export const ok = (name: string, found: string): Finding => ({name, state: 'ok', found, mend: null});

export const warning = (name: string, found: string, mend: string): Finding => ({name, state: 'warning', found, mend});

export const problem = (name: string, found: string, mend: string): Finding => ({name, state: 'problem', found, mend});

export const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
