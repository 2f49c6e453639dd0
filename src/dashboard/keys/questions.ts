import {bind, isRunning, type KeyBinding, type KeyContext, say} from './context.ts';

const isExport = ({view: {screen}}: KeyContext): boolean => screen.question?.kind === 'export';

/** Leaving, stopping, and the answers to what was asked. */
export const QUESTIONS: readonly KeyBinding[] = [
  bind({
    keys: ['ctrl-c'],
    label: 'stop',
    help: 'once: cancel what is running, finished work is kept; twice: end at once',
    modes: ['free', 'ask', 'help', 'type'],
    run: stop,
    footer: false,
  }),
  bind({keys: ['y'], label: 'yes', help: '', modes: ['ask'], when: (context) => !isExport(context), run: confirm}),
  bind({
    keys: ['n', 'escape', 'q'],
    label: 'no',
    help: '',
    modes: ['ask'],
    when: (context) => !isExport(context),
    run: ({change}) => change({question: null}),
  }),
  bind({keys: ['s'], label: 'SVG', help: '', modes: ['ask'], when: isExport, run: write('svg')}),
  bind({keys: ['t'], label: 'text', help: '', modes: ['ask'], when: isExport, run: write('text')}),
  bind({
    keys: ['escape', 'n', 'q'],
    label: 'neither',
    help: '',
    modes: ['ask'],
    when: isExport,
    run: ({change}) => change({question: null}),
  }),
  bind({
    keys: ['?', 'escape', 'q'],
    label: 'close help',
    help: '',
    modes: ['help'],
    run: ({change}) => change({overlay: null, helpScroll: 0}),
  }),
  bind({keys: ['?'], label: 'help', help: 'all keys', run: ({change}) => change({overlay: 'help', helpScroll: 0})}),
  bind({
    keys: ['q'],
    label: 'quit',
    help: 'leaves; asks where that would stop the run',
    run: (context) => quit(context),
  }),
];

/** A viewer may go at any time: the run is somebody else's. */
export function quit(context: KeyContext): void {
  if (isRunning(context) && !context.controls.isReadOnly) context.change({question: {kind: 'quit'}});
  else context.leave();
}

function stop(context: KeyContext): void {
  const {view, controls, change, leave} = context;
  if (!isRunning(context) || controls.isReadOnly) {
    leave();
    return;
  }
  const {numCancels} = view.screen;
  change({numCancels: numCancels + 1, question: null, overlay: null, typing: null});
  if (numCancels === 0) controls.cancelAll();
  else {
    controls.forceExit();
    leave();
  }
}

/** What was asked may have become pointless while it was read: the run can be over. */
function confirm(context: KeyContext): void {
  const {view, controls, change, leave} = context;
  const {question} = view.screen;
  change({question: null});
  if (question?.kind === 'cancelTask') {
    const isStopped = controls.cancelTask(question.key);
    say(context, isStopped ? `Cancelling ${question.id}.` : `${question.id} is over already.`, !isStopped);
    return;
  }
  if (isRunning(context)) controls.cancelAll();
  if (question?.kind === 'quit') {
    change({numCancels: 1});
    leave();
  } else say(context, 'Stopping: running tasks are cancelled, finished work is kept.');
}

function write(format: 'svg' | 'text'): (context: KeyContext) => void {
  return (context) => {
    context.change({question: null});
    try {
      say(context, `wrote ${context.exportAs(format)}`);
    } catch (thrown) {
      say(context, `cannot write: ${thrown instanceof Error ? thrown.message : String(thrown)}`, true);
    }
  };
}
