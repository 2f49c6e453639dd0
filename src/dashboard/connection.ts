/**
 * How a viewer stands with the run it watches. `live`: it hears of everything. `reconnecting`: the run's process lives and does not answer.
 * `ended`: the run is over. `gone`: its process is dead. `unknown`: nobody on this machine is known to work on it, and its journal is shown.
 */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'ended' | 'gone' | 'unknown' | 'recording';

export interface Connection {
  get(): ConnectionState;
  /** Calls back after changes; returns the way to stop. */
  subscribe(listener: () => void): () => void;
}
