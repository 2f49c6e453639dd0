export {nearest} from '../protocol/suggest.ts';
