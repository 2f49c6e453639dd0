import {z} from 'zod';
import {PROFILES} from '../methods/method.ts';
import {Architecture, DatasetSpec, Measurement, Optimiser, Selection} from '../protocol/index.ts';

/** Ids become folder names, table keys and parts of task ids: letters, digits, dot, dash, underscore; no path can be made of them. */
const id = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,63}$/,
    'lower-case letters, digits, ".", "-" and "_", at most 64, beginning with a letter or digit',
  );
const seed = z.int().min(0).max(4_294_967_295);
const line = z
  .string()
  .regex(/^\P{Cc}*$/u, 'one line without control characters')
  .max(300);

const TrainingRecipe = z.strictObject({
  selection: Selection,
  optimiser: Optimiser,
  batchSize: z.int().min(1),
  numEpochs: z.int().min(1).max(10_000),
});

const Scenario = z.strictObject({
  id,
  title: line,
  dataset: DatasetSpec,
  model: z.string(),
  architecture: Architecture,
  pretraining: TrainingRecipe,
  retraining: TrainingRecipe,
  forgetSet: Selection,
  measurements: z.array(Measurement).min(1),
  evaluationBatchSize: z.int().min(1),
  trace: z.strictObject({every: z.int().min(1), limit: z.int().min(1).nullable()}),
});

/** A column of a table: one measurement, its unit and which direction its arrow points in the paper. */
export const Column = z.strictObject({
  /** Label of the measurement. */
  id: z.string(),
  header: line,
  unit: line,
  direction: z.enum(['down', 'up']),
  /** Column key in the paper's table; null where the paper has no such column. */
  paperColumn: z.string().nullable(),
});
export type Column = Readonly<z.infer<typeof Column>>;

/** A row: a method with its parameters. The same method may stand in several rows. */
export const Row = z.strictObject({
  /** Unique in the suite, e.g. `imu-official`. */
  id,
  label: line,
  method: z.string(),
  profile: z.enum(PROFILES),
  /** Over the profile's parameters and the defaults. */
  params: z.record(z.string(), z.unknown()),
  /** Row of the paper's table to compare with; null for our own rows. */
  paperRow: z.string().nullable(),
  /** A trivial baseline: what a method must be told apart from before it is believed. */
  isTrivial: z.boolean(),
  note: line,
});
export type Row = Readonly<z.infer<typeof Row>>;

/** What a researcher writes: scenario × rows × seeds. */
export const Suite = z.strictObject({
  id,
  title: line,
  /** Key of the paper's table; null for suites of one's own. */
  paperTable: z.string().nullable(),
  scenario: Scenario,
  rows: z.array(Row).min(1),
  columns: z.array(Column).min(1),
  /** Every pair is run: trained once per train seed, unlearned once per pair. */
  seeds: z.strictObject({train: z.array(seed).min(1), unlearn: z.array(seed).min(1)}),
});
export type Suite = Readonly<z.infer<typeof Suite>>;

/** A row as it is written: what is left out has its plain meaning. */
export type RowInput = Pick<Row, 'method'> & Partial<Row>;

export type SuiteInput = Omit<Suite, 'rows' | 'paperTable'> & {
  readonly rows: readonly RowInput[];
  readonly paperTable?: string;
};

/** Completes a suite written by hand: a row's id defaults to its method's, its label to its id, its profile to `sound`. Checks nothing; `checkSuite` does. */
export function defineSuite(input: SuiteInput): Suite {
  return {...input, paperTable: input.paperTable ?? null, rows: input.rows.map(completeRow)};
}

const completeRow = (row: RowInput): Row => ({
  id: row.method,
  label: row.id ?? row.method,
  profile: 'sound',
  params: {},
  paperRow: null,
  isTrivial: false,
  note: '',
  ...row,
});
