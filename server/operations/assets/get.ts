import { dataPlane } from '../access.ts';
import { defineOperation, type InputSchema } from '../operation.ts';
import { assetRecord } from './asset.ts';
import { type AssetKind, extensions, findAsset, repositories } from './asset-kind.ts';

function getOf<Input extends InputSchema>(kind: AssetKind<Input>) {
  return defineOperation({
    name: `${kind.noun}.get`,
    summary: `One ${kind.words.one}`,
    kind: 'query',
    access: dataPlane(kind.readScope, 'read'),
    input: kind.input,
    output: assetRecord,
    run: (work, input) => findAsset(kind, work, kind.wanted(input)),
  });
}

/** One repository. */
export const getRepo = getOf(repositories);

/** One extension. */
export const getExtension = getOf(extensions);
