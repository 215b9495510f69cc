/** Fingerprints of `exactPlan` by number of training steps, for tests in Node and in browsers. */
export const EXACT_FINGERPRINTS: Readonly<Record<string, string>> = {
	"0": "e545013c2ede5997",
	"1": "8fd45d8c3ec6e4f4",
	"20": "1733f5596dbb8484",
};

/** Fingerprints of presets after a few training steps. */
export const PRESET_FINGERPRINTS: readonly {
	readonly preset: string;
	readonly steps: number;
	readonly print: string;
}[] = [{ preset: "keydoor@1", steps: 16, print: "f3d37e6bb95096f0" }];

/** The same after 200 steps, for `npm run prove -- exact` and, in Chromium, `ASCRIBE_LONG=1 npm run e2e -- exact`. */
export const LONG_RUN_FINGERPRINTS: Readonly<Record<string, string>> = {
	"keydoor@1": "796dd7ee69a63117",
	"modchain@1": "0469bd4bb404cbeb",
	"lake@1": "6eb8e59f41318f36",
};
