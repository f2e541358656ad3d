import { type Detector, firstMatch } from './hit.ts';

const instruction =
  /\b(ignore|disregard|forget)\b[^\n.]{0,30}\b(previous|prior|above|earlier)\b[^\n.]{0,20}\b(instructions?|prompts?|rules)\b|\b(you are|as) an? (ai|llm|language model)[^\n]{0,80}\b(must|should|report|answer|respond)\b|\b(report|rate|score|classify)\b[^\n.]{0,30}\b(this )?(repository|repo|extension|package|project)\b[^\n.]{0,20}\bas (safe|harmless|low[- ]risk|benign)\b/i;

const instructsModel: Detector = (file) => firstMatch(file, 'instructs-model', instruction);

export const modelDetectors = [instructsModel];
