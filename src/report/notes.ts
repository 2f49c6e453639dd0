import type {Suite} from '../plan/suite.ts';

/** What a reader would otherwise read wrongly, from what the suite declares. */
export function notesOf(suite: Suite): readonly string[] {
  const retrainIsTheGoal =
    "Arrows are the paper's. What unlearning aims at is the Retrain row: * marks the unlearned row nearest to it.";
  const divergences = suite.columns.filter(
    ({id, direction}) =>
      direction === 'up' &&
      suite.scenario.measurements.some(({label, primitive}) => label === id && primitive === 'klToReference'),
  );
  const names = divergences.map(({header}) => header).join(', ');
  const rows = suite.rows.filter(({note}) => note !== '').map(({label, note}) => `${label}: ${note}`);
  return [
    retrainIsTheGoal,
    ...(divergences.length === 0
      ? []
      : [
          `${names}: the paper's arrow points up, but this is the distance from the retrained model; nearer to 0 is nearer to Retrain.`,
        ]),
    ...rows,
  ];
}
