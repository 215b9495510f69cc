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
