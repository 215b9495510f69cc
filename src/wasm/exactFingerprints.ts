/** Fingerprints of `exactPlan` by number of training steps, for tests in Node and in browsers. */
export const EXACT_FINGERPRINTS: Readonly<Record<string, string>> = {
	"0": "e545013c2ede5997",
	"1": "0818cc7a44c7e26b",
	"20": "81502125205678e9",
};
