/** The terminal before Ink has it: loading Ink takes longer than everything else that the first frame needs. */
export interface OwnScreen {
  /** Gives the terminal back as it was. Not after Ink took it over: it does the same for itself. */
  giveBack(): void;
}

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';

/** Enters the alternate screen, and lets keys wait unseen for who will read them. Ink enters both once more, which changes nothing. */
export function takeScreen(stdout: NodeJS.WriteStream, stdin: NodeJS.ReadStream): OwnScreen {
  if (!stdout.isTTY) return {giveBack: () => {}};
  const isRaw = stdin.isTTY && !stdin.isRaw;
  if (isRaw) stdin.setRawMode(true);
  stdout.write(ENTER);
  return {
    giveBack() {
      stdout.write(LEAVE);
      if (isRaw) stdin.setRawMode(false);
    },
  };
}
