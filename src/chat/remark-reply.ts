// A reply that is one sentence.
import type { Remark } from '../domain/content.ts';
import type { Reply } from '../usecases/answer-message.ts';

export function remark(remark: Remark): Reply {
  return { content: { kind: 'remark', remark } };
}
