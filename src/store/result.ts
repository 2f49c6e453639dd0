/** A committed file: named by the hash of its bytes. */
export interface StoredObject {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** What a finished task left. Written once under its key, never changed. */
export interface TaskResult {
  readonly key: string;
  readonly id: string;
  readonly kind: string;
  /** Metrics and facts as JSON (floats may be non-finite: written with protocol `stringify`). */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Role (model, dataset, trajectory, weights) → object. */
  readonly artefacts: Readonly<Record<string, StoredObject>>;
  /** Numbers shown when the task is done or found: metric id → value. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Who computed it with what; `keyParts` is what its key hashes. */
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly seconds: number;
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
}
