// A Worker, whose clock stands still while it works: its caller takes the time. The path of a request names
// the work, and its query how many times.
import { verificationAndHash } from './runtime-work.ts';

let works: Awaited<ReturnType<typeof verificationAndHash>> | undefined;

async function handle(request: Request): Promise<Response> {
  works ??= await verificationAndHash();
  const { pathname, search } = new URL(request.url);
  const work = pathname === '/ours' ? works.ours : works.hash;
  const count = Number(search.slice(1));
  for (let n = 0; n < count; n++) work(n);
  return new Response();
}

// biome-ignore lint/style/noDefaultExport: the entry of a Worker
export default { fetch: handle };
