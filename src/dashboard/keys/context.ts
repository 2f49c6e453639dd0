import type {Controls} from '../controls.ts';
import type {ScreenState, ViewId} from '../screenState.ts';
import type {Size, ViewContext} from '../views/view.ts';

/** What a key may look at and do. */
export interface KeyContext {
  readonly view: ViewContext;
  /** Room that the view has. */
  readonly body: Size;
  /** The last line that the help may begin with. */
  readonly helpEnd: number;
  readonly controls: Controls;
  readonly runDirectory: string | null;
  /** Where an object of the store lies; null where there is no store. */
  readonly objectPath: ((object: {readonly sha256: string; readonly sizeBytes: number}) => string) | null;
  change(change: Partial<ScreenState>): void;
  leave(): void;
  /** To the clipboard of whoever sits at the terminal, also through ssh. */
  copy(text: string): void;
  /** Writes what the screen shows to a new file; returns its path. */
  exportAs(format: 'svg' | 'text'): string;
  /** Writes the whole screen again. */
  repaint(): void;
}

/** What keys mean at the moment. While text is typed no key is bound but Ctrl-C. */
export type Mode = 'free' | 'ask' | 'help' | 'type';

export interface KeyBinding {
  /** Names as `keyNames` gives them; the first one is shown. */
  readonly keys: readonly string[];
  readonly label: string;
  /** What help says beyond the label. */
  readonly help: string;
  readonly modes: readonly Mode[];
  /** Views that it is for; null for all. */
  readonly views: readonly ViewId[] | null;
  /** Whether it would do something now. */
  readonly when: (context: KeyContext) => boolean;
  readonly run: (context: KeyContext) => void;
  /** false keeps it out of the footer. */
  readonly footer: boolean;
}

export type BindingInput = Pick<KeyBinding, 'keys' | 'label' | 'help' | 'run'> & Partial<KeyBinding>;

export const bind = (input: BindingInput): KeyBinding => ({
  modes: ['free'],
  views: null,
  when: () => true,
  footer: true,
  ...input,
});

export function modeOf({question, typing, overlay}: ScreenState): Mode {
  if (question !== null) return 'ask';
  if (typing !== null) return 'type';
  return overlay === 'help' ? 'help' : 'free';
}

export const say = (context: KeyContext, text: string, isError = false): void =>
  context.change({message: {text, isError}});

export const isRunning = ({view: {projection}}: KeyContext): boolean =>
  projection.run === null || projection.run.state === 'running';
