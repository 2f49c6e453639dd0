import type {Column, Suite} from '../plan/suite.ts';

/** Columns of the table that are losses: what forgetting and retaining are watched by. */
export const lossColumns = ({columns, scenario}: Suite): readonly Column[] =>
  columns.filter(({id}) =>
    scenario.measurements.some(({label, primitive}) => label === id && primitive === 'tokenLoss'),
  );
