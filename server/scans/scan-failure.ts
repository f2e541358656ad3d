/** The reason why a scan has no report, in words for the customer. */
export class ScanFailure extends Error {
  override readonly name = 'ScanFailure';
}
