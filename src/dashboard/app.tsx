import {useApp, useInput, useStdin, useWindowSize} from 'ink';
import {type ReactNode, useEffect, useMemo, useState, useSyncExternalStore} from 'react';
import {tableOfProjection} from '../report/aggregate.ts';
import type {Manifest} from '../store/manifest.ts';
import type {ProjectionStore} from '../store/projectionStore.ts';
import type {Controls} from './controls.ts';
import {dispatch, type KeyContext} from './keymap.ts';
import {keyNames} from './keyNames.ts';
import {initialScreen} from './screenState.ts';
import type {Theme} from './theme.ts';
import {Screen} from './views/screen.tsx';

export interface AppProps {
  readonly store: ProjectionStore;
  readonly manifest: Manifest;
  readonly controls: Controls;
  readonly theme: Theme;
  /** Milliseconds that the screen stays after the run has ended, unless a key was pressed; null: until `q`. */
  readonly closeAfterMs: number | null;
  /** The time of the run: a replay's is not the wall's. */
  readonly clock: () => number;
}

/** Milliseconds after which clocks are redrawn when nothing else has happened. */
const IDLE_REDRAW_MS = 1_000;

export function App({store, manifest, controls, theme, closeAfterMs, clock}: AppProps): ReactNode {
  const projection = useSyncExternalStore(store.subscribe, store.get);
  const [screen, setScreen] = useState(initialScreen);
  const size = useWindowSize();
  const {exit} = useApp();
  const {isRawModeSupported} = useStdin();
  const now = useClock(clock);
  // The table depends on metrics alone, not on the progress that redraws the rest.
  // biome-ignore lint/correctness/useExhaustiveDependencies: metricsVersion stands for the parts of the projection that count
  const table = useMemo(() => tableOfProjection(manifest, projection), [manifest, projection.metricsVersion]);

  const context: KeyContext = {
    projection,
    screen,
    pageLength: Math.max(2, size.rows - 6),
    controls,
    change: (change) => setScreen((known) => ({...known, ...change})),
    leave: () => exit(),
  };
  const isOver = projection.run?.seconds != null;
  // Who stopped the run wants out; who pressed any other key is reading.
  const wantsOut = screen.numCancels > 0;
  const closesIn = useClosing(isOver && (wantsOut || !screen.touched), wantsOut ? 0 : closeAfterMs, exit);

  useInput(
    (input, key) => {
      // Every key sees what the one before it changed, also where several arrive in one call.
      let latest = screen;
      const change: KeyContext['change'] = (part) => {
        latest = {...latest, ...part};
        setScreen(latest);
      };
      for (const name of keyNames(input, key)) dispatch(name, {...context, screen: latest, change});
    },
    {isActive: isRawModeSupported},
  );

  return (
    <Screen
      context={context}
      manifest={manifest}
      table={table}
      now={now}
      size={size}
      theme={theme}
      closesIn={closesIn}
    />
  );
}

/** The time of this redraw; asks for another one only when a second passes without any. */
function useClock(clock: () => number): number {
  const [, redraw] = useState(0);
  const now = clock();
  useEffect(() => {
    const timer = setTimeout(() => redraw(performance.now()), IDLE_REDRAW_MS);
    return () => clearTimeout(timer);
  });
  return now;
}

/** Leaves some time after the end; returns the seconds left, null while the screen stays. */
function useClosing(isOver: boolean, afterMs: number | null, exit: () => void): number | null {
  const [endsAt, setEndsAt] = useState<number | null>(null);
  useEffect(() => {
    if (!isOver || afterMs === null) return setEndsAt(null);
    setEndsAt(Date.now() + afterMs);
    const timer = setTimeout(exit, afterMs);
    return () => clearTimeout(timer);
  }, [isOver, afterMs, exit]);
  return endsAt === null ? null : Math.max(0, Math.ceil((endsAt - Date.now()) / 1_000));
}
