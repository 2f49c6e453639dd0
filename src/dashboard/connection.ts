/** How a viewer stands with the run it watches. */
export type ConnectionState = 'live' | 'reconnecting' | 'ended' | 'recording';

export interface Connection {
  get(): ConnectionState;
  /** Calls back after changes; returns the way to stop. */
  subscribe(listener: () => void): () => void;
}
