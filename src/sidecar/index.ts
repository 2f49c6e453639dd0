export {type Admission, type Hub, openHub, type Role} from './hub.ts';
export {openSidecar} from './open.ts';
export type {CallOptions, OpenSidecar, Reply, Sidecar, SidecarOptions, Transport} from './sidecar.ts';
