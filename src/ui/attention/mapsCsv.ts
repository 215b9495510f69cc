import type { AttentionAnswer } from "../../workers/labApi";
import { csvOf } from "../figures/csv";
import { headKind } from "./headKind";

/**
 * Attention maps as a table: one line a head, query and key ≤ query, with the weight in [0, 1] that the query puts on the key. Layers and heads
 * count from 1, as on screen; tokens from the first after the prompt, so that those of the prompt are negative and the others join the
 * table of the curves.
 * @param names printable tokens of prompt and response, N of them.
 */
export function mapsCsv(answer: AttentionAnswer, names: readonly string[]): string {
	const { rhythm, layers, heads } = answer;
	const kinds = Array.from({ length: layers * heads }, (_, h) => headKind(rhythm, h));
	const columns = ["layer", "head", "kind", "query", "query_text", "key", "key_text", "attention"];
	return csvOf(columns, lines(answer, names, kinds));
}

/** Made one at a time: there may be a million. */
function* lines(
	{ N, promptLength, heads, maps }: AttentionAnswer,
	names: readonly string[],
	kinds: readonly string[],
): Generator<(string | number | null)[]> {
	for (const [h, kind] of kinds.entries())
		for (let query = 0; query < N; query++)
			for (let key = 0; key <= query; key++) {
				const place = [Math.floor(h / heads) + 1, (h % heads) + 1, kind];
				const [from, to] = [names[query] ?? "", names[key] ?? ""];
				const weight = maps[(h * N + query) * N + key] as number;
				yield [...place, query - promptLength, from, key - promptLength, to, weight];
			}
}
