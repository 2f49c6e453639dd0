import type {Link} from './link.ts';
import type {SidecarOptions} from './sidecar.ts';
export async function openFake(_options: SidecarOptions): Promise<Link> {
  throw new Error();
}
