/** Fingerprints of `exactPlan` by number of training steps, for tests in Node and in browsers. */
export const EXACT_FINGERPRINTS: Readonly<Record<string, string>> = {
	"0": "e545013c2ede5997",
	"1": "a93b2208d4453c95",
	"20": "94213a54dbc9a22d",
};

/** Fingerprints of presets after a few training steps. */
export const PRESET_FINGERPRINTS: readonly {
	readonly preset: string;
	readonly steps: number;
	readonly print: string;
}[] = [{ preset: "keydoor@1", steps: 16, print: "daf9d8d4e5541cfc" }];

/** The same after 200 steps, for `npm run prove -- exact`: Node and Chromium, one thread and two, gave these. */
export const LONG_RUN_FINGERPRINTS: Readonly<Record<string, string>> = {
	"keydoor@1": "16d7c267374f8f07",
	"modchain@1": "12f31d81161c6701",
};
