import { plural } from "../core/plural";
import { printOf } from "../lint/facts";
import type { RolloutRecord } from "./record";

/** Tells rollouts of a group apart that have one id. */
export class UniqueIds {
	private readonly taken = new Map<string, number>();

	/** The rollout, with `#2`, `#3` … behind an id that an earlier one of its group has. */
	of(record: RolloutRecord): RolloutRecord {
		for (let id = record.id; ; ) {
			const name = nameOf(record, id);
			const before = this.taken.get(name) ?? 0;
			this.taken.set(name, before + 1);
			if (before === 0) return id === record.id ? record : { ...record, id };
			id = `${id}#${before + 1}`;
		}
	}
}

/** Groups are those of `groupKey`; of a prompt only its hash is kept. */
const nameOf = ({ step, group, prompt }: RolloutRecord, id: string): string =>
	JSON.stringify([step ?? null, group ?? printOf(JSON.stringify(prompt ?? null)), group === undefined, id]);

/** Places of rollouts that are named one by one. */
const NAMED = 5;

/** Counts rollouts that were given another id than their file has. */
export class RepeatedIds {
	private readonly first: string[] = [];
	private count = 0;

	add({
		renamed,
		where,
		record,
	}: {
		readonly renamed?: boolean;
		readonly where: string;
		readonly record: RolloutRecord;
	}) {
		if (!renamed) return;
		this.count++;
		if (this.first.length < NAMED) this.first.push(`${where}, as ${JSON.stringify(record.id)}`);
	}

	/** One sentence, or none. */
	warnings(): string[] {
		if (this.count === 0) return [];
		const more = this.count > NAMED ? ` and ${this.count - NAMED} more` : "";
		const have = this.count === 1 ? "has" : "have";
		return [
			`${plural(this.count, "rollout")} ${have} an id that an earlier one of the same group has, and ${this.count === 1 ? "is" : "are"} read under another: ${this.first.join("; ")}${more}. If they were written twice, they count twice.`,
		];
	}
}
