/**
 * Table 3 in small: 1,200 sequences, one pass over them, one seed. Seconds instead of minutes; the numbers mean nothing but that
 * everything works. A file to copy: change rows, seeds and scenario, and say `imu run yours.ts`.
 *
 *   imu reproduce quick
 */
import {defineSuite, markovChain} from 'imu';

export default defineSuite({
  id: 'quick',
  title: 'Markov chains in small',
  scenario: markovChain({
    dataset: {numRetain: 600, numForget1: 300, numForget2: 300},
    numEpochs: 1,
    batchSize: 32,
    trace: {every: 2, limit: 50},
  }),
  seeds: {train: [42], unlearn: [1, 2]},
  columns: [
    {id: 'retainLoss', header: 'l_r', unit: 'nats', direction: 'down', paperColumn: null},
    {id: 'forgetLoss', header: 'l_f', unit: 'nats', direction: 'up', paperColumn: null},
    {id: 'forgetKl', header: 'KL_f', unit: 'nats', direction: 'up', paperColumn: null},
  ],
  rows: [
    {method: 'original', label: 'Original'},
    {method: 'retrain', label: 'Retrain'},
    {method: 'no-op', label: 'No-op', isTrivial: true},
    {method: 'ga', label: 'GA', params: {numSteps: 20}},
    {method: 'npo', label: 'NPO', params: {numSteps: 20}},
    {method: 'imu', label: 'IMU', params: {numSteps: 20, learningRate: 1.25e-3}},
  ],
});
