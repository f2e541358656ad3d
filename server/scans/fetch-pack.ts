import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { HttpClient, HttpResponse } from './http-client.ts';
import { ScanFailure } from './scan-failure.ts';

/**
 * Fetches the newest commit of the default branch, without its history, into a pack file: Git's smart
 * HTTP protocol, version 1 (gitprotocol-http, gitprotocol-pack). Not isomorphic-git's own fetch, which
 * holds the pack in memory three times and never ends when a body fails.
 *
 * @param url - of the repository.
 * @returns the commit's id.
 * @throws ScanFailure when there is no repository, or it cannot be read.
 */
export async function fetchPack(url: string, path: string, http: HttpClient): Promise<string> {
  const discovery = await http({ url: `${url}/info/refs?service=git-upload-pack` });
  refuseStatus(discovery);
  // A repository that has moved answers from another address; the second request goes there.
  const [base = url] = discovery.url.href.split('/info/refs');
  const head = await headOf(discovery.body);
  const fetched = await http({
    url: `${base}/git-upload-pack`,
    method: 'POST',
    headers: {
      'content-type': 'application/x-git-upload-pack-request',
      accept: 'application/x-git-upload-pack-result',
    },
    body: Buffer.from(
      `${packet(`want ${head} side-band-64k ofs-delta no-progress\n`)}${packet('deepen 1\n')}0000` +
        packet('done\n'),
    ),
  });
  refuseStatus(fetched);
  await pipeline(packOf(fetched.body), createWriteStream(path));
  return head;
}

const packet = (text: string) => (text.length + 4).toString(16).padStart(4, '0') + text;

const noRepository = () => new ScanFailure('The address has no Git repository that can be read.');

function refuseStatus({ status }: HttpResponse): void {
  if (status === 200) return;
  if ([401, 403, 404, 410].includes(status)) {
    throw new ScanFailure('The repository does not exist, or is private.');
  }
  throw new ScanFailure(`The host answered HTTP ${status}.`);
}

/** The default branch's commit: HEAD is the first of the advertised references. */
async function headOf(body: HttpResponse['body']): Promise<string> {
  let isService = false;
  for await (const line of packets(body)) {
    const text = line.toString('latin1');
    if (text.startsWith('# service=git-upload-pack')) isService = true;
    else {
      const [, id] = /^([0-9a-f]{40}) HEAD[\0\n]/.exec(text) ?? [];
      if (isService && id !== undefined) return id;
      break;
    }
  }
  throw isService ? new ScanFailure('The repository is empty.') : noRepository();
}

/** The pack in an answer: the first band. The others are progress and errors. */
async function* packOf(body: HttpResponse['body']): AsyncGenerator<Buffer> {
  let isEmpty = true;
  for await (const line of packets(body)) {
    if (line[0] === 1) {
      isEmpty = false;
      yield line.subarray(1);
    } else if (line[0] === 3) break;
  }
  if (isEmpty) throw noRepository();
}

/** The packets of a stream, without the separators between its parts. */
async function* packets(body: HttpResponse['body']): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const piece of body) {
    rest = Buffer.concat([rest, piece]);
    let at = 0;
    while (rest.length - at >= 4) {
      const digits = rest.toString('latin1', at, at + 4);
      if (!/^[0-9a-f]{4}$/i.test(digits)) throw noRepository();
      const length = Number.parseInt(digits, 16);
      if (rest.length - at < length) break;
      if (length > 4) yield rest.subarray(at + 4, at + length);
      at += Math.max(4, length);
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) throw noRepository();
}
