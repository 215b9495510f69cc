import { closeSync, openSync, writeSync } from "node:fs";

/**
 * Writes a verl dump of about so many bytes: groups of eight answers of some two thousand characters, as a run on word problems leaves them.
 */
export function writeLargeDump(path, bytes) {
	const words = Array.from({ length: 997 }, (_, i) => ` word${(i * 7919) % 997}`);
	const out = openSync(path, "w");
	for (let written = 0, i = 0; written < bytes; i++) {
		const at = (i * 31) % 600;
		const row = {
			input: `question ${i >> 3} ${words.slice(0, 60).join("")}`,
			output: words.slice(at, at + 260).join(""),
			gts: "4",
			score: (i * 13) % 3 === 0 ? 1 : 0,
			step: i >> 9,
			uid: `${i >> 3}_${i}_0`,
		};
		const text = `${JSON.stringify(row)}\n`;
		written += text.length;
		writeSync(out, text);
	}
	closeSync(out);
}
