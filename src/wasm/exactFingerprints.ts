/** Fingerprints of `exactPlan` by number of training steps, for tests in Node and in browsers. */
export const EXACT_FINGERPRINTS: Readonly<Record<string, string>> = {
	"0": "e545013c2ede5997",
	"1": "a93b2208d4453c95",
	"20": "94213a54dbc9a22d",
};
