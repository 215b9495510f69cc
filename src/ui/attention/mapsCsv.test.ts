import { expect, it } from "vitest";
import type { AttentionAnswer } from "../../workers/labApi";
import { mapsCsv } from "./mapsCsv";

/** Two layers of one head over a prompt of one token and a response of two; weights above the diagonal must not be read. */
const answer = {
	N: 3,
	promptLength: 1,
	layers: 2,
	heads: 1,
	maps: Float32Array.of(1, 9, 9, 0.5, 0.5, 9, 0.25, 0.25, 0.5, 1, 9, 9, 0.125, 0.875, 9, 0, 0, 1),
	rhythm: { local: [1], global: [], distances: [0, 0] },
} as unknown as AttentionAnswer;

it("is one line a head, query and key up to the query, counted from the first token after the prompt", () => {
	const [columns, ...lines] = mapsCsv(answer, ["?", "a,b", "=c"]).trimEnd().split("\r\n");
	expect(columns).toBe("layer,head,kind,query,query_text,key,key_text,attention");
	expect(lines).toEqual([
		"1,1,,-1,?,-1,?,1",
		'1,1,,0,"a,b",-1,?,0.5',
		'1,1,,0,"a,b",0,"a,b",0.5',
		"1,1,,1,'=c,-1,?,0.25",
		'1,1,,1,\'=c,0,"a,b",0.25',
		"1,1,,1,'=c,1,'=c,0.5",
		"2,1,local,-1,?,-1,?,1",
		'2,1,local,0,"a,b",-1,?,0.125',
		'2,1,local,0,"a,b",0,"a,b",0.875',
		"2,1,local,1,'=c,-1,?,0",
		'2,1,local,1,\'=c,0,"a,b",0',
		"2,1,local,1,'=c,1,'=c,1",
	]);
});
