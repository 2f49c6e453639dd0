import type {SidecarEvent} from '../../protocol/index.ts';
import type {TaskContext} from '../execute.ts';

/** A sidecar's event as an event of the task it works on. */
export function relay({emit}: TaskContext, key: string): (event: SidecarEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'phaseStarted':
        return emit({type: 'phaseStarted', key, phase: event.phase});
      case 'stepCompleted':
        return emit({
          type: 'stepCompleted',
          key,
          step: event.step,
          numSteps: event.numSteps,
          loss: event.loss,
          secondsPerStep: event.secondsPerStep,
        });
      case 'metricMeasured':
        return emit({type: 'metricMeasured', key, step: event.step, label: event.label, value: event.value});
      case 'logged':
        return emit({type: 'taskLogged', key, level: event.level, message: event.message});
    }
  };
}
