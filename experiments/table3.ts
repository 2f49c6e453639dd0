/**
 * Paper Table 3: unlearning on a sequence modelling problem, at full size (20,000 sequences, 335,754 parameters).
 *
 *   imu reproduce table3                    the decoder of the paper's code
 *   imu reproduce table3 --model gpt2       GPT-2 as transformers has it, at the same size
 *
 * The paper gives neither seeds nor β nor the number of steps of a row; every run therefore keeps its whole trajectory, and the
 * table's second part shows the point of it that comes nearest to the paper's row. IMU's learning rate, 1.25e-3, is the one at
 * which the released code comes closest to the printed row (the README of that code says 5e-4).
 */
import {defineSuite, markovChain} from 'imu';

const headOnly = {parameterScope: 'head', learningRate: 1.25e-3};

export default defineSuite({
  id: 'table3',
  title: 'Table 3: unlearning on a sequence modelling problem',
  paperTable: 'table3',
  scenario: markovChain(),
  seeds: {train: [42], unlearn: [42, 1, 2]},
  columns: [
    {id: 'retainLoss', header: 'l_r', unit: 'nats', direction: 'down', paperColumn: 'loss_r'},
    {id: 'retainKl', header: 'KL_r', unit: 'nats', direction: 'down', paperColumn: 'kl_r'},
    {id: 'forgetLoss', header: 'l_f', unit: 'nats', direction: 'up', paperColumn: 'loss_f'},
    {id: 'forgetKl', header: 'KL_f', unit: 'nats', direction: 'up', paperColumn: 'kl_f'},
  ],
  rows: [
    {method: 'original', label: 'Original', paperRow: 'Original'},
    {method: 'retrain', label: 'Retrain', note: 'trained on the retain chain alone'},
    {method: 'no-op', label: 'No-op', isTrivial: true, note: 'trivial: does nothing'},
    {method: 'ga', label: 'GA', profile: 'official', paperRow: 'GA'},
    {method: 'npo', label: 'NPO', profile: 'official', paperRow: 'NPO', note: 'β 0.1'},
    {method: 'simnpo', label: 'SimNPO', profile: 'official', paperRow: 'SimNPO', note: 'β 1'},
    {
      id: 'imu-official',
      method: 'imu',
      label: 'IMU official',
      profile: 'official',
      params: {learningRate: 1.25e-3},
      paperRow: 'IMU',
      note: 'as the released code computes, flaws included',
    },
    {
      id: 'ga-head',
      method: 'ga',
      label: 'GA head',
      params: headOnly,
      isTrivial: true,
      note: 'trivial: uniform weights, output layer only',
    },
    {
      id: 'imu-paper',
      method: 'imu',
      label: 'IMU paper',
      profile: 'paper',
      params: {learningRate: 1.25e-3},
      note: 'Algorithm 1 as written: exact curvature, scored at every step',
    },
    {
      id: 'imu-random',
      method: 'imu',
      label: 'IMU random',
      profile: 'paper',
      params: {learningRate: 1.25e-3, refreshEvery: null, assignment: 'shuffled'},
      isTrivial: true,
      note: 'trivial: the weights of the first scoring, on the wrong samples',
    },
    {
      id: 'imu-sound',
      method: 'imu',
      label: 'IMU sound',
      note: 'the defaults: exact curvature, stops when the forget loss reaches chance',
    },
    {
      id: 'imu-sound-random',
      method: 'imu',
      label: 'IMU sound random',
      params: {assignment: 'shuffled'},
      isTrivial: true,
      note: 'trivial: stops as IMU sound does, weights on the wrong samples',
    },
  ],
});
