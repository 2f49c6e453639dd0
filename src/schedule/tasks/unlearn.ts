import {methods} from '../../methods/index.ts';
import type {Execute} from '../execute.ts';
import {runMethod} from './runMethod.ts';
import {specOf} from './specOf.ts';

/** Finds the method and runs it. Nothing more may stand here: this file knows every method, so a task's key leaves it out. */
export const unlearn: Execute = async (task, context) => {
  const {method: id} = specOf(task, 'unlearn');
  const method = methods[id];
  if (method === undefined) throw new Error(`there is no method ${id}`);
  return runMethod(method, task, context);
};
