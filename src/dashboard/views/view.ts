import type {TableModel} from '../../report/aggregate.ts';
import type {Evidence} from '../../report/evidence.ts';
import type {Verdict} from '../../report/verdict.ts';
import type {Manifest} from '../../store/manifest.ts';
import type {Projection} from '../../store/projection.ts';
import type {Line} from '../parts/line.ts';
import type {ScreenState} from '../screenState.ts';
import type {Theme} from '../theme.ts';

/** What a view is a function of. */
export interface ViewContext {
  readonly manifest: Manifest;
  readonly projection: Projection;
  /** The table and its verdict as far as they have come. */
  readonly table: TableModel;
  readonly verdict: Verdict;
  /** Results on the disk; a viewer of another machine has none. */
  readonly evidence: Evidence;
  readonly screen: ScreenState;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly theme: Theme;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** At most `size.rows` lines; those that are longer than `size.columns` are cut. Called for every redraw: what costs is memoised on its input. */
export type RenderView = (context: ViewContext, size: Size) => readonly Line[];
