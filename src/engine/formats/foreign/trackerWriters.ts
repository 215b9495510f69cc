import type { RolloutRecord } from "../record";
import { advantagesOf, type ForeignWriter } from "./foreignWriter";
import { openAiMessages, trl } from "./textWriters";

const columnsOf = (rows: readonly Record<string, unknown>[]) => Object.keys(rows[0] ?? {});

/** TRL's completions as `wandb.Table(dataframe=…)` saves them. */
export const loggedTable: ForeignWriter = {
	importer: "loggedTable",
	file: "media/table/completions_12_9e41aa07.table.json",
	holder: "jsonl",
	tokens: "words",
	carries: trl.carries,
	rows(records) {
		const rows = trl.rows(records);
		const columns = columnsOf(rows);
		const data = rows.map((row) => columns.map((name) => row[name]));
		return [{ columns, data, ncols: columns.length, nrows: data.length }];
	},
};

const firstAdvantage = (r: RolloutRecord) => advantagesOf(r)?.find((a) => a !== null);

/** Traces of TRL's asynchronous GRPO as Trackio exports them. */
export const trackioTraces: ForeignWriter = {
	importer: "trackioTraces",
	file: "toy_traces.parquet",
	holder: "parquet",
	tokens: "words",
	carries: ["group", "step", "prompt", "tokens", "mask", "turns", "reward", "dims", "advantages"],
	rows: (records) =>
		openAiMessages.rows(records).map(({ messages }, i) => {
			const r = records[i]!;
			const parts = Object.entries(r.dims ?? {}).map(([name, x]) => [`rewards/${name}`, x]);
			const metadata = {
				reward: r.reward,
				...Object.fromEntries(parts),
				advantage: firstAdvantage(r),
				group_id: r.group,
			};
			return {
				id: `toy:12:rollouts:${i}`,
				run_name: "toy",
				step: r.step,
				key: "rollouts",
				trace_index: i,
				messages: JSON.stringify(messages),
				metadata: JSON.stringify(metadata),
			};
		}),
};
