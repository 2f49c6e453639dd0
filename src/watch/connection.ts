/**
 * How a viewer hears of its run. `live`: over the stream. `reconnecting`: its process lives, the stream does not answer. `ended`: the run is over.
 * `gone`: its process is dead. `unknown`: nobody on this machine is known to work on it; what the journal on the disk tells is shown.
 */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'ended' | 'gone' | 'unknown';

/** Fits React's useSyncExternalStore. */
export interface Connection {
  get(): ConnectionState;
  /** Calls back after changes; returns the way to stop. */
  subscribe(listener: () => void): () => void;
}

/** What a person should know of a connection that is not live; null where there is nothing to say. */
export function connectionNote(state: ConnectionState, command: string): string | null {
  switch (state) {
    case 'connecting':
    case 'live':
    case 'ended':
      return null;
    case 'reconnecting':
      return 'the stream of this run does not answer; trying again';
    case 'gone':
      return `the process that ran this is gone; the same command goes on: ${command}`;
    case 'unknown':
      return `nobody on this machine is known to work on this run; shown is what its journal tells. The same command goes on: ${command}`;
  }
}

export interface SettableConnection extends Connection {
  set(state: ConnectionState): void;
}

export function settableConnection(initial: ConnectionState): SettableConnection {
  const listeners = new Set<() => void>();
  let state = initial;
  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(next) {
      if (next === state) return;
      state = next;
      for (const listener of listeners) listener();
    },
  };
}
