import {methods} from '../methods/index.ts';
import {metricOfColumn} from './mentions.ts';
import type {VerdictFacts} from './verdict.ts';
import {counted, listed, withNoise} from './words.ts';

/** What a careful reader must know before repeating the verdict. */
export function caveatsOf(facts: VerdictFacts): readonly string[] {
  return [
    ...missing(facts),
    ...seeds(facts),
    ...comparisons(facts),
    ...arrows(facts),
    ...zeros(facts),
    ...profiles(facts),
    ...scope(facts),
  ];
}

function missing({table}: VerdictFacts): string[] {
  const rows = table.rows.flatMap(({label, numExpected, cells}) => {
    const n = Math.max(0, ...Object.values(cells).map((cell) => cell.n));
    return n < numExpected ? [`${label} ${n} of ${numExpected}`] : [];
  });
  return rows.length === 0 ? [] : [`Runs are missing, and nothing is averaged over them: ${rows.join(', ')}.`];
}

/** Of the runs that are there and have a Retrain: while a suite runs, they may be fewer than it names. */
function seeds({table, retrained}: VerdictFacts): string[] {
  const trained = new Set(
    Object.values(retrained?.cells ?? {}).flatMap(({values}) => values.map(({trainSeed}) => trainSeed)),
  );
  const values = table.rows
    .flatMap(({cells}) => Object.values(cells).flatMap((cell) => cell.values))
    .filter(({trainSeed}) => trained.has(trainSeed));
  const numOf = (level: 'trainSeed' | 'unlearnSeed'): number =>
    new Set(values.flatMap((value) => value[level] ?? [])).size;
  const [numTrain, numUnlearn] = [numOf('trainSeed'), numOf('unlearnSeed')];
  const small = 'They are exact only for normal noise, which so few values cannot show.';
  if (numTrain > 1)
    return [
      `Intervals are 95 %, Student's t, over the means of ${numTrain} train seeds (${counted(numUnlearn, 'unlearn seed')} each).${numTrain < 5 ? ` ${small}` : ''}`,
    ];
  if (numUnlearn > 1)
    return [
      `One train seed: intervals (95 %, Student's t, ${numUnlearn} unlearn seeds) cover the noise of unlearning alone. Noise between trained models is unknown; another pair of Original and Retrain may order the rows otherwise.${numUnlearn < 5 ? ` ${small.replace('They', 'Intervals')}` : ''}`,
    ];
  return ['One train seed and one unlearn seed: nothing is known about noise, so no difference can be called one.'];
}

function comparisons({comparisons}: VerdictFacts): string[] {
  const family = comparisons.filter(({correctedPValue}) => correctedPValue !== null);
  if (family.length === 0) return [];
  return [
    `Nearer and farther than the best trivial baseline is said at 5 % after Holm's correction over ${counted(family.length, 'comparison')}, paired by train and unlearn seed; intervals are not corrected. The best baseline is chosen by the same runs, which is to its favour. Not told apart does not mean equal: the interval says how large a difference may have been missed.`,
  ];
}

/** Columns in which following the paper's arrow leads past Retrain. */
function arrows({manifest, table, retrained}: VerdictFacts): string[] {
  return table.columns.flatMap(({id, header, direction}) => {
    const goal = retrained?.cells[id]?.mean ?? null;
    if (direction === null || goal === null || !Number.isFinite(goal)) return [];
    const sign = direction === 'up' ? 1 : -1;
    const ranked = table.rows
      .flatMap(({label, model, cells}) => {
        const value = cells[id]?.mean ?? Number.NaN;
        return model === 'unlearnedModel' && Number.isFinite(value) ? [{label, value}] : [];
      })
      .sort((a, b) => sign * (b.value - a.value));
    const [best] = ranked;
    if (best === undefined || sign * (best.value - goal) <= 0) return [];
    if (ranked.every(({value}) => Math.abs(value - goal) >= Math.abs(best.value - goal))) return [];
    const shown = (mean: number): string => withNoise({mean, halfWidth: null});
    return [
      `The paper's arrow for ${header} points ${direction}, ${isDistance(manifest, id) ? 'away from' : 'past'} Retrain: by it ${best.label} (${shown(best.value)}) would be best, where a model that never saw the data has ${shown(goal)}.`,
    ];
  });
}

/** A distance from one retrained model is not what another retrained model has. */
function zeros({manifest, table}: VerdictFacts): string[] {
  const headers = table.columns.filter(({id}) => isDistance(manifest, id)).map(({header}) => header);
  return headers.length === 0
    ? []
    : [
        `Retrain has 0 in ${listed(headers)} by definition. A model retrained with another seed would not have 0, so nor can an unlearned one be expected to; and whatever differs from Retrain at all is beyond noise there.`,
      ];
}

/** Whether a column measures a distance from the retrained model itself. */
const isDistance = (manifest: VerdictFacts['manifest'], id: string): boolean =>
  metricOfColumn(manifest, id)?.card.target === 'zero';

/** Only where the method computes something else under another profile. */
function profiles({manifest}: VerdictFacts): string[] {
  const rows = manifest.suite.rows.filter(({method}) => methods[method]?.profiles !== undefined);
  const official = rows.filter(({profile}) => profile === 'official').map(({label}) => label);
  return official.length === 0
    ? []
    : [`Profile official computes as the released code does, known flaws included: ${listed(official)}.`];
}

function scope({manifest, table: {provenance}, rows}: VerdictFacts): string[] {
  const {trace} = manifest.suite.scenario;
  return [
    `One scenario at one scale (${provenance.scale}), on ${provenance.device}.`,
    ...(trace.limit === null
      ? []
      : [
          `Gaps are of finished models on whole sets; trajectories are measured on the first ${trace.limit} samples of each set.`,
        ]),
    ...(rows.some(({cost}) => cost !== null)
      ? [
          'Seconds are those of this machine, and of unlearning with its trajectory measured on the way, which costs time too.',
        ]
      : []),
  ];
}
