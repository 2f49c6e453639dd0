import type {SidecarEvent} from '../../protocol/index.ts';
import type {TaskContext} from '../execute.ts';

/** A sidecar's event as an event of the task it works on, or of its lane. */
export function relay({emit, lane}: TaskContext, key: string): (event: SidecarEvent) => void {
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
      case 'deviceMeasured': {
        const {rank, device, memoryBytes, memoryLimitBytes, utilisation} = event;
        return emit({type: 'laneMeasured', lane, rank, device, memoryBytes, memoryLimitBytes, utilisation});
      }
      case 'logged':
        return emit({type: 'taskLogged', key, level: event.level, message: event.message});
    }
  };
}
