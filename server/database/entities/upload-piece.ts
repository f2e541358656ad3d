import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** A piece of an uploaded file that waits for its scan. */
export const UploadPiece = defineEntity({
  name: 'UploadPiece',
  tableName: 'upload_piece',
  properties: {
    jobId: p.string().primary(),
    /** From 0. */
    piece: p.integer().primary(),
    bytes: p.blob(),
  },
});

export type UploadPiece = InferEntity<typeof UploadPiece>;
