import { type Detector, firstMatch, hitAt } from './hit.ts';

const isWorkflow = /(^|\/)\.github\/(workflows\/[^/]+|actions\/.*action)\.ya?ml$|^action\.ya?ml$/;

/** GitHub's own actions can only be moved by GitHub. */
const unpinned =
  /^\s*-?\s*uses:\s*["']?(?!\.|docker:|actions\/|github\/)[\w.-]+\/[^@\s"'#]+@(?![0-9a-f]{40}\b)\S+/m;

const outsiderText =
  /\$\{\{\s*github\.(?:event\.(?:issue|pull_request|comment|review|discussion|head_commit)\.(?:title|body|message|head\.ref|head\.label)|head_ref)\b/;

const workflows: Detector = function* (file) {
  if (!isWorkflow.test(file.path)) return;
  yield* firstMatch(file, 'unpinned-action', unpinned);
  if (/^\s*(?:on\s*:.*|-\s*|["']?)pull_request_target\b/m.test(file.text)) {
    const checkout =
      /ref:\s*["']?\$\{\{\s*github\.(event\.pull_request\.(head\.(sha|ref)|merge_commit_sha)|head_ref)/;
    yield* firstMatch(file, 'pull-request-target', checkout);
  }
  for (const match of file.text.matchAll(
    /^([ \t]*)(?:- )?run:[^\n]*(?:\n(?:\1[ \t]+[^\n]*|[ \t]*(?=\n)))*/gm,
  )) {
    const inside = match[0].search(outsiderText);
    if (inside >= 0) yield hitAt(file, 'workflow-injection', match.index + inside);
  }
};

export const workflowDetectors = [workflows];
