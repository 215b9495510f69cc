/** Files write a handful of digits; what differs by less, as a part of the largest advantage of its batch, is the same number. */
const TOLERANCE = 1e-4;

/** Whether two advantages are one number: |our − their| ≤ 1e-4 · largest. NaN agrees with nothing. @param largest size of the batch's advantages. */
export const agrees = (our: number, their: number, largest: number): boolean =>
	Math.abs(our - their) <= TOLERANCE * Math.max(largest, 1e-12);
