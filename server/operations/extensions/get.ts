import { z } from 'zod';
import { integer } from '../../wire/fields.ts';
import { dataPlane } from '../access.ts';
import { assetRecord, toAssetRecord } from '../assets/asset.ts';
import { environment } from '../assets/environment.ts';
import { defineOperation } from '../operation.ts';
import { findExtension } from './find-extension.ts';

/** One extension. */
export const getExtension = defineOperation({
  name: 'extensions.get',
  summary: 'One extension',
  kind: 'query',
  access: dataPlane('extensions:read', 'read'),
  input: z.strictObject({ extensionId: integer(), environment: environment.optional() }),
  output: assetRecord,
  async run(work, { extensionId, environment: asked }) {
    return toAssetRecord(await findExtension(work, extensionId, asked));
  },
});
