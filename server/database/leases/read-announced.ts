import type { z } from 'zod';

/**
 * Reads what was announced, which may be anybody's.
 *
 * @returns what the text says in the shape asked for; nothing where it is of another, or no JSON.
 */
export function readAnnounced<Shape>(shape: z.ZodType<Shape>, text: string): Shape | undefined {
  try {
    return shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
