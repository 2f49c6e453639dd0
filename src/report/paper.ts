import tables from './paper-tables.json' with {type: 'json'};

/** A number the paper prints. */
export interface PaperCell {
  readonly mean: number;
  /** null where the paper gives none. */
  readonly std: number | null;
}

export interface PaperTable {
  /** `table1` to `table9`. */
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly {
    readonly id: string;
    readonly label: string;
    readonly unit: string;
    readonly direction: string;
  }[];
  /** Row ids: the method; `setting/method` where a table has several blocks; `parameter=value` where it sweeps one. */
  readonly rows: readonly {
    readonly id: string;
    readonly label: string;
    readonly values: Readonly<Record<string, PaperCell | null>>;
  }[];
}

/** Which paper the numbers are from. */
export const PAPER_SOURCE: string = tables.source;

export const PAPER_TABLES: readonly PaperTable[] = tables.tables as unknown as readonly PaperTable[];

export function paperTable(id: string | null): PaperTable | null {
  return PAPER_TABLES.find((table) => table.id === id) ?? null;
}

/** null where the paper has no such row, column or number. */
export function paperCell(table: PaperTable | null, row: string | null, column: string | null): PaperCell | null {
  if (table === null || row === null || column === null) return null;
  return table.rows.find((known) => known.id === row)?.values[column] ?? null;
}
