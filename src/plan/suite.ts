import type {Profile} from '../methods/method.ts';
import type {Scenario} from '../scenarios/scenario.ts';

/** A column of a table: one measurement, its unit and which direction its arrow points in the paper. */
export interface Column {
  /** Label of the measurement. */
  readonly id: string;
  readonly header: string;
  readonly unit: string;
  readonly direction: 'down' | 'up';
  /** Column key in the paper's table; null where the paper has no such column. */
  readonly paperColumn: string | null;
}

/** A row: a method with its parameters. The same method may stand in several rows. */
export interface Row {
  /** Unique in the suite, e.g. `imu-official`. */
  readonly id: string;
  readonly label: string;
  readonly method: string;
  readonly profile: Profile;
  /** Over the profile's parameters and the defaults. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Row of the paper's table to compare with; null for our own rows. */
  readonly paperRow: string | null;
  readonly note: string;
}

/** What a researcher writes: scenario × rows × seeds. */
export interface Suite {
  readonly id: string;
  readonly title: string;
  /** Key of the paper's table; null for suites of one's own. */
  readonly paperTable: string | null;
  readonly scenario: Scenario;
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  /** Every pair is run: trained once per train seed, unlearned once per pair. */
  readonly seeds: {readonly train: readonly number[]; readonly unlearn: readonly number[]};
}
