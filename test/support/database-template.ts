/** The common initial content of many tests' databases. */
export interface DatabaseTemplate {
  /** Names the template within the test run; the same name always means the same content. */
  readonly name: string;
  /** Fills the template, once per run. It must have closed its connections when it resolves. */
  fill(url: string): Promise<void>;
}
