export {type Attachment, type AttachOptions, attach} from './attach.ts';
export {type Connection, type ConnectionState, connectionNote} from './connection.ts';
export {type EventStream, openStream, type StreamOptions} from './openStream.ts';
export {type Replay, type ReplayOptions, replay} from './replay.ts';
export {isStreaming} from './streamFile.ts';
