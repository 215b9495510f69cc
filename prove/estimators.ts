import process from "node:process";
import { estimatorBench } from "../src/engine/fidelity/estimatorBench";

// Twelve estimators on KEYCHAIN under the uniform policy: what each says of the action that decides, worth +½, and of those that do
// nothing. `npm run prove -- estimators [steps] [batches]`. Exits 1 when an estimator that is unbiased there does not say ½.

const [steps = 12, batches = 400] = process.argv.slice(2).map(Number);
const UNBIASED = new Set(["episode", "toGo", "td0", "gae", "monteCarlo", "syntheticReturns"]);
let good = true;
for (const sigma of [0.5, 0]) {
	console.log(`${steps} steps, coins of ±${sigma}, 32 episodes × ${batches} batches`);
	console.log("estimator\tA(key)\t± 1.96 s.e.\tsd\tleak");
	for (const row of estimatorBench({ steps, sigma, episodes: 32, batches, seed: 1 })) {
		const halfWidth = 1.96 * row.error;
		console.log(
			[row.title, row.mean.toFixed(3), halfWidth.toFixed(3), row.sd.toFixed(3), row.leak.toFixed(3)].join("\t"),
		);
		// Baselines that hold the rollout itself shrink ½ by 1/32; three standard errors beyond that are no chance.
		if (UNBIASED.has(row.id)) good &&= Math.abs(row.mean - 0.5) <= 3 * row.error + 0.5 / 32 + 1e-9;
	}
}
process.exit(good ? 0 : 1);
